"""Which language somebody gets, and how it writes dates, numbers and what was refused."""

from __future__ import annotations

import contextvars
import json
from collections.abc import Callable

import pytest

from fedi_cotweet.languages import numbers
from fedi_cotweet.languages.negotiation import accepted, known
from fedi_cotweet.languages.reader import reader, speak
from fedi_cotweet.languages.wording import joined, parts, run_on, said, say, say_count

AT = 1_795_186_800_000  # 2026-11-20T15:00:00Z
HOUR = 3_600_000


def spoken(code: str, make: Callable[[], str]) -> str:
    """What ``make`` gives in a language."""

    def run() -> str:
        speak(code)
        return make().replace("\u202f", " ").replace("\xa0", " ")

    return contextvars.copy_context().run(run)


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("", "en"),
        ("fr", "fr"),
        ("fr-CA,fr;q=0.9", "fr"),
        ("KO-kr", "ko"),
        ("de, fr;q=0.5, ko;q=0.8", "ko"),
        ("de-AT, en-GB;q=0.9, fr;q=0.9", "en"),
        ("fr;q=0, ko;q=0.1", "ko"),
        ("fr;q=0", "en"),
        ("*", "en"),
        ("de, *;q=0.5", "en"),
        ("ko;q=0.4, *;q=0.1", "ko"),
        ("fr;q=2", "en"),
        ("fr;q=0.1234", "en"),
        ("français", "en"),
        (",,;q=1," * 1_000 + "fr", "en"),
    ],
)
def test_a_browser_gets_the_language_it_likes_best(header: str, code: str) -> None:
    assert accepted(header, "en") == code


def test_a_server_has_a_language_for_whoever_asks_for_none() -> None:
    assert accepted("de", "ko") == "ko"
    assert accepted("*, fr;q=0.5", "ko") == "ko"
    assert (known("fr"), known("de"), known(None)) == ("fr", "", "")


def test_dates_are_written_as_the_language_does() -> None:
    cases = {
        "en": ("20 Nov 2026", "Nov 2026", "20 Nov 2026, 15:00 UTC", "in 3 days", "2 hours ago"),
        "fr": (
            "20 nov. 2026",
            "nov. 2026",
            "20 nov. 2026, 15:00 UTC",
            "dans 3 jours",
            "il y a 2 heures",
        ),
        "ko": (
            "2026년 11월 20일",
            "2026년 11월",
            "2026년 11월 20일 15:00 UTC",
            "3일 후",
            "2시간 전",
        ),
    }
    for code, (day, month, full, later, before) in cases.items():
        assert spoken(code, lambda: numbers.day(AT)) == day
        assert spoken(code, lambda: numbers.month(AT)) == month
        assert spoken(code, lambda: numbers.full(AT)) == full
        assert spoken(code, lambda: numbers.apart(AT + 72 * HOUR, AT)) == later
        assert spoken(code, lambda: numbers.apart(AT - 2 * HOUR, AT)) == before
    assert numbers.day(10**30) == "31 Dec 9999"
    assert numbers.day(-5) == "1 Jan 1970"


def test_numbers_are_written_as_the_language_does() -> None:
    for code, number, share in (
        ("en", "12,345", "12%"),
        ("fr", "12 345", "12 %"),
        ("ko", "12,345", "12%"),
    ):
        assert spoken(code, lambda: numbers.number(12_345)) == number
        assert spoken(code, lambda: numbers.number(999)) == "999"
        assert spoken(code, lambda: numbers.percent(0.123)) == share


def test_what_was_refused_is_english_for_programs_and_the_readers_language_on_pages() -> None:
    text = say("Saved.")
    assert text == "Saved."
    assert spoken("fr", lambda: said(text)) == "Enregistré."
    assert spoken("ko", lambda: said("Saved.")) == "저장했습니다."
    assert spoken("fr", lambda: said("A text of another server")) == "A text of another server"
    assert said("") == "", "not the head of the catalogue"
    filled = say("{what} {count} {nested}", what="{count}", count=3, nested=say("Saved."))
    assert filled == "{count} 3 Saved."
    assert spoken("fr", lambda: said(filled)) == "{count} 3 Enregistré."
    typed = say("There is an account called {username}.", username="Delete")
    assert spoken("fr", lambda: said(typed)) == "Il y a déjà un compte nommé Delete."
    assert say("{not a value}") == "{not a value}"


@pytest.mark.parametrize(
    ("count", "english", "french", "korean"),
    [
        (0, "0 minutes", "0 minute", "0분"),
        (1, "1 minute", "1 minute", "1분"),
        (2_500, "2500 minutes", "2 500 minutes", "2,500분"),
    ],
)
def test_what_is_counted_has_the_form_that_the_language_wants(
    count: int, english: str, french: str, korean: str
) -> None:
    text = say_count("Try again in {count} minute.", "Try again in {count} minutes.", count)
    assert text == f"Try again in {english}."
    assert spoken("fr", lambda: said(text)) == f"Réessayez dans {french}."
    assert spoken("ko", lambda: said(text)) == f"{korean} 뒤에 다시 해 보세요."


@pytest.mark.parametrize(
    "text",
    [
        say("Saved."),
        say(
            "The profile cannot be like this: {why}.",
            why=say("it has at most {most} fields", most=4),
        ),
        say_count("Try again in {count} minute.", "Try again in {count} minutes.", 1),
    ],
)
def test_a_text_that_was_kept_can_be_said_in_every_language(text: str) -> None:
    kept = joined(str(text), json.loads(json.dumps(parts(text))))
    assert kept == text
    for code in ("en", "fr", "ko"):
        assert spoken(code, lambda: said(kept)) == spoken(code, lambda: said(text))


def test_texts_that_run_on_are_said_each_by_itself() -> None:
    text = run_on(["+", say("Saved."), "Delete"], " ")
    assert text == "+ Saved. Delete"
    assert spoken("fr", lambda: said(joined("", parts(text)))) == "+ Enregistré. Delete"
    assert run_on([]) == ""


def test_a_text_that_stands_in_the_code_is_kept_as_it_is() -> None:
    assert parts("Saved.") is None
    assert joined("Saved.", None) == "Saved."


def test_outside_of_a_request_texts_are_english() -> None:
    assert reader().language.code == "en"
