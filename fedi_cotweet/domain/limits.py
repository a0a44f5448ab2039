"""Times and numbers of the protocol, in milliseconds and counts (FEP-af48)."""

from __future__ import annotations

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

STAMP_FRESH_FOR_PUBLISHING = 5 * MINUTE
STAMP_SHOWN_FOR = 7 * DAY
STAMP_RECHECK_AFTER = DAY
IDEMPOTENT_FOR = HOUR
"""How long a repeat with the same ``Idempotency-Key`` makes nothing new."""
STAMP_UNUSED_FOR = 30 * DAY
SCHEDULED_WITHIN = STAMP_UNUSED_FOR - HOUR
OFFER_SHORTEST = HOUR
OFFER_LONGEST = 30 * DAY
CLOCK_DIFFERENCE = 5 * MINUTE
AWARENESS_FRESH_FOR = DAY
COUNTS_FRESH_FOR = 10 * MINUTE
POLL_SHORTEST = 5 * MINUTE
POLL_GRACE = 1 * MINUTE
"""A poll lasts from the asking on, and takes that long at most to be written down: people whom its
post mentions are looked up first."""
POLL_LONGEST = 30 * DAY
MAX_CO_AUTHORS = 9
SUSPENDED_AFTER_DAYS = 7
"""Days on which no delivery to a server arrived, after which none is made any more."""
SUSPENDED_TRIED_AFTER = 7 * DAY
AWAY_LONG = 5 * DAY
"""Servers that could not reach us on about seven days stop trying (Mastodon, Misskey)."""
