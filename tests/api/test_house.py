"""Rules and texts of the server, laid down by its operator."""

from __future__ import annotations

from fedi_cotweet.services import house
from tests.api.conftest import CONTROL, Api


async def test_rules_and_texts_are_kept(api: Api) -> None:
    made = await api.ask("POST", f"{CONTROL}/rules", {"text": "Be kind."}, status=201)
    path = f"{CONTROL}/rules/{made['id']}"
    changed = await api.ask("PUT", path, {"text": "Be nice.", "hint": "Always."})
    assert await api.ask("GET", f"{CONTROL}/rules") == {"rules": [changed]}
    assert await api.refused("POST", f"{CONTROL}/rules", {"text": ""}) == (422, "bad_rule")
    await api.ask("DELETE", path, status=204)
    assert await api.refused("DELETE", path) == (404, "not_found")
    terms = f"{CONTROL}/texts/terms"
    said = await api.ask("PUT", terms, {"text": "Be here."})
    assert await api.ask("PUT", terms, {"text": " Be here. "}) == said
    assert await api.ask("GET", f"{CONTROL}/texts") == {"texts": [said]}
    assert await api.refused("PUT", terms, {"text": ""}) == (422, "bad_text")
    wrong = f"{CONTROL}/texts/poem"
    assert await api.refused("PUT", wrong, {"text": "x"}) == (422, "bad_text_kind")
    await api.ask("DELETE", terms, status=204)
    assert await api.refused("DELETE", terms) == (404, "not_found")
    for _ in range(house.MOST_RULES):
        await api.ask("POST", f"{CONTROL}/rules", {"text": "One more."}, status=201)
    full = await api.refused("POST", f"{CONTROL}/rules", {"text": "One more."})
    assert full == (409, "too_many_rules")
