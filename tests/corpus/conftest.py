"""The corpus is run on its own (``make corpus``): its documents are not part of this repository."""

from __future__ import annotations

import os

collect_ignore_glob = [] if os.environ.get("COTWEET_CORPUS") == "1" else ["test_*.py"]
