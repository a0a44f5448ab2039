"""Reads the settings and refuses what cannot be meant.

A value comes from the command line, else the environment (``COTWEET_NAME``), else the file
``config.toml`` in the data folder, else the default. A name nobody knows is refused: a setting
that is silently not read is worse than a server that does not start.
"""

from __future__ import annotations

import difflib
import importlib.util
import ipaddress
import os
import tomllib
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from fedi_cotweet.domain.colours import read_colour
from fedi_cotweet.domain.rollout import parse_rollout
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.style_rules import check_house
from fedi_cotweet.settings import PREFIX, Definition, Settings, Value, definitions
from fedi_cotweet.settings_errors import (
    MissingSettingError,
    SettingsError,
    SettingValueError,
    UnknownSettingError,
)

FILE = "config.toml"

NOT_SETTINGS = frozenset(
    {
        *("ACCOUNT", "BENCHMARK", "BROWSER", "CORPUS", "CRASHES", "FAULTS", "GOTOSOCIAL"),
        *("JUDGES", "MATRIX", "PAYLOADS", "PRIVACY", "REQUIRE", "SEQUENCES", "THREADS", "WALKS"),
    }
)
"""Names after ``COTWEET_`` that belong to the command line, the tests and the benchmarks."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """Settings with where each value came from: ``default`` or the place that set it."""

    settings: Settings
    sources: Mapping[str, str]


def load(
    data: Path,
    *,
    options: Mapping[str, Value] | None = None,
    environment: Mapping[str, str] | None = None,
) -> Settings:
    """The settings for a data folder. ``options`` are those of the command line, by name.

    Raises ``SettingsError`` for an unknown name, a value that does not fit, or a base URL that is
    missing or, outside development mode, not plain https without a port.
    """
    return trace(data, options=options, environment=environment).settings


def trace(
    data: Path,
    *,
    options: Mapping[str, Value] | None = None,
    environment: Mapping[str, str] | None = None,
) -> Loaded:
    """As ``load``, and says where each value came from."""
    known = {item.name: item for item in definitions()}
    values: dict[str, Value] = {}
    sources: dict[str, str] = dict.fromkeys(known, "default")
    for source, name, raw in _given(data, known, options, environment):
        values[name] = _checked(known[name], raw, source)
        sources[name] = source
    values["data"] = data.absolute()
    _fill_in(values, sources)
    return Loaded(Settings(**typing.cast("dict[str, Any]", values)), sources)


def overview(
    data: Path, *, environment: Mapping[str, str] | None = None
) -> tuple[tuple[str, Value, str], ...]:
    """What is set for a data folder: (name, value, source), for people who look for a mistake.

    The checks across settings are left out, so that an incomplete configuration can be seen; a
    value whose source is ``default`` may depend on others.

    Raises ``SettingsError`` for an unknown name or a value that does not fit.
    """
    known = {item.name: item for item in definitions()}
    found: dict[str, tuple[str, Value, str]] = {
        name: (name, item.default, "default") for name, item in known.items()
    }
    found["data"] = ("data", data.absolute(), "--data or COTWEET_DATA")
    for source, name, raw in _given(data, known, None, environment):
        found[name] = (name, _checked(known[name], raw, source), source)
    return tuple(found.values())


def _given(
    data: Path,
    known: Mapping[str, Definition],
    options: Mapping[str, Value] | None,
    environment: Mapping[str, str] | None,
) -> list[tuple[str, str, Value]]:
    """Every value that was set, weakest source first: (source, name, value)."""
    given: list[tuple[str, str, Value]] = []
    path = data / FILE
    for name, value in _read_file(path).items():
        if name not in known or name == "data":
            raise _unknown(name, f"in {path}", known)
        given.append((f"in {path}", name, value))
    for variable, value in (os.environ if environment is None else environment).items():
        if not variable.startswith(PREFIX) or variable.removeprefix(PREFIX) in NOT_SETTINGS:
            continue
        name = variable.removeprefix(PREFIX).lower()
        source = f"in the environment variable {variable}"
        if name not in known:
            raise _unknown(name, source, known)
        if name != "data":  # the caller has read it already, to find the data folder
            given.append((source, name, value))
    for name, option in (options or {}).items():
        if name not in known:
            raise _unknown(name, "on the command line", known)
        given.append(("on the command line", name, option))
    return given


def _read_file(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            return tomllib.load(file)
    except FileNotFoundError:
        return {}
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path} is not TOML: {error}.", "Correct that line.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read: {error}.", "Check its permissions.") from None


def _unknown(name: str, source: str, known: Mapping[str, Definition]) -> UnknownSettingError:
    near = difflib.get_close_matches(name, [item for item in known if item != "data"], 1)
    fix = f'Did you mean "{near[0]}"?' if near else "Remove it; `fedi-cotweet settings` lists all."
    return UnknownSettingError(f'There is no setting "{name}" ({source}).', fix)


def _checked(item: Definition, raw: Value, source: str) -> Value:
    """The value with its type; text from the environment is read first."""
    if item.type_name == "yes or no":
        return _yes_or_no(item, raw, source)
    if item.type_name == "number":
        return _number(item, raw, source)
    if item.type_name == "path" and isinstance(raw, Path):
        return raw
    if not isinstance(raw, str) or "\0" in raw:
        raise SettingValueError(f"{item.name} must be a text ({source}).", "Put it in quotes.")
    if item.choices and raw not in item.choices:
        raise SettingValueError(
            f'{item.name} cannot be "{raw}" ({source}).', f"Use one of: {', '.join(item.choices)}."
        )
    if item.type_name == "path":
        return Path(raw).expanduser() if raw else None
    return raw


def _yes_or_no(item: Definition, raw: Value, source: str) -> bool:
    if isinstance(raw, bool):
        return raw
    if isinstance(raw, str) and source.startswith("in the environment"):
        if raw.lower() in {"1", "true", "yes", "on"}:
            return True
        if raw.lower() in {"", "0", "false", "no", "off"}:
            return False
    raise SettingValueError(f"{item.name} must be true or false ({source}).", "Write it so.")


def _number(item: Definition, raw: Value, source: str) -> int:
    if isinstance(raw, str) and source.startswith("in the environment"):
        text = raw.strip()
        raw = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else raw
    if isinstance(raw, bool) or not isinstance(raw, int):
        raise SettingValueError(f"{item.name} must be a whole number ({source}).", "Write digits.")
    low, high = item.low, item.high
    if (low is not None and raw < low) or (high is not None and raw > high):
        raise SettingValueError(f"{item.name} is {raw} ({source}).", f"It may be {low} to {high}.")
    return raw


def _fill_in(values: dict[str, Value], sources: dict[str, str]) -> None:
    """Defaults that depend on other settings, and the checks across them."""
    development = bool(values.get("development"))
    data = typing.cast("Path", values["data"])
    if development:
        values.setdefault("invite_min_account_age_hours", 0)
    if not values.get("database"):
        values["database"] = f"sqlite:///{data / 'cotweet.sqlite3'}"
    elif not str(values["database"]).startswith(("sqlite:///", "postgresql://")):
        raise SettingValueError(
            f"database is no address of a database ({sources['database']}).",
            "Use sqlite:////absolute/path or postgresql://user@host/name.",
        )
    ca_file = values.get("ca_file")
    if isinstance(ca_file, Path) and not ca_file.is_file():
        raise SettingValueError(
            f"ca_file names {ca_file}, where there is no file ({sources['ca_file']}).",
            "Give the path of a PEM file.",
        )
    _check_looks(values, sources)
    _check_rollout(values, sources)
    _check_proxies(values, sources)
    _check_bucket(values, sources)
    values["base_url"] = _base_url(values, sources["base_url"], development)
    if not values.get("name"):
        values["name"] = urlsplit(str(values["base_url"])).netloc


def _check_looks(values: Mapping[str, Value], sources: Mapping[str, str]) -> None:
    accent, style_file = str(values.get("accent") or ""), values.get("style_file")
    if accent and read_colour(accent) is None:
        raise SettingValueError(
            f'accent "{accent}" is no colour ({sources["accent"]}).', "Write it like #0b6656."
        )
    if not isinstance(style_file, Path):
        return
    try:
        check_house(style_file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise SettingValueError(
            f"style_file cannot be read: {error} ({sources['style_file']}).",
            "Give the path of a file with CSS.",
        ) from None
    except ServiceError as error:
        raise SettingValueError(
            f"{style_file}: {error.safe} ({sources['style_file']})",
            "Nothing in it may name a file or another server.",
        ) from None


def _check_bucket(values: Mapping[str, Value], sources: Mapping[str, str]) -> None:
    bucket, endpoint = values.get("s3_bucket"), str(values.get("s3_endpoint") or "")
    if values.get("media_store") == "s3" and not bucket:
        raise MissingSettingError(
            f"Files are to be kept in S3 ({sources['media_store']}), and no bucket is named.",
            "Set s3_bucket, or media_store to disk.",
        )
    if not bucket:
        return
    secret_file = values.get("s3_secret_key_file")
    if not values.get("s3_access_key") or not (values.get("s3_secret_key") or secret_file):
        raise MissingSettingError(
            f"There is no key for the bucket ({sources['s3_bucket']}).",
            "Set s3_access_key and s3_secret_key_file.",
        )
    if endpoint and not endpoint.startswith(("https://", "http://")):
        raise SettingValueError(
            f"s3_endpoint is no address ({sources['s3_endpoint']}).",
            "Write it like https://s3.example.",
        )
    if importlib.util.find_spec("obstore") is None:
        raise SettingsError(
            f"Files are kept in S3 ({sources['s3_bucket']}), and what that needs is not installed.",
            "Install the extra s3: pip install 'fedi-cotweet[s3]'.",
        )


def _check_proxies(values: Mapping[str, Value], sources: Mapping[str, str]) -> None:
    try:
        for part in str(values.get("trusted_proxies") or "").split(","):
            if part.strip():
                ipaddress.ip_network(part.strip())
    except ValueError as error:
        raise SettingValueError(
            f"trusted_proxies names what is no network: {error} ({sources['trusted_proxies']}).",
            'Write it like trusted_proxies = "172.18.0.0/16, fd00::/8".',
        ) from None


def _check_rollout(values: Mapping[str, Value], sources: Mapping[str, str]) -> None:
    names = ("cotweets", "cotweets_allowlist", "cotweets_until")
    given = [str(values.get(name) or "") for name in names]
    try:
        parse_rollout(given[0] or "on", *given[1:])
    except ValueError as error:
        sources_given = [sources[name] for name in names if sources[name] != "default"]
        raise SettingValueError(
            f"It cannot be told who may start co-tweets: {error} ({', '.join(sources_given)}).",
            'Write it like cotweets = "percent:10" and cotweets_until = "2026-12-31".',
        ) from None


def _base_url(values: Mapping[str, Value], source: str, development: bool) -> str:
    given = str(values.get("base_url") or "").rstrip("/")
    if not given:
        if not development:
            raise MissingSettingError(
                "This server does not know its own address.",
                "Set base_url to where the world reaches it, such as "
                "--base-url https://cotweet.example, or try it out with --development.",
            )
        host = str(values.get("listen_host") or "127.0.0.1")
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
        port = values.get("listen_port") or 8000
        given = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    wrong = _base_url_fault(given, development)
    if wrong:
        raise SettingValueError(
            f'base_url "{given}" {wrong} ({source}).',
            "Write it like https://cotweet.example."
            + ("" if development else " Plain http and ports need --development."),
        )
    return given


def _base_url_fault(url: str, development: bool) -> str:
    """What is wrong with a base URL, or an empty text."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "cannot be read as an address"
    if parts.scheme not in {"http", "https"} or not host:
        return "does not begin with https:// and a host name"
    if parts.username is not None or parts.password is not None or "@" in parts.netloc:
        return "must not hold a user name or password"
    if parts.path or parts.query or parts.fragment or "?" in url or "#" in url:
        return "must end after the host name: the server needs a host of its own"
    if not url.isascii() or url != url.lower() or any(ch <= " " or ch in "{}\"'<>\\" for ch in url):
        return "must be lower-case ASCII (an international name in its xn-- form)"
    if (parts.scheme, port) in {("http", 80), ("https", 443)}:
        return "must not spell out the default port"
    if development:
        return ""
    if parts.scheme != "https":
        return "is plain http"
    if port is not None:
        return "has a port"
    if "." not in host or ":" in host or host.replace(".", "").isdigit():
        return "is no host name of the open network"
    return ""
