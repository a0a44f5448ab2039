"""Whatever is refused or told can be said in every language: no text of a ``ServiceError`` or a
notification is put together where translators do not see it whole."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator

import pytest

from fedi_cotweet.domain.consent import ConsentState, Move
from fedi_cotweet.languages.catalogues import NAMES, SOURCE
from fedi_cotweet.languages.extraction import PACKAGE, code_files
from fedi_cotweet.languages.reader import speaking
from fedi_cotweet.languages.wording import said
from fedi_cotweet.services.errors import not_found
from fedi_cotweet.services.reasons import OF_THE_PROTOCOL, why_not

SAY = {"say", "say_count", "mark"}
WORD = re.compile(r"[^\W\d_]")
TRANSLATED = sorted(set(NAMES) - {SOURCE})


def put_together(code: str) -> Iterator[str]:
    """The texts of refusals that are not whole in the code."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("ServiceError"):
            texts = [*node.args[2:], *(one.value for one in node.keywords)]
            yield from (ast.unparse(text) for text in texts if not is_whole(text))


def is_whole(text: ast.expr) -> bool:
    match text:
        case ast.IfExp():
            return is_whole(text.body) and is_whole(text.orelse)
        case ast.Call(func=ast.Name(name)) if name in SAY:
            return all(is_value(one.value) for one in text.keywords)
        case ast.Constant() | ast.Name() | ast.Attribute() | ast.Subscript():
            return True
        case ast.Call(func=ast.Name(name)):  # of ours, that gives such a text
            return name not in dir(builtins)
    return False


def is_value(value: ast.expr) -> bool:
    """Whether something is put into a text that has no words of its own: ``@name@host``."""
    if not isinstance(value, ast.JoinedStr):
        return True
    return not any(
        isinstance(part, ast.Constant) and WORD.search(str(part.value)) for part in value.values
    )


def test_every_refusal_is_a_whole_text() -> None:
    found = {
        str(file.relative_to(PACKAGE)): list(put_together(file.read_text(encoding="utf-8")))
        for file in code_files()
    }
    assert not {name: texts for name, texts in found.items() if texts}


def missing_things() -> Iterator[str]:
    """What code that answers pages says is not there."""
    for file in code_files():
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("not_found", "_which"):
                yield from (str(one.value) for one in node.args if isinstance(one, ast.Constant))


@pytest.mark.parametrize("what", sorted(set(missing_things())))
def test_what_is_not_there_has_a_name_in_every_language(what: str) -> None:
    refusal = not_found(what)
    assert refusal.safe == f"There is no such {what}."
    for code in TRANSLATED:
        with speaking(code):
            assert said(refusal.safe) != refusal.safe
            assert said(refusal.fix) != refusal.fix


def untold(code: str) -> Iterator[str]:
    """What people are told of (``events.tell``) in a text that is kept in English only."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("tell", "tell_authors"):
            texts = [one.value for one in node.keywords if one.arg == "text"]
            yield from (ast.unparse(text) for text in texts if not is_said(text))


def is_said(text: ast.expr) -> bool:
    if isinstance(text, ast.IfExp):
        return is_said(text.body) and is_said(text.orelse)
    return is_whole(text) and not isinstance(text, ast.Constant)


def test_every_notification_is_a_whole_text() -> None:
    found = {str(file): list(untold(file.read_text(encoding="utf-8"))) for file in code_files()}
    assert not {name: texts for name, texts in found.items() if texts}
    assert list(untold('tell(tx, env, me, "poll", uri, text="It is over.")'))
    assert list(untold('tell_authors(tx, env, post, rows, text=f"{who} replied.")'))


@pytest.mark.parametrize(
    "text",
    [
        'f"There are {most} lists."',
        '"There are %s lists." % most',
        '"There are {} lists.".format(most)',
        '"There are " + most',
        "str(error)",
        '", ".join(names)',
        'say("{what} is missing.", what=f"The {name}")',
        '"Yes." if most else f"No {most}."',
    ],
)
def test_what_is_put_together_is_found(text: str) -> None:
    assert list(put_together(f'raise ServiceError("code", 422, {text})'))
    assert list(put_together(f'errors.ServiceError("code", 422, "Whole.", fix={text})'))


@pytest.mark.parametrize(
    "text",
    [
        '"There are lists."',
        'say("There are {most} lists.", most=MOST)',
        'say("{who} has moved.", who=f"@{name}@{host}")',
        'say_count("{count} list", "{count} lists", count=most)',
        'say("Yes.") if most else "No."',
        "why_not(state, move)",
    ],
)
def test_what_is_whole_is_not(text: str) -> None:
    assert not list(put_together(f'raise ServiceError("code", 422, {text})'))


@pytest.mark.parametrize("code", TRANSLATED)
def test_rules_of_consent_are_told_in_every_language(code: str) -> None:
    for state in ConsentState:
        for what in (Move.ACCEPT, Move.DECLINE, Move.LEAVE):
            english = why_not(state, what)
            assert english.startswith(f"Cannot {what.value}: ")
            assert english.endswith(".")
            with speaking(code):
                words = said(english)
            assert not set(words.split()) & {"Cannot", "this", "the", "post"}, words


@pytest.mark.parametrize("reason", OF_THE_PROTOCOL)
def test_the_protocol_library_still_says_so(reason: str) -> None:
    source = "".join(
        file.read_text(encoding="utf-8")
        for folder in (PACKAGE.parent / "activitypub", PACKAGE / "federation", PACKAGE / "services")
        for file in folder.rglob("*.py")
        if file.name != "reasons.py"
    )
    # f"{name} is too long …" of content and summary.
    assert reason in source or re.sub("(content|summary)", "{name}", reason, count=1) in source
