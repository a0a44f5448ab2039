"""Apps hear of what their people are told while they are closed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec
from mastodon import Mastodon

from fedi_cotweet.domain.limits import HOUR, MINUTE, SECOND
from fedi_cotweet.domain.notification_types import ALERTS
from fedi_cotweet.federation import jobs
from fedi_cotweet.services import appearances, push_secrets, pushing, tokens
from storage.engine import Tx
from storage.models import PushSubscription
from storage.queries import actors, oauth, pushes
from tests.federation.cast import Cast
from tests.federation.origins import Person
from tests.federation.push_service import PushService, push_service
from tests.federation.test_quotes import said

PATH = "/api/v1/push/subscription"
ALL = dict.fromkeys(ALERTS, True)


@dataclass
class Listening:
    """Alice here with an app, and its push service."""

    cast: Cast
    service: PushService
    token: str

    async def ask(self, method: str, document: Any = None, path: str = PATH) -> Any:
        """A call of the app."""
        here = self.cast.here
        headers = {"Authorization": f"Bearer {self.token}"}
        async with here.session.request(
            method, here.base + path, json=document, headers=headers
        ) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def subscribe(
        self, *, policy: str = "all", alerts: Any = ALL, standard: bool = True
    ) -> Any:
        """The app wants pushes."""
        made = await self.ask(
            "POST",
            {
                "subscription": self.service.subscription(standard=standard),
                "data": {"alerts": alerts, "policy": policy},
            },
        )
        self.service.server_key = made["server_key"]
        return made

    async def mention(self, person: Person, number: int = 1) -> None:
        """Somebody elsewhere says something to alice."""
        here = self.cast.here
        tag = {"type": "Mention", "href": here.actor("alice"), "name": here.handle("alice")}
        text = f"<p>Hello, <b>alice</b>, {number} &amp; more</p>"
        note = said(person, text, tag=[tag], cc=[here.actor("alice")])
        assert (await self.cast.deliver(person, person.activity("Create", note))).status == 202

    async def follow(self, person: Person) -> None:
        """Somebody elsewhere follows alice."""
        alice = self.cast.here.actor("alice")
        await self.cast.deliver(person, person.activity("Follow", alice))

    async def waiting(self) -> int:
        """How much is on its way."""
        return (await self.cast.here.contents())["pending_pushes"]

    async def subscriptions(self) -> int:
        """How many there are."""
        return (await self.cast.here.contents())["push_subscriptions"]


async def _token(cast: Cast, name: str) -> str:
    env = cast.here.server.runtime.env
    token, _ = await cast.here.write(
        lambda tx: tokens.mint(tx, env, name, "read write follow push", app="Phone")
    )
    return token


@pytest.fixture
async def phone(cast: Cast) -> AsyncIterator[Listening]:
    """Alice's."""
    async with push_service(cast.here.clock) as service:
        yield Listening(cast, service, await _token(cast, "alice"))


@pytest.mark.parametrize("standard", [True, False])
async def test_an_app_hears_what_its_person_is_told(phone: Listening, *, standard: bool) -> None:
    await phone.subscribe(standard=standard)
    await phone.mention(phone.cast.bob)
    await phone.follow(phone.cast.carol)
    listed = await phone.ask("GET", path="/api/v1/notifications")
    base = phone.cast.here.base
    assert phone.service.got == [
        {
            "access_token": phone.token,
            "preferred_locale": "en",
            "notification_id": int(told["id"]),
            "notification_type": told["type"],
            "icon": f"{base}/avatars/original/missing.png",
            "title": title,
            "body": body,
        }
        for told, title, body in zip(
            reversed(listed),
            ("bob mentioned you", "carol follows you"),
            ("Hello, alice, 1 & more", phone.service.got[1]["body"]),
            strict=True,
        )
    ]
    assert (await phone.waiting(), await phone.subscriptions()) == (0, 1)


