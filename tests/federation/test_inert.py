"""Scripts in every field that a stranger can fill: what stands on our pages does nothing."""

from __future__ import annotations

import re

from activitypub.vocab.terms import PUBLIC
from tests.federation.cast import Cast
from tests.web.markup import Element, parse_page

ATTACKS = (
    "<script>alert(1)</script>",
    '"><script>alert(1)</script>',
    "'><img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)" x="',
    "<svg onload=alert(1)><animate onbegin=alert(1)>",
    '<svg><a xlink:href="javascript:alert(1)"><text>x</text></a></svg>',
    '<a href="javascript:alert(1)">x</a>',
    '<a href="&#x6a;avascript&colon;alert(1)">x</a>',
    '<a href=" \tjava\nscript:alert(1)">x</a>',
    '<a href="data:text/html,<script>alert(1)</script>">x</a>',
    '<math href="javascript:alert(1)">x</math>',
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<form action=javascript:alert(1)><button>x</button></form>",
    "<style>*{background:url(https://evil.example)}</style>",
    "</title></textarea></p></main><script>alert(1)</script>",
    "]]></content><script>alert(1)</script>",
    ":<img src=x onerror=alert(1)>:",
    "{{7*7}}${7*7}<%= 7*7 %>",
)
LINKS = (
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "\tjavascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "https://x.example/'\"><script>alert(1)</script>",
)


def active(page: Element) -> list[str]:
    """What in a page could run, load from elsewhere, or lead out of the web."""
    found = []
    for element in page.walk():
        if element.tag in ("math", "animate", "iframe", "object", "embed", "style", "base"):
            found.append(element.tag)
        if element.tag == "script" and element.attributes != {"type": "application/ld+json"}:
            found.append("script")
        for name, value in element.attributes.items():
            if name.startswith("on") or name in ("style", "srcdoc"):
                found.append(f"{element.tag} {name}")
            if name in ("href", "src", "action", "formaction", "poster", "data", "srcset"):
                here = re.match(r"https?://[^/]|/(?!/)|#|\?", value)
                local = name in ("href",) or value.startswith("/") or "127.0.0.1" in value
                if here is None or not local:
                    found.append(f"{element.tag} {name}={value}")
    return found


async def test_whatever_a_profile_says_its_page_is_inert(cast: Cast) -> None:
    everything = "".join(ATTACKS)
    fields = [{"type": "PropertyValue", "name": a, "value": a} for a in ATTACKS]
    fields += [{"type": "PropertyValue", "name": "x", "value": link} for link in LINKS]
    cast.alice.serve(
        name=everything[:400],
        summary=everything,
        attachment=fields,
        url=[{"type": "Link", "href": link, "mediaType": "text/html"} for link in LINKS],
        icon={"type": "Image", "url": LINKS[0], "summary": everything},
        image={"type": "Image", "url": LINKS[5], "summary": everything},
        tag=[
            {"type": "Emoji", "name": f":{attack}:", "icon": {"type": "Image", "url": LINKS[0]}}
            for attack in (*ATTACKS, "x")
        ],
    )
    await cast.follow(cast.alice)
    await cast.here.settle()
    for path in (f"/@{cast.alice.handle}", f"/@{cast.alice.handle}.rss"):
        status, text = await cast.here.get(path)
        if path.endswith("rss"):
            assert "<script" not in text
            continue
        assert status == 200
        assert active(parse_page(text)) == []
        assert "7*7" in text


async def test_whatever_a_post_says_its_pages_are_inert(cast: Cast) -> None:
    await cast.follow(cast.alice)
    for number, attack in enumerate(ATTACKS):
        link = LINKS[number % len(LINKS)]
        note = {
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": f"{cast.alice.id}/notes/x{number}",
            "type": ("Question", "Article", "Note", "Event")[number % 4],
            "attributedTo": cast.alice.id,
            "to": [PUBLIC],
            "cc": [cast.alice.followers],
            "name": attack,
            "content": f"<p>words {attack} :x:</p>",
            "summary": attack,
            "sensitive": number % 3 == 0,
            "url": link,
            "published": "2026-11-20T09:00:00Z",
            "startTime": "2026-11-21T09:00:00Z",
            "location": {"type": "Place", "name": attack},
            "contentMap": {attack: f"<p>words {attack} :x:</p>"},
            "attachment": [
                {"type": "Image", "mediaType": "image/png", "url": link, "name": attack},
                {"type": "Image", "mediaType": "image/svg+xml", "url": "https://127.0.0.1:9/x.svg"}
                | {"name": attack, "blurhash": attack},
                {"type": "Document", "mediaType": attack, "url": LINKS[5], "name": attack},
                {"type": "Link", "href": link, "name": attack},
            ],
            "tag": [
                {"type": "Hashtag", "name": f"#{attack}", "href": link},
                {"type": "Hashtag", "name": "#tag", "href": link},
                {"type": "Mention", "name": f"@{attack}", "href": link},
                {"type": "Emoji", "name": f":{attack}:", "icon": {"type": "Image", "url": link}},
                {"type": "Emoji", "name": ":x:", "icon": {"type": "Image", "url": link}},
            ],
            "oneOf": [{"type": "Note", "name": attack}, {"type": "Note", "name": f"b{attack}"}],
            "endTime": "2026-11-29T09:00:00Z",
        }
        assert (await cast.deliver(cast.alice, cast.alice.activity("Create", note))).status == 202
        post = await cast.here.post(str(note["id"]))
        assert post is not None
        status, text = await cast.here.get(f"/@{cast.alice.handle}/{post.id}")
        assert status == 200
        assert "words" in text
        assert active(parse_page(text)) == [], attack
    status, text = await cast.here.get(f"/@{cast.alice.handle}")
    assert status == 200
    assert active(parse_page(text)) == []
