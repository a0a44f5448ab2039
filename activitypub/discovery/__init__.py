"""Finding people and servers: handles, WebFinger, host-meta, NodeInfo, OAuth metadata."""

from __future__ import annotations

from activitypub.discovery.handles import Handle, is_username, parse_handle
from activitypub.discovery.host_meta import XRD_XML, build_host_meta_json, build_host_meta_xrd
from activitypub.discovery.intents import build_templates, read_templates
from activitypub.discovery.nodeinfo import (
    Instance,
    NodeInfo,
    build_nodeinfo,
    build_nodeinfo_links,
    nodeinfo_type,
    parse_nodeinfo,
    parse_nodeinfo_links,
)
from activitypub.discovery.oauth import build_oauth_metadata
from activitypub.discovery.webfinger import (
    JRD_JSON,
    Discovered,
    Jrd,
    build_jrd,
    build_server_jrd,
    claimed_handles,
    discover,
    parse_jrd,
    webfinger_url,
)

__all__ = [
    "JRD_JSON",
    "XRD_XML",
    "Discovered",
    "Handle",
    "Instance",
    "Jrd",
    "NodeInfo",
    "build_host_meta_json",
    "build_host_meta_xrd",
    "build_jrd",
    "build_nodeinfo",
    "build_nodeinfo_links",
    "build_oauth_metadata",
    "build_server_jrd",
    "build_templates",
    "claimed_handles",
    "discover",
    "is_username",
    "nodeinfo_type",
    "parse_handle",
    "parse_jrd",
    "parse_nodeinfo",
    "parse_nodeinfo_links",
    "read_templates",
    "webfinger_url",
]
