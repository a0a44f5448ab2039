"""What the command line does to people, servers and texts stands in the log of the staff too."""

from __future__ import annotations

from functools import partial
from io import BytesIO

from aiohttp import FormData
from PIL import Image

from fedi_cotweet.domain.windows import Window
from fedi_cotweet.services import accounts, reports, sign_ups, staff_log
from fedi_cotweet.services.sign_ups import Wish
from storage.engine import Tx
from tests.api.conftest import CONTROL, Api
from tests.sites import World


async def test_every_act_of_the_operator_is_written_down(world: World, api: Api) -> None:
    env = world.site.env
    for name in ("yan", "zoe"):
        await world.site.write(partial(sign_ups.ask, env=env, wish=Wish(name, "h", "", None, [])))
    report = await _reported(world)
    carol = {"username": "carol"}
    await api.ask("POST", f"{CONTROL}/accounts", carol, status=201)
    await api.ask("POST", f"{CONTROL}/sign-in-links", carol, status=201)
    await api.ask("POST", f"{CONTROL}/accounts/password", carol)
    await api.ask("POST", f"{CONTROL}/accounts/two-factor-off", carol)
    for role in ("moderator", "administrator", "nobody"):
        await api.ask("POST", f"{CONTROL}/accounts/role", carol | {"role": role})
    await api.ask("POST", f"{CONTROL}/sign-ups/approve", {"username": "yan"})
    await api.ask("POST", f"{CONTROL}/sign-ups/reject", {"username": "zoe"})
    person = {"handle": "@carol@a.example"}
    for _ in range(2):
        await api.ask("POST", f"{CONTROL}/actors/limit", person | {"reason": "Loud"})
    await api.ask("POST", f"{CONTROL}/actors/unlimit", person)
    await api.ask("POST", f"{CONTROL}/actors/warnings", person | {"text": "Quiet!"}, status=201)
    note = await api.ask("POST", f"{CONTROL}/actors/notes", person | {"text": "Hm"}, status=201)
    await api.ask("DELETE", f"{CONTROL}/actors/notes/{note['id']}", status=204)
    await api.ask("POST", f"{CONTROL}/actors/suspend", person)
    await api.ask("POST", f"{CONTROL}/actors/unsuspend", {"handle": "@carol@a.example"})
    for severity in ("limit", "suspend"):
        rule = {"host": "b.example", "severity": severity, "reason": "Spam", "dry_run": False}
        await api.ask("POST", f"{CONTROL}/domains", rule | {"dry_run": True})
        await api.ask("POST", f"{CONTROL}/domains", rule)
    await api.ask("POST", f"{CONTROL}/domains/remove", {"host": "b.example"})
    await api.ask("POST", f"{CONTROL}/domains/remove", {"host": "b.example"})
    await api.ask("POST", f"{CONTROL}/reports/{report}/resolve", {})
    await api.ask("POST", f"{CONTROL}/reports/{report}/resolve", {})
    made = await api.ask("POST", f"{CONTROL}/rules", {"text": "Be kind"}, status=201)
    await api.ask("PUT", f"{CONTROL}/rules/{made['id']}", {"text": "Be very kind"})
    await api.ask("DELETE", f"{CONTROL}/rules/{made['id']}", status=204)
    await api.ask("PUT", f"{CONTROL}/texts/terms", {"text": "Ours"})
    await api.ask("DELETE", f"{CONTROL}/texts/terms", status=204)
    told = await api.ask("POST", f"{CONTROL}/announcements", {"text": "Tea"}, status=201)
    await api.ask("PUT", f"{CONTROL}/announcements/{told['id']}", {"text": "Tea at five"})
    await api.ask("DELETE", f"{CONTROL}/announcements/{told['id']}", status=204)
    form = FormData({"shortcode": "tea"})
    form.add_field("file", _picture(), filename="tea.png", content_type="image/png")
    assert (await api.raw("POST", f"{CONTROL}/emoji", data=form)).status == 201
    await api.ask("DELETE", f"{CONTROL}/emoji/tea", status=204)
    inbox = {"address": "https://relay.example/inbox"}
    relay = await api.ask("POST", f"{CONTROL}/relays", inbox, status=201)
    await api.ask("DELETE", f"{CONTROL}/relays/{relay['id']}", status=204)
    link = (await api.ask("POST", f"{CONTROL}/sign-up-links", {}, status=201))["link"]
    for _ in range(2):
        await api.ask("DELETE", f"{CONTROL}/sign-up-links/{link['id']}", status=204)
    await api.ask("POST", f"{CONTROL}/accounts/delete", carol)

    done = await world.site.read(lambda tx: staff_log.acts(tx, Window(100)))
    assert {one.act for one in done} == set(staff_log.ACTS)
    assert {one.by for one in done} == {staff_log.OPERATOR}
    said = [(one.act, one.subject, one.why) for one in reversed(done)]
    assert len(said) == len(set(said)), "what changes nothing is not written down"
    assert said[0] == ("sign-in-link", "carol@a.example", "")
    assert ("server:suspend", "b.example", "Spam") in said
    assert ("remove-rule", "Be very kind", "") in said
    assert ("add-emoji", ":tea:", "") in said
    assert ("remove-relay", "https://relay.example/inbox", "") in said


async def _reported(world: World) -> int:
    """alice reports bob; the number of that."""

    def write(tx: Tx) -> int:
        alice, bob = accounts.person_here(tx, "alice"), accounts.person_here(tx, "bob")
        made = reports.report_person(tx, world.site.env, alice.id, bob, [], comment="Rude")
        return made.id

    return await world.site.write(write)


def _picture() -> bytes:
    file = BytesIO()
    Image.new("RGB", (20, 20), "teal").save(file, "PNG")
    return file.getvalue()