async def test_mastodon_py_subscribes_and_reads_what_comes(phone: Listening) -> None:
    here = phone.cast.here
    library = Mastodon(api_base_url=here.base, access_token=phone.token, version_check_mode="none")
    keys: Any = await asyncio.to_thread(library.push_subscription_generate_keys)
    private, public = keys
    made = await asyncio.to_thread(
        partial(
            library.push_subscription_set,
            f"{phone.service.base}/push/py",
            public,
            follow_events=True,
            policy="all",
        )
    )
    assert (made.alerts.follow, made.alerts.poll, made.standard) == (True, False, False)
    phone.service.server_key = made.server_key
    phone.service.private = ec.derive_private_key(private["privkey"], ec.SECP256R1())
    phone.service.auth = private["auth"]
    await phone.follow(phone.cast.bob)
    [(body, headers)] = phone.service.raw
    read = library.push_subscription_decrypt_push(
        body, private, headers["Encryption"], headers["Crypto-Key"]
    )
    assert (read.access_token, read.title) == (phone.token, "bob follows you")
    assert (await asyncio.to_thread(library.push_subscription)).id == made.id
    await asyncio.to_thread(library.push_subscription_delete)
    assert await phone.subscriptions() == 0


async def test_pushes_are_in_the_language_that_the_person_chose(phone: Listening) -> None:
    await phone.subscribe(alerts={"follow": True, "mention": True})

    def speak(tx: Tx) -> None:
        alice = actors.account_by_name(tx, "alice")
        assert alice is not None
        appearances.speak(tx, alice.id, "ko")

    await phone.cast.here.write(speak)
    await phone.follow(phone.cast.bob)
    [told] = phone.service.got
    assert told["title"] == "bob 님이 당신을 팔로우합니다"
    assert told["preferred_locale"] == "ko"


async def test_only_what_was_asked_for_is_pushed(phone: Listening) -> None:
    await phone.subscribe(alerts={"follow": True})
    await phone.mention(phone.cast.bob)
    await phone.follow(phone.cast.bob)
    for policy, heard in (("none", 0), ("followed", 0), ("follower", 1)):
        await phone.ask("PUT", {"data": {"alerts": {"mention": "true"}, "policy": policy}})
        phone.service.got.clear()
        await phone.mention(phone.cast.bob)
        await phone.cast.here.settle()
        assert len(phone.service.got) == heard, policy
    await phone.cast.follow(phone.cast.carol, account="alice")
    await phone.ask("PUT", {"data": {"alerts": {"mention": "1"}, "policy": "followed"}})
    phone.service.got.clear()
    for person in (phone.cast.bob, phone.cast.carol):
        await phone.mention(person)
    await phone.cast.here.settle()
    assert [one["title"] for one in phone.service.got] == ["carol mentioned you"]


async def test_nothing_is_pushed_that_is_not_among_the_notifications(phone: Listening) -> None:
    cast = phone.cast
    await phone.subscribe()
    body = {"handle": cast.bob.handle}
    await cast.here.api("POST", "/api/v1/control/mute", body, account="alice")
    await phone.mention(cast.bob)
    hidden = {
        "title": "Numbers",
        "context": ["notifications"],
        "filter_action": "hide",
        "keywords_attributes": [{"keyword": "77"}],
    }
    await phone.ask("POST", hidden, "/api/v2/filters")
    await phone.mention(cast.carol, 77)
    assert phone.service.asked == []
    # And of what changed its mind on the way: the push service is away at first.
    phone.service.answers.append(web.Response(status=503))
    await phone.mention(cast.carol)
    await cast.here.settle()
    assert await phone.waiting() == 1
    body = {"handle": cast.carol.handle}
    await cast.here.api("POST", "/api/v1/control/block", body, account="alice")
    await cast.here.pass_time(pushing.FIRST_WAIT)
    assert await phone.ask("GET", path="/api/v1/notifications") == []
    assert (phone.service.got, await phone.waiting()) == ([], 0)


async def test_a_push_service_that_is_away_gets_it_later_and_what_is_old_never(
    phone: Listening,
) -> None:
    await phone.subscribe()
    wait = {"Retry-After": "1800"}
    phone.service.answers += [web.Response(status=429, headers=wait), web.Response(status=500)]
    await phone.mention(phone.cast.bob)
    await phone.cast.here.settle()
    assert len(phone.service.asked) == 1
    # What comes in between waits too.
    await phone.follow(phone.cast.bob)
    assert (len(phone.service.asked), await phone.waiting()) == (1, 2)
    await phone.cast.here.pass_time(30 * MINUTE)
    assert (len(phone.service.asked), await phone.waiting()) == (2, 2)
    await phone.cast.here.pass_time(3 * pushing.FIRST_WAIT)
    assert [one["notification_type"] for one in phone.service.got] == ["mention", "follow"]
    phone.service.answers.append(web.Response(status=500))
    await phone.mention(phone.cast.carol, 2)
    await phone.cast.here.settle()
    assert await phone.waiting() == 1
    await phone.cast.here.pass_time(pushing.EXPIRES_AFTER + SECOND)
    assert (len(phone.service.got), await phone.waiting()) == (2, 0)


