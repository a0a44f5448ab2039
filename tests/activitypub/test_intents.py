"""Templates by which people get from one server to their own (FEP-3b86)."""

from __future__ import annotations

from typing import Any

import pytest

from activitypub.discovery import Handle, build_jrd, build_templates, read_templates
from activitypub.discovery.intents import CREATE, FOLLOW, INTENTS, fill
from activitypub.discovery.webfinger import SUBSCRIBE

BASE = "https://b.example"


def test_what_we_say_is_what_we_read() -> None:
    templates = build_templates(BASE)
    jrd = build_jrd(Handle("bob", "b.example"), f"{BASE}/users/bob", templates=templates)
    assert read_templates(jrd) == templates
    assert all(fill(template, {}) is not None for template in templates.values())


@pytest.mark.parametrize(
    "link",
    [
        None,
        7,
        {"rel": FOLLOW},
        {"rel": FOLLOW, "template": ["https://b.example/{object}"]},
        {"rel": [FOLLOW], "template": "https://b.example/{object}"},
        {"rel": FOLLOW, "href": "https://b.example/{object}"},
        {"rel": "self", "template": "https://b.example/{object}"},
        {"rel": FOLLOW, "template": "https://b.example/" + "x" * 2_000},
    ],
)
def test_what_is_no_template_is_passed_over(link: Any) -> None:
    assert read_templates({"links": [link]}) == {}
    assert read_templates({"links": link}) == {}


def test_the_first_of_a_kind_counts() -> None:
    links = [{"rel": SUBSCRIBE, "template": f"{BASE}/{name}?u={{uri}}"} for name in ("one", "two")]
    other = {"rel": f"{INTENTS}Dislike", "template": f"{BASE}/d"}
    read = read_templates({"links": [*links, other]})
    assert read == {SUBSCRIBE: f"{BASE}/one?u={{uri}}", f"{INTENTS}Dislike": f"{BASE}/d"}


def test_values_are_encoded_and_what_is_unknown_is_left_empty() -> None:
    template = build_templates(BASE)[CREATE]
    filled = fill(template, {"inReplyTo": "https://a.example/notes/1?a=b&c#d", "content": 'é "<'})
    assert filled == (
        f"{BASE}/share?text=%C3%A9%20%22%3C&title="
        "&reply_to=https%3A%2F%2Fa.example%2Fnotes%2F1%3Fa%3Db%26c%23d"
    )


@pytest.mark.parametrize(
    "template",
    [
        "javascript:alert({object})",
        "data:text/html,{object}",
        "//b.example/{object}",
        "/here?uri={object}",
        "http://b.example/{object}",
        "https://{object}/",
        "https://b.example{object}/",
        "https://user:word@b.example/{object}",
        "https:///{object}",
        "https://[::1/{object}",
        'https://b.example/"><script>{object}',
        "https://b.example/\\{object}",
        "https://b.example/\n{object}",
        "{object}",
        "",
    ],
)
def test_nobody_is_sent_to_what_is_no_address_of_a_page(template: str) -> None:
    assert fill(template, {"object": "evil.example"}) is None


def test_http_is_for_development() -> None:
    template = "http://127.0.0.1:8000/authorize_interaction?uri={uri}"
    assert fill(template, {"uri": "x"}, insecure=True) == template.replace("{uri}", "x")
