"""Software of others as judge of ours. Collected only by ``make judges`` (COTWEET_JUDGES=1)."""

from __future__ import annotations

import os

collect_ignore_glob = [] if os.environ.get("COTWEET_JUDGES") == "1" else ["test_*.py"]
