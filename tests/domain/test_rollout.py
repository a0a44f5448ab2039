"""Who may start co-tweets."""

import itertools
from datetime import UTC, datetime

import pytest

from fedi_cotweet.domain.rollout import EVERYBODY, Rollout, parse_rollout, place

PEOPLE = [f"https://a.example/users/u{number}" for number in range(1_000)]


def _who(rollout: Rollout, now: int = 0) -> set[str]:
    return {uri for uri in PEOPLE if rollout.allows(uri, uri.rpartition("/")[2], now)}


def test_everybody_may_unless_the_operator_says_otherwise() -> None:
    assert _who(EVERYBODY) == _who(parse_rollout("on")) == set(PEOPLE)
    assert _who(parse_rollout("off", "u1,u2")) == set()


def test_a_list_lets_in_whom_it_names() -> None:
    assert _who(parse_rollout("allowlist", "@U1, u2 ,,nobody")) == {PEOPLE[1], PEOPLE[2]}
    assert _who(parse_rollout("allowlist")) == set()


def test_a_growing_share_keeps_everybody_it_had() -> None:
    shares = [_who(parse_rollout(f"percent:{share}")) for share in (0, 10, 50, 99, 100)]
    assert all(before < after for before, after in itertools.pairwise(shares))
    assert [round(len(who) / 100) for who in shares] == [0, 1, 5, 10, 10]


def test_a_place_in_line_is_the_same_on_every_machine() -> None:
    assert [place(uri) for uri in PEOPLE[:4]] == [6, 82, 65, 67]


def test_a_trial_ends_on_its_day_for_everybody() -> None:
    rollout = parse_rollout("on", until="2026-11-30")
    end = int(datetime(2026, 12, 1, tzinfo=UTC).timestamp() * 1000)
    assert _who(rollout, end - 1) == set(PEOPLE)
    assert _who(rollout, end) == set()
    assert parse_rollout("on", until="2026-11-30T12:00+02:00").until == end - 14 * 3_600_000


@pytest.mark.parametrize(
    ("mode", "until"),
    [
        ("sometimes", ""),
        ("percent", ""),
        ("percent:", ""),
        ("percent:101", ""),
        ("percent:-1", ""),
        ("percent:1e1", ""),
        ("on", "tomorrow"),
        ("on", "2026-02-30"),
        ("on", "2026-11-30T12:00"),
        ("on", "9999-12-31"),
    ],
)
def test_what_cannot_be_meant_is_refused(mode: str, until: str) -> None:
    with pytest.raises(ValueError, match="“"):
        parse_rollout(mode, until=until)
