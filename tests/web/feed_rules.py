"""What RFC 4287, RSS 2.0 and JSON Feed 1.1 demand of a feed, for what of them we write."""

from __future__ import annotations

from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import urlsplit

import jsonschema
from lxml import etree

ATOM_NG: Final = """
<grammar xmlns="http://relaxng.org/ns/structure/1.0" ns="http://www.w3.org/2005/Atom"
    datatypeLibrary="http://www.w3.org/2001/XMLSchema-datatypes">
  <start>
    <element name="feed"><interleave>
      <element name="id"><ref name="uri"/></element>
      <element name="title"><text/></element>
      <element name="updated"><ref name="time"/></element>
      <optional><element name="subtitle"><text/></element></optional>
      <optional><element name="icon"><ref name="uri"/></element></optional>
      <element name="generator"><attribute name="version"/><text/></element>
      <zeroOrMore><ref name="author"/></zeroOrMore>
      <oneOrMore><ref name="link"/></oneOrMore>
      <zeroOrMore><ref name="entry"/></zeroOrMore>
    </interleave></element>
  </start>
  <define name="entry">
    <element name="entry"><interleave>
      <element name="id"><ref name="uri"/></element>
      <element name="title"><text/></element>
      <element name="published"><ref name="time"/></element>
      <element name="updated"><ref name="time"/></element>
      <oneOrMore><ref name="author"/></oneOrMore>
      <oneOrMore><ref name="link"/></oneOrMore>
      <element name="content">
        <attribute name="type"><value>html</value></attribute>
        <optional><attribute name="xml:lang"><data type="language"/></attribute></optional>
        <text/>
      </element>
    </interleave></element>
  </define>
  <define name="author">
    <element name="author"><interleave>
      <element name="name"><data type="string"><param name="minLength">1</param></data></element>
      <optional><element name="uri"><ref name="uri"/></element></optional>
    </interleave></element>
  </define>
  <define name="link">
    <element name="link">
      <attribute name="rel"><choice>
        <value>alternate</value><value>self</value><value>next</value><value>enclosure</value>
      </choice></attribute>
      <attribute name="href"><ref name="uri"/></attribute>
      <attribute name="type"><ref name="mime"/></attribute>
      <optional><attribute name="length"><data type="positiveInteger"/></attribute></optional>
    </element>
  </define>
  <define name="uri">
    <data type="anyURI"><param name="pattern">https?://.+</param></data>
  </define>
  <define name="mime"><data type="string"><param name="pattern">.+/.+</param></data></define>
  <define name="time"><data type="dateTime"/></define>
</grammar>
"""

_PEOPLE: Final = {
    "type": "array",
    "minItems": 1,
    "items": {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": False,
        "properties": {"name": {"type": "string"}, "url": {"$ref": "#/$defs/url"}},
    },
}
JSON_FEED: Final[dict[str, Any]] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$defs": {"url": {"type": "string", "pattern": "^https?://."}},
    "type": "object",
    "required": ["version", "title", "items"],
    "additionalProperties": False,
    "properties": {
        "version": {"const": "https://jsonfeed.org/version/1.1"},
        "title": {"type": "string"},
        "description": {"type": "string"},
        "home_page_url": {"$ref": "#/$defs/url"},
        "feed_url": {"$ref": "#/$defs/url"},
        "next_url": {"$ref": "#/$defs/url"},
        "icon": {"$ref": "#/$defs/url"},
        "authors": _PEOPLE,
        "items": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id", "content_html"],
                "additionalProperties": False,
                "properties": {
                    "id": {"type": "string", "minLength": 1},
                    "url": {"$ref": "#/$defs/url"},
                    "title": {"type": "string"},
                    "content_html": {"type": "string"},
                    "date_published": {"type": "string", "format": "date-time"},
                    "date_modified": {"type": "string", "format": "date-time"},
                    "language": {"type": "string"},
                    "authors": _PEOPLE,
                    "attachments": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["url", "mime_type"],
                            "additionalProperties": False,
                            "properties": {
                                "url": {"$ref": "#/$defs/url"},
                                "mime_type": {"type": "string", "pattern": "^.+/.+$"},
                                "title": {"type": "string"},
                                "size_in_bytes": {"type": "integer", "minimum": 1},
                            },
                        },
                    },
                },
            },
        },
    },
}

_CHANNEL: Final = {"title", "link", "description"}
_CHANNEL_MORE: Final = {"generator", "lastBuildDate", "image", "item"}
_ITEM: Final = {"title", "link", "guid", "pubDate", "description"}


def check_atom(body: bytes) -> None:
    """Raises ``AssertionError`` with what is wrong."""
    schema = etree.RelaxNG(etree.fromstring(ATOM_NG))
    root = etree.fromstring(body)
    assert schema.validate(root), schema.error_log
    space = {"a": "http://www.w3.org/2005/Atom"}
    ids = root.xpath("//a:entry/a:id/text()", namespaces=space)
    assert len(ids) == len(set(ids)), "an id is an entry's alone"
    assert len(root.xpath("/a:feed/a:link[@rel='self']", namespaces=space)) == 1


def check_json(document: Any) -> None:
    """The same of a JSON Feed."""
    jsonschema.validate(document, JSON_FEED)
    ids = [item["id"] for item in document["items"]]
    assert len(ids) == len(set(ids))


def check_rss(body: bytes) -> None:
    """The same of RSS, with what the RSS Advisory Board's profile demands beside."""
    root = etree.fromstring(body)
    assert (root.tag, root.get("version")) == ("rss", "2.0")
    [channel] = root
    own = [one.tag for one in channel if not one.tag.startswith("{")]
    assert set(own) - _CHANNEL_MORE == _CHANNEL
    assert all(own.count(tag) == 1 for tag in set(own) - {"item"})
    for date in channel.iter("lastBuildDate", "pubDate"):
        assert parsedate_to_datetime(date.text).tzinfo is not None
    assert next(_others(channel, "link")).get("rel") == "self"
    for image in channel.iter("image"):
        assert image.findtext("title") == channel.findtext("title")
        assert image.findtext("link") == channel.findtext("link")
        _check_address(image.findtext("url"))
    for item in channel.iter("item"):
        tags = [one.tag for one in item if not one.tag.startswith("{")]
        assert set(tags) - {"enclosure"} == _ITEM
        assert all(tags.count(tag) == 1 for tag in tags), "one enclosure at most"
        _check_address(item.findtext("link"))
        guid = item.find("guid")
        assert guid.text
        assert guid.get("isPermaLink") == "false"
        for enclosure in item.iter("enclosure"):
            assert set(enclosure.attrib) == {"url", "length", "type"}
            assert int(enclosure.get("length")) > 0
            _check_address(enclosure.get("url"))


def _others(channel: Any, name: str) -> Iterator[Any]:
    return (one for one in channel if one.tag == f"{{http://www.w3.org/2005/Atom}}{name}")


def _check_address(address: str) -> None:
    parts = urlsplit(address)
    assert parts.scheme in ("http", "https"), address
    assert parts.netloc, address
