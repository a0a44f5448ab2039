"""Something to show at every address of ``tests.browser.page_list``: one server, no network."""

from __future__ import annotations

from urllib.parse import urlencode

from fedi_cotweet.services import (
    accounts,
    applications,
    filters,
    lists,
    moderating,
    reports,
    second_factor,
    sign_up_links,
    staff,
    staff_notes,
    totp,
)
from storage.engine import Tx
from storage.queries import actors
from tests.sites import HOST, World

CALLBACK = "https://notes.example/done"


async def values_of(world: World, alice: int, bob: int) -> dict[str, str]:
    """Values for the addresses. Alice looks at the pages and after the server; bob, who has codes,
    can be asked for one."""
    env = world.site.env
    post = await world.post(alice, "Evening by the lake. #tea")
    two = await world.draft(alice, bob, "Two names, one post.")
    await world.agree(two)
    waiting = await world.draft(alice, bob, "One more is asked.")
    loud = await world.account("loud", name="Loud")

    def fill(tx: Tx) -> dict[str, str]:
        staff.appoint(tx, env, "alice", "administrator")
        second_factor.begin(tx, accounts.account_named(tx, "alice"))
        second_factor.begin(tx, accounts.account_named(tx, "bob"))
        account = accounts.account_named(tx, "bob")
        assert account.totp_secret is not None
        code = totp.code_at(account.totp_secret, env.now() // totp.STEP_MS)
        second_factor.confirm(tx, env, account, code)
        person = actors.actor(tx, bob)
        limited = actors.actor(tx, loud)
        me = actors.actor(tx, alice)
        assert limited is not None
        assert me is not None
        moderating.limit(tx, env, limited)
        staff_notes.add(tx, env, limited, "Sells tea.")
        moderating.warn(tx, env, me, "No more about tea.")
        [warning] = moderating.warnings(tx, me)
        report = reports.report(
            tx, env, alice, post=None, person=person, comment="Rude tea.", servers=None
        )
        app = applications.register(tx, env, name="Notes", redirect_uris=[CALLBACK])
        asked = {
            "client_id": app.client_id,
            "redirect_uri": CALLBACK,
            "response_type": "code",
            "scope": "read",
        }
        link, _ = accounts.make_sign_in_link(tx, env, "alice")
        door, _ = sign_up_links.make(tx, env, alice, sign_up_links.Wanted())
        wanted = [filters.Wanted(text="marry")]
        made = filters.create(tx, env, alice, title="Novels", contexts=["home"], keywords=wanted)
        return {
            "report": str(report.id),
            "warning": warning.id,
            "authorize": f"/oauth/authorize?{urlencode(asked)}",
            "token": link.rpartition("/")[2],
            "door": door.partition("=")[2],
            "filter": str(made),
            "list": str(lists.create(tx, env, alice, "Friends who read")),
        }

    found = await world.site.write(fill)
    numbers = {"post": post, "edited": post, "two": two, "crowd": two, "changed": two}
    numbers |= {"waiting": waiting}
    people = {
        "bob": f"bob@{HOST}",
        "long": f"bob@{HOST}",
        "home": env.addresses.base,
        "loud": f"loud@{HOST}",
    }
    return found | people | {name: str(number) for name, number in numbers.items()}