async def test_a_subscription_that_the_push_service_does_not_know_ends(phone: Listening) -> None:
    for status in (404, 410):
        await phone.subscribe()
        phone.service.answers.append(web.Response(status=status))
        await phone.mention(phone.cast.bob, status)
        assert (await phone.subscriptions(), await phone.waiting()) == (0, 0)


async def test_one_that_refuses_all_ends_and_one_that_leads_elsewhere_is_not_followed(
    phone: Listening,
) -> None:
    await phone.subscribe()
    elsewhere = {"Location": f"{phone.service.base}/push/other"}
    phone.service.answers += [web.Response(status=302, headers=elsewhere)] + [
        web.Response(status=400) for _ in range(pushing.MOST_REFUSALS - 1)
    ]
    for number in range(pushing.MOST_REFUSALS):
        assert await phone.subscriptions() == 1
        await phone.mention(phone.cast.bob, number)
        await phone.cast.here.settle()
    assert phone.service.asked == ["app"] * pushing.MOST_REFUSALS
    assert await phone.subscriptions() == 0


async def test_a_push_service_without_an_answer_keeps_no_other_waiting(phone: Listening) -> None:
    cast = phone.cast
    await phone.subscribe()
    gone = phone.service.subscription() | {"endpoint": "http://127.0.0.1:9/push"}
    other = Listening(cast, phone.service, await _token(cast, "alice"))
    await other.ask("POST", {"subscription": gone, "data": {"alerts": ALL}})
    await phone.mention(cast.bob)
    await cast.here.settle()
    assert len(phone.service.got) == 1
    assert await phone.waiting() == 1
    await cast.here.pass_time(pushing.FAILS_FOR + HOUR)
    await phone.mention(cast.bob, 2)
    await cast.here.settle()
    assert await phone.subscriptions() == 1


async def test_a_subscription_ends_with_its_token_and_with_the_key_beside_the_database(
    phone: Listening, quiet_log: list[Any]
) -> None:
    here = phone.cast.here
    await phone.subscribe()
    account_id = (await here.read(_subscription)).account_id
    await here.write(lambda tx: oauth.revoke_tokens_of(tx, account_id, here.clock()))
    assert await phone.subscriptions() == 0
    phone.token = await _token(phone.cast, "alice")
    await phone.subscribe()
    assert phone.token not in (await here.read(_subscription)).sealed_token
    (here.server.settings.data / push_secrets.FILE).unlink()
    push_secrets.sealing_key.cache_clear()
    await phone.mention(phone.cast.bob)
    await here.settle()
    assert (await phone.subscriptions(), phone.service.asked) == (0, [])


def _subscription(tx: Tx) -> PushSubscription:
    alice = actors.account_by_name(tx, "alice")
    assert alice is not None
    [found] = pushes.subscriptions_of(tx, alice.id)
    return found


async def test_a_killed_server_goes_on_where_it_was(phone: Listening) -> None:
    """The job is run a second time, as after a crash between the push and its note."""
    here = phone.cast.here
    await phone.subscribe()
    phone.service.answers.append(web.Response(status=503))
    await phone.mention(phone.cast.bob)
    await here.settle()
    held = await here.read(_subscription)
    here.clock.advance(pushing.FIRST_WAIT)
    job = {"subscription_id": held.id}
    await partial(jobs.KINDS["push"], here.server.context)(job)
    await here.settle()
    assert (len(phone.service.got), await phone.waiting()) == (1, 0)


async def test_an_invite_is_pushed_as_a_mention_until_it_is_answered(phone: Listening) -> None:
    cast = phone.cast
    await phone.subscribe(alerts={"mention": True})
    first, second = (cast.cotweet(cast.local("alice")).offer(cast.local("alice")) for _ in "ab")
    await cast.deliver(cast.alice, first)
    [told] = phone.service.got
    assert (told["notification_type"], told["title"]) == (
        "mention",
        "alice asks you to write a post together",
    )
    assert told["body"] == "We wrote this together."
    phone.service.answers.append(web.Response(status=503))
    await cast.deliver(cast.alice, second)
    assert await phone.waiting() == 1
    await cast.deliver(cast.alice, cast.alice.activity("Undo", second["id"]))
    await cast.here.pass_time(pushing.FIRST_WAIT)
    assert (len(phone.service.got), await phone.waiting()) == (1, 0)
