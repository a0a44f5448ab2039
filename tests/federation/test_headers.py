"""Every answer of the whole server keeps browsers from making anything else of it."""

from __future__ import annotations

import re

from tests.federation.here import Here

FILLINGS = {"name": "alice", "format": "rss", "tag": "tea", "version": "2.0", "id": "1"}
LOOSE = ("unsafe-inline", "unsafe-eval", "*", "data:", "http:", "https:")


async def test_every_answer_has_a_strict_policy_and_is_what_it_says(here: Here) -> None:
    routes = {
        (route.method, route.resource.canonical)
        for route in here.web.router.routes()
        if route.resource is not None and route.method in ("GET", "POST")
    }
    answered = 0
    for method, path in [*routes, ("GET", "/nowhere"), ("GET", "/api/v1/nowhere"), ("PUT", "/")]:
        url = re.sub(r"\{(\w+)[^}]*\}", lambda m: FILLINGS.get(m[1], "x"), path)
        if "/streaming" in url and "health" not in url:
            continue
        for accept in ("text/html", "application/activity+json"):
            async with here.session.request(
                method, here.base + url, headers={"Accept": accept}, allow_redirects=False
            ) as answer:
                policy = answer.headers.get("Content-Security-Policy", "")
                where = f"{method} {url} {accept}: {answer.status} {dict(answer.headers)}"
                assert policy.startswith("default-src 'none'"), where
                assert not any(word in policy for word in LOOSE), where
                assert answer.headers["X-Content-Type-Options"] == "nosniff", where
                assert "Referrer-Policy" in answer.headers, where
                if answer.content_type == "text/html":
                    assert "frame-ancestors 'none'" in policy, where
                    assert answer.headers["Cross-Origin-Opener-Policy"] in (
                        "same-origin",
                        "unsafe-none",
                    ), where
                    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin", where
                for cookie in answer.cookies.values():
                    assert cookie["httponly"], where
                    assert cookie["samesite"] == "Lax", where
                    assert cookie["path"] == "/", where
                    assert not cookie["domain"], where
                answered += 1
    assert answered > 500
