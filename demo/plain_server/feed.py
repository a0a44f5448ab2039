"""Home timelines: posts and boosts of the people one follows, each post once.

As Mastodon's feeds: whichever of a post and its boosts arrived first stands in the timeline, and
the others are dropped while it is among the ``WINDOW`` newest entries.
"""

from __future__ import annotations

from demo.plain_server.records import Entry, Tx

WINDOW = 40
"""``REBLOG_FALLOFF`` in Mastodon's feed manager."""

_ARRIVED = """
SELECT note.id, note.url, author.handle, NULL, note.content, note.published_at, note.updated_at,
       note.arrival AS arrival
  FROM follow JOIN note ON note.author = follow.actor
  JOIN actor AS author ON author.id = note.author
 WHERE follow.person = :person AND follow.accepted AND note.visibility <> 'direct'
UNION ALL
SELECT note.id, note.url, author.handle, booster.handle, note.content, note.published_at,
       note.updated_at, boost.arrival AS arrival
  FROM follow JOIN boost ON boost.actor = follow.actor JOIN note ON note.id = boost.note
  JOIN actor AS author ON author.id = note.author JOIN actor AS booster ON booster.id = boost.actor
 WHERE follow.person = :person AND follow.accepted
 ORDER BY arrival, 4
"""


def home_timeline(tx: Tx, person: str, limit: int = 100) -> list[Entry]:
    """What ``person`` sees, newest arrival first.

    A post that is here only because somebody followed boosted it arrived with that boost: it shows
    as boosted unless its author is followed too.
    """
    shown: list[Entry] = []
    for row in tx.execute(_ARRIVED, {"person": person}):
        entry = Entry(*tuple(row)[:7])
        if all(entry.id != earlier.id for earlier in shown[-WINDOW:]):
            shown.append(entry)
    return shown[::-1][:limit]
