"""In a real Chromium. Collected only by ``make test-browser`` (COTWEET_BROWSER=1)."""

from __future__ import annotations

import os

collect_ignore_glob = [] if os.environ.get("COTWEET_BROWSER") == "1" else ["test_*.py"]
