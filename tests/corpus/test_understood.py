"""Of what real servers send, at least 98 % is stored and shown, or passed over for a reason.

Documents that are no activity, actor, object or collection are counted and nothing more; so are
fragments, the examples of specifications that no server could send or serve (``documents.what``).
Forgeries, whose sender may not say what they say, are there to be refused, and counted apart.
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict

from tests.corpus.documents import FOLDER, Found, documents
from tests.corpus.reader import Reader, Verdict
from tests.docs.pages import section, table
from tests.docs.test_inbox_page import PAGE

ENOUGH = 0.98
KINDS = ("activity", "actor", "object", "collection")
LAST = ("Delete", "Undo", "Remove", "Block")
GONE = "gone"
"""What a Tombstone says; its origin answers 410 with it."""


def _order(found: Found) -> tuple[int, bool]:
    """Whoever is on the scene before what they write, and before what takes it away."""
    order = ("actor", "object", "collection", "activity")
    return order.index(found.what), str(found.document.get("type")) in LAST


async def test_what_real_servers_send_is_understood(reader: Reader) -> None:
    everything = list(documents())
    assert everything, f"no documents in {FOLDER}: set COTWEET_PAYLOADS to a folder of payloads"
    wanted = sorted((found for found in everything if found.what in KINDS), key=_order)
    verdicts = [(found, await reader.read(found)) for found in wanted]
    _print(everything, verdicts)
    _save(verdicts)
    reasons = {verdict.reason for _, verdict in verdicts if verdict.word == "ignored"}
    documented = {row[0] for row in table(section(PAGE, "Outcomes"))}
    assert reasons <= documented | {GONE}, "ignored for a reason that nobody can look up"
    assert _share(verdicts, "refused") <= 1 - ENOUGH


def _share(verdicts: list[tuple[Found, Verdict]], *words: str) -> float:
    """How many of them end so, of those that may say what they say."""
    honest = [verdict.word for _, verdict in verdicts if verdict.word != "forged"]
    return sum(word in words for word in honest) / len(honest)


def _print(everything: list[Found], verdicts: list[tuple[Found, Verdict]]) -> None:
    counts: Counter[tuple[str, str]] = Counter()
    for found in everything:
        counts[found.sender, found.what] += 1
    for found, verdict in verdicts:
        counts[found.sender, verdict.word] += 1
    columns = [*KINDS, "understood", "ignored", "forged", "refused", "fragment", "other"]
    print(f"\n{'sender':22}" + "".join(f"{name:>12}" for name in columns))
    for sender in sorted({found.sender for found in everything}):
        print(f"{sender:22}" + "".join(f"{counts[sender, name]:12}" for name in columns))
    totals = [sum(n for (_, what), n in counts.items() if what == name) for name in columns]
    print(f"{'all':22}" + "".join(f"{total:12}" for total in totals))
    _print_reasons(verdicts)
    forged = sum(verdict.word == "forged" for _, verdict in verdicts)
    print(f"\nunderstood: {_share(verdicts, 'understood', 'ignored'):.2%} of", end=" ")
    print(f"{len(verdicts) - forged} documents, beside {forged} forgeries refused")


def _print_reasons(verdicts: list[tuple[Found, Verdict]]) -> None:
    by_reason: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for found, verdict in verdicts:
        by_reason[verdict.word, verdict.reason].append(found.path)
    for (word, reason), paths in sorted(by_reason.items()):
        print(f"\n{word}, {reason}: {len(paths)}")
        if word != "understood":
            print("".join(f"  {path}\n" for path in paths), end="")


def _save(verdicts: list[tuple[Found, Verdict]]) -> None:
    """The pages, for looking at, where a folder for them is named."""
    folder = os.environ.get("COTWEET_CORPUS_PAGES")
    for found, verdict in verdicts:
        if folder is not None and verdict.page:
            path = os.path.join(folder, found.path.replace("/", "__").removesuffix("json") + "html")
            with open(path, "w", encoding="utf-8") as file:
                file.write(verdict.page)
