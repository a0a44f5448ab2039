"""The samples in deploy/: each is run, or at least checked, by the program it is for."""

from __future__ import annotations

import base64
import datetime
import http.client
import json
import os
import re
import shutil
import signal
import ssl
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterator
from email.utils import formatdate
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from fedi_cotweet.settings import definitions
from tests.docs.pages import ROOT, all_blocks
from tests.ports import free_port

DEPLOY = ROOT / "deploy"
NAME = "cotweet.example"
SAMPLES = {"caddyfile": "Caddyfile", "nginx": "nginx.conf", "ini": "fedi-cotweet.service"}
Begin = Callable[[list[str]], subprocess.Popen[bytes]]


def _needs(program: str) -> str:
    found = shutil.which(program) or shutil.which(program, path="/usr/sbin:/sbin")
    if found is None:
        pytest.skip(f"there is no {program} here: its sample is NOT tested")
    return found


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Begin]:
    """Starts programs that end with the test."""
    running: list[subprocess.Popen[bytes]] = []

    def start(command: list[str]) -> subprocess.Popen[bytes]:
        with (tmp_path / f"log-{len(running)}.txt").open("wb") as log:
            process = subprocess.Popen(
                command,
                cwd=tmp_path,
                stdout=log,
                stderr=log,
                env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)},
            )
        running.append(process)
        return process

    yield start
    for process in reversed(running):
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _serve(begin: Begin, folder: Path) -> int:
    port = free_port()
    command = [sys.executable, "-P", "-m", "fedi_cotweet.cli.main", "--data", str(folder / "data")]
    begin([*command, "up", "--base-url", f"https://{NAME}", "--port", str(port), "--account", "al"])
    _wait(lambda: _answers(http.client.HTTPConnection("127.0.0.1", port, timeout=5)))
    return port


def _answers(connection: http.client.HTTPConnection) -> bool:
    try:
        connection.request("GET", "/.well-known/nodeinfo", headers={"Host": NAME})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _wait(done: Callable[[], bool]) -> None:
    end = time.monotonic() + 40
    while not done():
        assert time.monotonic() < end, "it does not answer"
        time.sleep(0.2)


class _Https(http.client.HTTPSConnection):
    """Connects to a port of this machine and asks for ``NAME``, as DNS would have it."""

    def __init__(self, port: int) -> None:
        self.checks_nothing = ssl._create_unverified_context()
        super().__init__("127.0.0.1", port, timeout=10, context=self.checks_nothing)

    def connect(self) -> None:
        http.client.HTTPConnection.connect(self)
        self.sock = self.checks_nothing.wrap_socket(self.sock, server_hostname=NAME)


def _ask(
    port: int,
    method: str,
    path: str,
    body: bytes | None = None,
    headers: dict[str, str] | None = None,
) -> tuple[int, bytes]:
    connection = _Https(port)
    try:
        connection.request(method, path, body, {"Host": NAME, **(headers or {})})
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def _check_proxy(port: int) -> None:
    """What a proxy must pass on: host, path with query, large bodies; and what it must not."""
    _wait(lambda: _answers(_Https(port)))
    status, body = _ask(port, "GET", f"/.well-known/webfinger?resource=acct:al@{NAME}")
    assert status == 200
    assert json.loads(body)["subject"] == f"acct:al@{NAME}"

    body = b"{}".ljust(1024 * 1024)  # the largest that the server takes
    headers = {
        "Content-Type": "application/activity+json",
        "Date": formatdate(usegmt=True),
        "Digest": f"SHA-256={base64.b64encode(_sha256(body)).decode()}",
        "Signature": 'keyId="https://127.0.0.1/actor#main-key",algorithm="rsa-sha256",'
        'headers="(request-target) host date digest",signature="AAAA"',
    }
    status, said = _ask(port, "POST", "/inbox", body, headers)
    # All but the key was right: a changed host, path or body would have been found before it.
    assert (status, json.loads(said)["error"]) == (503, "key_unavailable")
    assert _ask(port, "GET", "/api/v1/control/accounts")[0] == 404


def _sha256(body: bytes) -> bytes:
    digest = hashes.Hash(hashes.SHA256())
    digest.update(body)
    return digest.finalize()


