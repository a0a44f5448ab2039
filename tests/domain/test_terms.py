import pytest

from fedi_cotweet.domain.terms import LONGEST, MOST_TERMS, fold_tag, index_terms, query_terms


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("A café in Ærø", "CAFE ærø"),
        ("We bake pies.", "pie"),
        ("저는 수락합니다", "수락"),
        ("저는 수락합니다", "합니다"),
        ("東京タワーへ行く", "東京タワー"),
        ("東京タワーへ行く", "タワー"),
        ("東京", "京"),
        ("हिन्दी भाषा", "हिन्दी"),
        ("co-tweets with @bob", "tweets bob"),
        ("Straße", "STRASSE"),
        ("ＦＵＬＬ width", "full"),
        ("Ελλάδα", "ελλαδα"),
        ("in 2026 AD", "ad 2026"),
    ],
)
def test_a_text_is_found_by_its_words(text: str, query: str) -> None:
    terms = index_terms(text)
    for term, longer in query_terms(query):
        assert term in terms or (longer and any(held.startswith(term) for held in terms)), term


@pytest.mark.parametrize(
    ("text", "query"), [("a pie", "pies"), ("art", "ar"), ("東京", "京都"), ("수락", "거절")]
)
def test_a_text_is_not_found_by_other_words(text: str, query: str) -> None:
    terms = index_terms(text)
    assert not all(
        term in terms or (longer and any(held.startswith(term) for held in terms))
        for term, longer in query_terms(query)
    )


@pytest.mark.parametrize("text", ["", " ", "!?", "\u0301", "_ - *", '"" AND'])
def test_terms_are_letters_and_digits_whatever_comes(text: str) -> None:
    for term in (*index_terms(text), *(term for term, _ in query_terms(text))):
        assert term.isalnum()


def test_endless_texts_and_words_are_cut() -> None:
    assert len(index_terms(" ".join(str(n) for n in range(MOST_TERMS * 2)))) == MOST_TERMS
    assert len(index_terms("東" * 9_000 + "京" * 9_000)) <= MOST_TERMS
    assert index_terms("a" * 1_000) == ("a" * LONGEST,)
    assert query_terms("a" * 1_000) == (("a" * LONGEST, True),)
    assert len(query_terms("東京" * 5_000)) <= 100


@pytest.mark.parametrize(
    ("given", "folded"),
    [
        ("#Cats", "cats"),
        ("ÉTÉ", "été"),
        ("#수락", "수락"),
        ("#", None),
        ("", None),
        ("two words", None),
        ("a/b", None),
        ("#<b>", None),
        ("x" * 101, None),
    ],
)
def test_a_hashtag_is_compared_without_its_capitals(given: str, folded: str | None) -> None:
    assert fold_tag(given) == folded
