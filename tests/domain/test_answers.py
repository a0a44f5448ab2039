"""Every phrase, and everything that must not pass for one."""

from __future__ import annotations

import re

import pytest

from fedi_cotweet.domain.answers import _PHRASES, _TABLE, Reading, hints_at_leaving, read_answer

ID = "https://a.example/notes/42"
DIGEST = "zQmYWL2c66fRdoMe7zEgSmQhamR3tH8Gw4zqg79tZJ2t5sB"
OTHER_DIGEST = "zQmXJxnJZMznGnNZcCknAyZBkh8VfQaJvp5n8k5nVZEW6Fx"

BY_MEANING = {
    meaning: [phrase for phrase, said in _TABLE.items() if said == meaning] for meaning in _PHRASES
}
CLEAR = [(phrase, said) for phrase, said in _TABLE.items() if said not in ("filler", "regret")]


def test_a_phrase_alone_says_what_the_table_says() -> None:
    for phrase, said in CLEAR:
        assert read_answer(phrase) == said, phrase
        assert read_answer(f"@alice@a.example {phrase.upper()}!!") == said, phrase
        assert read_answer(f" “{phrase.capitalize()}”. \n\n") == said, phrase


def test_no_phrase_has_two_meanings() -> None:
    meanings: dict[str, set[str]] = {}
    for meaning, phrases in _PHRASES.items():
        for phrase in re.split(r"[|\n]", phrases):
            if phrase.strip():
                meanings.setdefault(phrase.strip(), set()).add(str(meaning))
    assert {phrase: said for phrase, said in meanings.items() if len(said) > 1} == {}


def test_a_yes_with_anything_else_is_no_consent() -> None:
    for phrase in BY_MEANING[Reading.ACCEPT]:
        for spoiled in _spoiled(phrase):
            said = read_answer(spoiled, known=(ID, DIGEST))
            assert said is not Reading.ACCEPT, spoiled


def _spoiled(phrase: str) -> tuple[str, ...]:
    return (
        f"{phrase}, but change the title",
        f"{phrase} and no",
        f"no {phrase}",
        f"{phrase}?",
        f"{phrase}？",
        f"{phrase} 😂",
        f"{phrase} 👎",
        f"~~{phrase}~~",
        f"{phrase} https://a.example/terms",
        f"{phrase} #notreally",
        f"{phrase} /s",
        f"{phrase} :nope:",
        f"if you pay me {phrase}",
        f"{phrase} " * 50,
        f"{phrase} {OTHER_DIGEST}",
    )


def test_every_no_takes_back_every_yes() -> None:
    for no in (*BY_MEANING[Reading.DECLINE], *BY_MEANING[Reading.STOP]):
        for yes in ("accept", "oui", "수락", "ja", "はい"):
            assert read_answer(f"{yes}, {no}") is not Reading.ACCEPT, (yes, no)
            assert read_answer(f"{no} {yes}") is not Reading.ACCEPT, (yes, no)


@pytest.mark.parametrize(
    "text",
    [
        *("yes!!", "Yes!", "YES", "ok 👍", "Accept.", "“accept”", "yes, yes, yes", "yes please"),
        *("I accept, thank you!", "Oui, merci !", "D’accord", "J'accepte avec plaisir 🎉", "네!"),
        *("수락합니다. 감사합니다!", "동의", "Ja, gerne!", "¡Sí!", "Sí, acepto", "Sì, accetto"),
        *("はい、承諾します。", "好的，同意！", "Да, согласна", "yes 👍🏽", "accept ❤️", "yes :)"),
        *("\u200bye\u200bs\ufeff", "ｙｅｓ", "hello, yes", "@alice yes @carol@c.example"),
        *(f"accept {ID} {DIGEST}", f"accept <{ID}> {DIGEST}.", f"{ID} {DIGEST} yes"),
    ],
)
def test_a_clear_yes(text: str) -> None:
    assert read_answer(text, known=(ID, DIGEST)) is Reading.ACCEPT


@pytest.mark.parametrize(
    "text",
    [
        *(
            "decline",
            "No.",
            "Sorry, no",
            "leider nein",
            "no, thanks",
            "non merci !",
            "거절합니다",
            "Nein, danke",
            "No gracias",
        ),
        *("decline: I am too busy this week", "I refuse, this is not mine.", "いいえ", "拒绝！"),
        *("I changed my mind 😂", "no 👍", "I don't accept", "je n’accepte pas"),
    ],
)
def test_a_clear_no(text: str) -> None:
    assert read_answer(text) is Reading.DECLINE


@pytest.mark.parametrize(
    "text",
    [
        *("leave", "Remove my name", "remove my name, please", "탈퇴", "no, leave"),
        "Je me retire.",
        "take my name off because I moved",
    ],
)
def test_a_clear_word_that_the_name_is_to_go(text: str) -> None:
    assert read_answer(text) is Reading.LEAVE


@pytest.mark.parametrize(
    "text", ["stop", "STOP!!", "Stop asking me.", "no, stop", "그만", "arrête"]
)
def test_never_again(text: str) -> None:
    assert read_answer(text) is Reading.STOP


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "!!!", "👍", "❤️", "🎉🎉", "@alice", "thanks", "great", "hello", "…", "?", "1"),
        *("accept but change the title", "yes, but…", "yes and no", "yes?", "should I accept?"),
        *("is this a joke", "who are you", "yes lol", "haha yes", "yes, when pigs fly", "not yes"),
        *(
            "sorry, yes",
            "ja leider",
            "malheureusement oui",
            "accept or decline",
            "accept/decline",
            "I will accept tomorrow",
            "yes 🤡",
            "yes ;)",
        ),
        *("yes I accept if my photo goes", "no problem", "no worries", "leave it as it is"),
        *(
            "> accept",
            "> accept\n> decline",
            "@alice > accept",
            f"accept {ID} {OTHER_DIGEST}",
            "accept zQmfoo",
        ),
        *("accept https://b.example/notes/1", "tak", "так", "ano", "decline?", "stop?", "+1"),
        *("No way, this is great, I accept!", "a" * 5000, "yes " + "é" * 5000, "\U000e0001", "💩"),
        *("decline unless you pay, then yes", "I do, however", "oui mais non", "네, 그런데 제목은"),
    ],
)
def test_whatever_is_not_clear_is_unclear(text: str) -> None:
    assert read_answer(text, known=(ID, DIGEST)) is Reading.UNCLEAR


def test_only_words_that_may_take_a_name_off_ask_for_an_answer_later() -> None:
    assert hints_at_leaving("hm, maybe I should leave, what do you think?")
    assert hints_at_leaving("please stop this somehow, will you")
    assert not hints_at_leaving("looking forward to it!")
    assert not hints_at_leaving("")
