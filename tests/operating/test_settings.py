"""Settings: where they come from, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from fedi_cotweet.configuration import load, trace
from fedi_cotweet.settings import Value, definitions
from fedi_cotweet.settings_errors import (
    MissingSettingError,
    SettingsError,
    SettingValueError,
    UnknownSettingError,
)


def _file(folder: Path, text: str) -> None:
    (folder / "config.toml").write_text(text, encoding="utf-8")


def _load(
    folder: Path, environment: dict[str, str] | None = None, **options: Value
) -> dict[str, Value]:
    settings = load(folder, options=options, environment=environment or {})
    return {item.name: getattr(settings, item.name) for item in definitions()}


def test_development_needs_no_settings_at_all(tmp_path: Path) -> None:
    found = load(tmp_path, options={"development": True}, environment={})
    assert found.base_url == "http://127.0.0.1:8000"
    assert found.host == found.name == "127.0.0.1:8000"
    assert found.database == f"sqlite:///{tmp_path}/cotweet.sqlite3"
    assert found.invite_min_account_age_hours == 0
    assert found.max_authors == 5


def test_a_server_of_the_open_network_needs_only_its_address(tmp_path: Path) -> None:
    found = load(tmp_path, options={"base_url": "https://cotweet.example/"}, environment={})
    assert found.base_url == "https://cotweet.example"
    assert found.invite_min_account_age_hours == 24
    assert not found.development


def test_without_an_address_it_says_how_to_give_one(tmp_path: Path) -> None:
    with pytest.raises(MissingSettingError, match="--base-url https:"):
        load(tmp_path, environment={})


def test_the_command_line_beats_the_environment_beats_the_file_beats_the_default(
    tmp_path: Path,
) -> None:
    _file(tmp_path, "development = true\nmax_authors = 3\nlisten_port = 8001\nname = 'file'\n")
    environment = {"COTWEET_LISTEN_PORT": "8002", "COTWEET_NAME": "environment"}
    found = trace(tmp_path, options={"name": "option"}, environment=environment)
    assert (found.settings.max_authors, found.settings.listen_port) == (3, 8002)
    assert found.settings.name == "option"
    assert found.settings.deliver_concurrency == 32
    assert found.sources["max_authors"] == f"in {tmp_path}/config.toml"
    assert found.sources["listen_port"] == "in the environment variable COTWEET_LISTEN_PORT"
    assert found.sources["name"] == "on the command line"
    assert found.sources["deliver_concurrency"] == "default"


def test_an_unknown_name_in_the_file_is_refused_with_the_nearest_one(tmp_path: Path) -> None:
    _file(tmp_path, "max_author = 4\n")
    with pytest.raises(UnknownSettingError, match='Did you mean "max_authors"') as refused:
        load(tmp_path, environment={})
    assert str(tmp_path / "config.toml") in refused.value.message


def test_an_unknown_name_in_the_environment_is_refused_with_the_nearest_one(
    tmp_path: Path,
) -> None:
    with pytest.raises(UnknownSettingError, match='Did you mean "base_url"'):
        _load(tmp_path, {"COTWEET_BASEURL": "https://a.example"})


def test_a_table_in_the_file_is_refused(tmp_path: Path) -> None:
    _file(tmp_path, "[server]\nname = 'a'\n")
    with pytest.raises(UnknownSettingError):
        load(tmp_path, environment={})


def test_variables_of_the_tests_and_of_others_are_left_alone(tmp_path: Path) -> None:
    environment = {"COTWEET_JUDGES": "1", "COTWEET_DATA": "/elsewhere", "HOME": "/"}
    assert _load(tmp_path, environment, development=True)["data"] == tmp_path


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("max_authors = 11", "It may be 2 to 10"),
        ("max_authors = 1", "It may be 2 to 10"),
        ("max_authors = true", "must be a whole number"),
        ("max_authors = '5'", "must be a whole number"),
        ("invite_expiry_hours = 721", "It may be 1 to 720"),
        ("development = 'true'", "must be true or false"),
        ("name = 3", "must be a text"),
        ("log_level = 'loud'", "debug, info, warning, error"),
        ("database = 'mysql://root@localhost/x'", "postgresql://user@host/name"),
        ("ca_file = '/no/such/file.pem'", "there is no file"),
        ("cotweets = 'percent:101'", "percent:N"),
        ("cotweets_until = 'soon'", "cotweets_until = "),
        ("accent = 'red'", "Write it like #0b6656"),
        ("style_file = '/no/such/file.css'", "path of a file with CSS"),
        ("trusted_proxies = '10.0.0.1/8'", "172.18.0.0/16"),
        ("max_authors = ", "is not TOML"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_with_what_would(
    tmp_path: Path, text: str, said: str
) -> None:
    _file(tmp_path, f"{text}\n")
    with pytest.raises(SettingsError, match=said):
        load(tmp_path, environment={"COTWEET_BASE_URL": "https://a.example"})


@pytest.mark.parametrize("raw", ["many", "", "-1", "5.0", "٥", "9" * 5000])
def test_a_number_of_the_environment_must_be_digits(tmp_path: Path, raw: str) -> None:
    with pytest.raises(SettingValueError):
        _load(tmp_path, {"COTWEET_MAX_AUTHORS": raw}, development=True)


@pytest.mark.parametrize(("raw", "meant"), [("1", True), ("Yes", True), ("off", False)])
def test_yes_and_no_of_the_environment_are_read_kindly(
    tmp_path: Path, raw: str, meant: bool
) -> None:
    found = _load(tmp_path, {"COTWEET_DEVELOPMENT": raw}, base_url="https://a.example")
    assert found["development"] is meant


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://a.example", "is plain http"),
        ("https://a.example:8443", "has a port"),
        ("https://127.0.0.1", "no host name of the open network"),
        ("https://[::1]", "no host name of the open network"),
        ("https://localhost", "no host name of the open network"),
        ("https://a.example/social", "must end after the host name"),
        ("https://a.example?x=1", "must end after the host name"),
        ("https://me:secret@a.example", "user name or password"),
        ("https://A.example", "lower-case ASCII"),
        ("https://müller.example", "lower-case ASCII"),
        ("https://a.example:443", "default port"),
        ("https://a.example:port", "cannot be read"),
        ("a.example", "does not begin with https://"),
        ('https://a".example', "lower-case ASCII"),
    ],
)
def test_outside_development_only_a_plain_https_host_will_do(
    tmp_path: Path, url: str, said: str
) -> None:
    with pytest.raises(SettingValueError, match=said):
        _load(tmp_path, base_url=url)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8000", "http://[::1]:9", "https://b.localhost:8"]
)
def test_development_allows_http_ports_and_loopback(tmp_path: Path, url: str) -> None:
    assert _load(tmp_path, development=True, base_url=url)["base_url"] == url


def test_listening_everywhere_in_development_still_gives_a_usable_address(tmp_path: Path) -> None:
    assert (
        _load(tmp_path, development=True, listen_host="0.0.0.0", listen_port=9)["base_url"]
        == "http://127.0.0.1:9"
    )
    assert _load(tmp_path, development=True, listen_host="::")["base_url"] == "http://[::1]:8000"


def test_a_database_password_is_not_in_the_settings_as_text(tmp_path: Path) -> None:
    url = "postgresql://cotweet:hunter2@db.example/cotweet"
    found = load(tmp_path, options={"database": url, "development": True}, environment={})
    assert found.database == url
    assert "hunter2" not in repr(found)
