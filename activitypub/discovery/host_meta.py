"""host-meta (RFC 6415): where WebFinger is, for software that asks there first."""

from __future__ import annotations

from typing import Any, Final
from xml.sax.saxutils import quoteattr

from activitypub.discovery.webfinger import JRD_JSON

XRD_XML: Final = "application/xrd+xml; charset=utf-8"


def _template(base_url: str) -> str:
    return f"{base_url}/.well-known/webfinger?resource={{uri}}"


def build_host_meta_xrd(base_url: str) -> str:
    """The XRD document; ``base_url`` without a slash at its end."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0">\n'
        f'  <Link rel="lrdd" type="{JRD_JSON}" template={quoteattr(_template(base_url))}/>\n'
        "</XRD>\n"
    )


def build_host_meta_json(base_url: str) -> dict[str, Any]:
    """The JRD form of the same (RFC 6415, appendix A)."""
    return {"links": [{"rel": "lrdd", "type": JRD_JSON, "template": _template(base_url)}]}
