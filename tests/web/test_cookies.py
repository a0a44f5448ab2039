"""Cookies of sites with https, which no test server is."""

from __future__ import annotations

from http.cookies import SimpleCookie

import pytest
from aiohttp import web

from fedi_cotweet.web.sessions import Cookies


@pytest.mark.parametrize("name", ["session", "form", "step"])
def test_over_https_no_other_host_and_no_script_has_them(name: str) -> None:
    cookies = Cookies.of("https://a.example")
    response = web.Response()
    cookies.keep(response, getattr(cookies, name), "secret", 60)
    [(_, written)] = [(k, v) for k, v in response.cookies.items()]
    [kept] = SimpleCookie(written.OutputString()).values()
    assert kept.key == f"__Host-{name}", "browsers refuse it without Secure, Path=/, or for domains"
    assert (kept["secure"], kept["httponly"], kept["path"]) == (True, True, "/")
    assert kept["samesite"] == "Lax"
    assert kept["domain"] == ""
