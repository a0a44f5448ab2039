"""Bring the catalogues up to date: ``python -m fedi_cotweet.languages.make``.

Texts that are new stand there without translation, those that are gone are dropped. Entries are in
the order of their texts and without places, so that two people seldom change the same lines.
"""

from __future__ import annotations

import io
import sys
from typing import Final

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

from fedi_cotweet.languages.catalogues import NAMES, SOURCE, catalogue_file
from fedi_cotweet.languages.extraction import extract

_HEADER: Final = """\
# {name}: the texts of the pages. Licence: as the rest of fedi_cotweet.
# What the words of co-authorship are called: docs/reference/glossary.md
msgid ""
msgstr ""
"Language: {code}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plural}\\n"

"""


def held(code: str) -> Catalog:
    """The catalogue of a language as it is."""
    file = catalogue_file(code)
    if not file.exists():
        return Catalog(locale=code)
    with file.open("rb") as source:
        return read_po(source, locale=code, abort_invalid=True)


def renewed(code: str, texts: Catalog) -> str:
    """The catalogue of a language with just these texts, as its file."""
    before, after = held(code), Catalog(locale=code, fuzzy=False)
    for text in texts:
        if text.id:
            known = before.get(text.id, text.context)
            after.add(text.id, _kept(text, known), context=text.context)
    written = io.BytesIO()
    write_po(written, after, width=0, no_location=True, omit_header=True, sort_output=True)
    head = _HEADER.format(name=NAMES[code], code=code, plural=after.plural_forms)
    return head + written.getvalue().decode()


def missing(code: str) -> list[Message]:
    """What has no translation yet."""
    return [message for message in held(code) if message.id and not all(forms(message))]


def forms(message: Message) -> tuple[str, ...]:
    """The translations of a text: one, or one for each plural form of the language."""
    string = message.string
    return (string,) if isinstance(string, str) else tuple(string or ("",))


def _kept(text: Message, known: Message | None) -> str | tuple[str, ...]:
    plural = not isinstance(text.id, str)
    if known is None or isinstance(known.id, str) is plural:
        return ("",) if plural else ""
    return forms(known) if plural else forms(known)[0]


def main() -> None:
    """Write them all, and name what is missing."""
    texts = extract()
    for code in NAMES:
        if code != SOURCE:
            catalogue_file(code).write_text(renewed(code, texts), encoding="utf-8")
            without = missing(code)
            print(f"{catalogue_file(code).name}: {len(texts)} texts, {len(without)} without words")
            for message in without[:20]:
                print(f"  {message.id!r}", file=sys.stderr)


if __name__ == "__main__":
    main()
