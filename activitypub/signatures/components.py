"""The signature base of RFC 9421 (section 2): covered components and their values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import parse_qsl, quote

import http_sf

from activitypub.signatures.request import (
    SignedRequest,
    SignedResponse,
    Target,
    combined_value,
    field_lines,
    normal_authority,
    split_target,
)
from activitypub.verdicts import Refused

Component = tuple[str, Mapping[str, Any]]
"""A component's name and its parameters, as http_sf parses them."""

_MAX_COMPONENTS: Final = 32
_MAX_QUERY_PARAMETERS: Final = 64
_MISSING: Final = Refused("missing_component", "the signature covers what is not there")
_BAD_FIELD: Final = Refused(
    "bad_field", "the signature covers a field with characters it may not have"
)
_UNKNOWN: Final = Refused("unknown_component", "the signature covers a component we do not know")


def signature_base(
    components: Sequence[Component],
    parameters: Mapping[str, Any],
    message: SignedRequest | SignedResponse,
) -> bytes | Refused:
    """The octets that a signature over ``components`` covers (RFC 9421 2.5).

    Known are fields, whole or with ``key`` or ``bs``, and every derived component of requests and
    responses. ``sf`` needs the type of each field, ``tr`` trailers and ``req`` the request of a
    response: these are refused as ``unknown_component``.
    """
    if len(components) > _MAX_COMPONENTS:
        return Refused("repeated_component", "the signature covers too many components")
    lines: list[str] = []
    seen: set[tuple[str, frozenset[tuple[str, Any]]]] = set()
    for name, component_parameters in components:
        identity = (name, frozenset(component_parameters.items()))
        if identity in seen:
            return Refused("repeated_component", "the signature covers a component twice")
        seen.add(identity)
        value = _component_value(name, component_parameters, message)
        if isinstance(value, Refused):
            return value
        lines.append(f"{_serialise((name, dict(component_parameters)))}: {value}")
    covered = [(name, dict(component_parameters)) for name, component_parameters in components]
    signed_parameters = _serialise((covered, dict(parameters)))
    lines.append(f'"@signature-params": {signed_parameters}')
    return "\n".join(lines).encode("ascii")


def _serialise(structure: Any) -> str:
    bare, parameters = structure
    return (
        http_sf.ser((bare, dict(parameters))) if isinstance(bare, str) else _inner_list(structure)
    )


def _inner_list(structure: Any) -> str:
    # http_sf serialises an inner list only inside a list.
    return http_sf.ser([structure])


def _component_value(
    name: str, parameters: Mapping[str, Any], message: SignedRequest | SignedResponse
) -> str | Refused:
    if not name.startswith("@"):
        return _field_value(name, parameters, message.headers)
    if isinstance(message, SignedResponse):
        if name != "@status" or parameters:
            return _UNKNOWN
        return f"{message.status:03d}"
    target = split_target(message.url)
    if target is None:
        return Refused("bad_target", "the request's target is malformed")
    if name == "@query-param":
        return _query_parameter(target, parameters)
    derive = _DERIVED.get(name)
    if derive is None or parameters:
        return _UNKNOWN
    return derive(message, target)


_DERIVED: Final[Mapping[str, Callable[[SignedRequest, Target], str]]] = {
    "@method": lambda request, target: request.method,
    "@target-uri": lambda request, target: target.uri,
    "@authority": lambda request, target: normal_authority(target.authority, target.scheme),
    "@scheme": lambda request, target: target.scheme,
    "@request-target": lambda request, target: target.origin_form,
    "@path": lambda request, target: target.path,
    "@query": lambda request, target: f"?{target.query or ''}",
}


def _query_parameter(target: Target, parameters: Mapping[str, Any]) -> str | Refused:
    """The one query parameter of that name, re-encoded (RFC 9421 2.2.8)."""
    name = parameters.get("name")
    if not isinstance(name, str) or len(parameters) != 1:
        return _UNKNOWN
    try:
        pairs = parse_qsl(
            target.query or "", keep_blank_values=True, max_num_fields=_MAX_QUERY_PARAMETERS
        )
    except ValueError:
        return _MISSING
    values = [value for key, value in pairs if _form_encoded(key) == name]
    # A name that occurs twice must not be covered: which of the two was meant?
    return _form_encoded(values[0]) if len(values) == 1 else _MISSING


def _form_encoded(text: str) -> str:
    return quote(text, safe="*-._").replace("~", "%7E")


def _field_value(
    name: str, parameters: Mapping[str, Any], headers: Mapping[str, tuple[str, ...]]
) -> str | Refused:
    if name != name.lower():
        return _UNKNOWN
    lines = field_lines(headers, name)
    if not lines:
        return _MISSING
    if dict(parameters) == {"bs": True}:
        return _byte_sequences(lines)
    value = combined_value(lines)
    if value is None:
        return _BAD_FIELD
    if set(parameters) == {"key"}:
        return _dictionary_member(value, parameters["key"])
    return _UNKNOWN if parameters else value


def _byte_sequences(lines: tuple[str, ...]) -> str | Refused:
    try:
        # aiohttp keeps octets that are not UTF-8 as lone surrogates.
        octets = [line.encode("utf-8", "surrogateescape") for line in lines]
    except UnicodeEncodeError:
        return _BAD_FIELD
    return ", ".join(http_sf.ser((line, {})) for line in octets)


def _dictionary_member(value: str, key: object) -> str | Refused:
    try:
        members = http_sf.parse(value.encode("ascii"), tltype="dictionary")
    except ValueError:
        return _MISSING
    member = members.get(key) if isinstance(members, dict) and isinstance(key, str) else None
    if not isinstance(member, tuple):
        return _MISSING
    return http_sf.ser([member])