def test_caddy_passes_on_what_signatures_cover(tmp_path: Path, begin: Begin) -> None:
    caddy = _needs("caddy")
    server, port = _serve(begin, tmp_path), free_port()
    sample = (DEPLOY / "Caddyfile").read_text(encoding="utf-8")
    assert sample.count("127.0.0.1:8000") == 1
    # A certificate of its own making instead of one that the world vouches for; other ports.
    options = f"{{\n\tadmin off\n\tlocal_certs\n\tskip_install_trust\n\thttps_port {port}\n"
    options += f"\thttp_port {free_port()}\n}}\n"
    file = tmp_path / "Caddyfile"
    file.write_text(options + sample.replace("127.0.0.1:8000", f"127.0.0.1:{server}"))
    begin([caddy, "run", "--config", str(file), "--adapter", "caddyfile"])
    _check_proxy(port)


def test_nginx_passes_on_what_signatures_cover(tmp_path: Path, begin: Begin) -> None:
    nginx = _needs("nginx")
    server, port, plain = _serve(begin, tmp_path), free_port(), free_port()
    _make_certificate(tmp_path)
    sample = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    changes = {
        "127.0.0.1:8000": f"127.0.0.1:{server}",
        "listen 80;": f"listen 127.0.0.1:{plain};",
        "listen [::]:80;": "",
        "listen 443 ssl;": f"listen 127.0.0.1:{port} ssl;",
        "listen [::]:443 ssl;": "",
        f"/etc/letsencrypt/live/{NAME}/": f"{tmp_path}/",
    }
    for old, new in changes.items():
        assert old in sample
        sample = sample.replace(old, new)
    folders = "".join(
        f"{kind}_temp_path {tmp_path}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    # Started by root, its workers would be somebody who may not write here.
    user = "user root;\n" if os.geteuid() == 0 else ""
    file = tmp_path / "nginx.conf"
    file.write_text(
        f"{user}daemon off;\npid {tmp_path}/nginx.pid;\nerror_log stderr;\nevents {{}}\n"
        f"http {{\naccess_log off;\n{folders}{sample}}}\n"
    )
    command = [nginx, "-p", str(tmp_path), "-e", "stderr", "-c", str(file)]
    checked = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    begin(command)
    _check_proxy(port)
    connection = http.client.HTTPConnection("127.0.0.1", plain, timeout=5)
    connection.request("GET", "/@al", headers={"Host": NAME})
    response = connection.getresponse()
    assert (response.status, response.getheader("Location")) == (301, f"https://{NAME}/@al")
    connection.close()


def _make_certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    (folder / "fullchain.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "privkey.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )


def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    analyze = _needs("systemd-analyze")
    sample = (DEPLOY / "fedi-cotweet.service").read_text(encoding="utf-8")
    program = "/opt/fedi-cotweet/bin/fedi-cotweet"
    assert sample.count(program) == 1
    unit = tmp_path / "fedi-cotweet.service"
    unit.write_text(sample.replace(program, "/bin/true"), encoding="utf-8")
    done = subprocess.run(
        [analyze, "verify", "--man=no", str(unit)], capture_output=True, text=True, check=False
    )
    said = [line for line in done.stderr.splitlines() if "fedi-cotweet" in line]
    assert (done.returncode, said) == (0, []), done.stderr


def test_the_samples_set_settings_that_exist() -> None:
    known = {item.environment for item in definitions()}
    for sample in ("fedi-cotweet.service", "Containerfile"):
        text = (DEPLOY / sample).read_text(encoding="utf-8")
        named = set(re.findall(r"COTWEET_[A-Z_]+", text))
        assert named
        assert named <= known


def test_what_the_container_file_copies_exists_and_is_all_that_a_wheel_needs() -> None:
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    copied = set()
    for line in re.findall(r"^COPY (.+) \S+$", text, re.MULTILINE):
        copied |= set(line.split())
    assert {name for name in copied if not (ROOT / name).exists()} == set()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    needed = {*wheel["packages"], *wheel["force-include"], "pyproject.toml"}
    assert needed <= copied


def test_the_samples_shown_on_pages_are_the_files() -> None:
    shown = {language: all_blocks(language) for language in SAMPLES}
    assert shown["caddyfile"]
    for language, found in shown.items():
        text = (DEPLOY / SAMPLES[language]).read_text(encoding="utf-8")
        for block in found:
            assert block.text in text, f"{block.place} is not what is in {SAMPLES[language]}"


def test_every_file_in_the_folder_is_explained() -> None:
    said = (DEPLOY / "README.md").read_text(encoding="utf-8")
    files = {path.name for path in DEPLOY.iterdir()} - {"README.md"}
    assert {name for name in files if f"[{name}]({name})" not in said} == set()


def test_the_samples_of_proxies_tell_who_calls() -> None:
    # Caddy writes X-Forwarded-For by itself; without it one stranger uses up everybody's share.
    nginx = (DEPLOY / SAMPLES["nginx"]).read_text()
    assert "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;" in nginx
