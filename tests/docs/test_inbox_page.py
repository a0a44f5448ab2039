"""docs/reference/inbox.md: every outcome of a received activity, and no other."""

from __future__ import annotations

from tests.docs.outcomes import outcomes
from tests.docs.pages import ROOT, section, table

PAGE = ROOT / "docs" / "reference" / "inbox.md"
COMPOSED = {"proposal_applied", "proposal_declined"}
"""Not written out where they are returned."""


def test_every_outcome_is_on_the_page() -> None:
    found = outcomes()
    assert {"deleted_before", "superseded_before", "too_many_answers"} <= found
    documented = {row[0] for row in table(section(PAGE, "Outcomes"))}
    assert documented == found | COMPOSED
