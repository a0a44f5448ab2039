"""One root for everything this package raises."""

from __future__ import annotations

from typing import ClassVar


class ActivityPubError(Exception):
    """Root of the package's errors.

    ``code`` is stable and machine-readable, ``safe`` may be shown to anybody, ``detail`` belongs
    in the log only. ``status`` hints at the HTTP answer when the sender is to blame.
    """

    code: ClassVar[str] = "activitypub_error"
    status: ClassVar[int] = 500

    def __init__(self, safe: str, *, detail: str = "") -> None:
        super().__init__(safe if not detail else f"{safe} ({detail})")
        self.safe = safe
        self.detail = detail


class DocumentError(ActivityPubError):
    """A document from outside is not what it should be. The sender is to blame."""

    code = "bad_document"
    status = 400


class BadKeyError(ActivityPubError):
    """Key material cannot be read."""

    code = "bad_key"
    status = 401
