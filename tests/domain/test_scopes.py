"""Which scope covers which."""

import pytest

from fedi_cotweet.domain.scopes import ALL, allows, read_scopes, unknown, within


@pytest.mark.parametrize(
    ("held", "needed", "may"),
    [
        ("read", "read:statuses", True),
        ("read", "write:statuses", False),
        ("read:statuses", "read", False),
        ("read:statuses", "read:statuses", True),
        ("read:statuses", "read:accounts", False),
        ("write", "write:media", True),
        ("follow", "write:follows", True),
        ("follow", "read:blocks", True),
        ("follow", "write:mutes", True),
        ("follow", "read:statuses", False),
        ("read write", "push", False),
        ("read write", "follow", False),
        ("", "read", False),
        ("read", "read:nonsense", False),
    ],
)
def test_a_scope_covers_its_parts_and_nothing_else(held: str, needed: str, may: bool) -> None:
    assert allows(frozenset(held.split()), needed) is may


def test_scopes_are_read_once_each_in_their_order() -> None:
    assert read_scopes(" read  write:media read+push ") == ("read", "write:media", "push")
    assert unknown(("read", "admin:write", "READ")) == ("admin:write", "READ")
    assert unknown(ALL) == ()


def test_nobody_is_granted_more_than_the_app_may_ask_for() -> None:
    assert within(("read:statuses", "push"), ("read", "push"))
    assert within(("write:follows",), ("follow",))
    assert not within(("read",), ("read:statuses",))
    assert not within(("read", "write"), ("read",))
