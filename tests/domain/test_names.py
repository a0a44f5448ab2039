from __future__ import annotations

import pytest

from fedi_cotweet.domain.names import TURNING, one_line


@pytest.mark.parametrize(
    "name",
    [
        "Zoë",
        "دانا الحسيني",
        "علی\u200cرضا",
        "김유나",
        "Ann \N{WOMAN}\u200d\N{PERSONAL COMPUTER}",
        "\N{HEAVY BLACK HEART}\ufe0f\u200d\N{FIRE}",
        "葛\U000e0100城",
    ],
)
def test_names_of_all_scripts_and_emoji_stay_as_they_are(name: str) -> None:
    assert one_line(name) == name


@pytest.mark.parametrize("blank", [" ", "\u00a0", "\u2003", "\u2800", "\u3164", "\u115f", "\uffa0"])
def test_a_run_of_blanks_is_one_space(blank: str) -> None:
    assert one_line(f"{blank}a{blank * 9}b{blank}") == "a b"
    assert one_line(blank * 3) == ""


@pytest.mark.parametrize(
    "unseen", [*sorted(TURNING), "\u200b", "\u200d", "\u2060", "\u00ad", "\ufeff", "\u034f", "\0"]
)
def test_what_has_no_width_goes(unseen: str) -> None:
    assert one_line(f"{unseen}bo{unseen * 3}b{unseen}") == "bob"
