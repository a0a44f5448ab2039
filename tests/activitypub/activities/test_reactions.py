"""What may be shown of a reaction: one emoji, and nothing that could be a text or hide one."""

from __future__ import annotations

import pytest

from activitypub.activities.like import one_emoji


@pytest.mark.parametrize("content", ["🎂", "❤", "❤️", "👍🏽", "👩‍🚀", "🇫🇷", "1️⃣", "🏴󠁧󠁢󠁳󠁣󠁴󠁿"])
def test_an_emoji_is_shown_as_it_is(content: str) -> None:
    assert one_emoji(content) == content


def test_a_custom_emoji_is_its_shortcode() -> None:
    assert one_emoji(":blobcat:") == one_emoji(":blobcat@misskey.example:") == ":blobcat:"


@pytest.mark.parametrize(
    "content",
    ["", "yes", "<b>", "🎂 cake", "\u202e🎂", "1", "::", ":a b:", "🎂" * 40, "\u200d", "🎂\n"],
)
def test_anything_else_is_a_plain_like(content: str) -> None:
    assert one_emoji(content) == ""
