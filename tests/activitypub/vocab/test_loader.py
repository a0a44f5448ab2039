from __future__ import annotations

import re

import pytest
from pyld import jsonld

from activitypub.vocab.loader import CONTEXTS, document_loader
from activitypub.vocab.terms import AS2


@pytest.mark.parametrize("url", CONTEXTS)
def test_every_context_we_carry_is_served_from_disk(url: str) -> None:
    loaded = document_loader()(url, {})
    assert loaded["documentUrl"] == url
    assert set(loaded["document"]) == {"@context"}


def test_every_context_has_a_source_and_every_file_is_served() -> None:
    folder = CONTEXTS[AS2].parent
    source = (folder / "SOURCE.md").read_text()
    listed = dict(re.findall(r"^\| `([^`]+)` \| `([^`]+)` \|", source, re.MULTILINE))
    assert listed == {path.name: url for url, path in CONTEXTS.items()}
    assert {path.name for path in folder.iterdir()} == {*listed, "SOURCE.md"}


@pytest.mark.parametrize(
    "url",
    [
        "https://c.example/context",
        "http://127.0.0.1/",
        "file:///etc/passwd",
        "",
        f"{AS2}#",
        f"{AS2}.jsonld",
        AS2.upper(),
    ],
)
def test_any_other_url_is_refused_and_not_fetched(url: str) -> None:
    with pytest.raises(jsonld.JsonLdError) as caught:
        document_loader()(url, {})
    assert caught.value.code == "loading document failed"
