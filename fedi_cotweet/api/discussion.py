"""What the authors of a co-tweet say and propose to each other."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from fedi_cotweet.api import naming
from fedi_cotweet.api.calls import Call, answer, nothing
from fedi_cotweet.api.posts import MOST_TEXT
from fedi_cotweet.domain.ids import read_id
from fedi_cotweet.services import authoring as texts
from fedi_cotweet.services import circles, discussion, proposal_views, proposals
from fedi_cotweet.services.errors import not_found
from fedi_cotweet.services.talk_views import ProposalView
from fedi_cotweet.services.words import Words
from storage.engine import Tx


@dataclass(frozen=True, slots=True)
class NewComment:
    """Plain text."""

    text: str = field(metadata={"most": 10_000})


@dataclass(frozen=True, slots=True)
class NewProposal:
    """How the post should read, and a word to its primary author."""

    text: str = field(metadata=MOST_TEXT)
    summary: str | None = None
    language: str | None = None
    comment: str = field(default="", metadata={"most": proposals.LONGEST_COMMENT})


@dataclass(frozen=True, slots=True)
class Wish:
    """A word to the primary author."""

    comment: str = field(default="", metadata={"most": proposals.LONGEST_COMMENT})


@dataclass(frozen=True, slots=True)
class No:
    """``reason`` is sent to who proposed it."""

    reason: str = field(default="", metadata={"most": proposals.LONGEST_COMMENT})


async def list_comments(call: Call) -> web.Response:
    """What was said about a draft."""
    account_id = await call.account_id()
    number = await naming.talk_id(call, account_id)
    env = call.site.env
    found = await call.site.read(lambda tx: discussion.thread(tx, env, account_id, number))
    return answer({"comments": found})


async def comment(call: Call) -> web.Response:
    """Say something to the other authors."""
    account_id = await call.account_id()
    number = await naming.talk_id(call, account_id)
    text = (await call.members(NewComment)).text
    env = call.site.env

    def write(tx: Tx) -> dict[str, Any]:
        discussion.comment(tx, env, account_id, number, text)
        return {"comments": discussion.thread(tx, env, account_id, number)}

    return answer(await call.site.write(write), status=201)


async def delete_comment(call: Call) -> web.Response:
    """Take back what one said."""
    account_id = await call.account_id()
    comment_id = read_id(call.request.match_info["comment"])
    if comment_id is None:
        raise not_found("comment")
    env, held = call.site.env, comment_id
    await call.site.write(lambda tx: discussion.delete_comment(tx, env, account_id, held))
    return nothing()


async def list_proposals(call: Call) -> web.Response:
    """What was proposed for a co-tweet."""
    account_id = await call.account_id()
    number = await naming.talk_id(call, account_id)
    env = call.site.env
    found = await call.site.read(lambda tx: proposal_views.proposals(tx, env, account_id, number))
    return answer({"proposals": found})


async def propose(call: Call) -> web.Response:
    """Propose another text."""
    account_id = await call.account_id()
    number = await naming.talk_id(call, account_id)
    wanted = await call.members(NewProposal)
    env = call.site.env
    await call.site.read(lambda tx: circles.own_circle(tx, env, account_id, number))
    words = Words(
        body=await texts.compose_text(call.site, wanted.text),
        summary=(wanted.summary or "").strip(),
        language=texts.check_language(wanted.language),
    )

    def write(tx: Tx) -> ProposalView:
        made = proposals.propose(tx, env, account_id, number, words, wanted.comment.strip())
        return proposal_views.proposal(tx, env, account_id, made)

    return answer(await call.site.write(write), status=201)


async def ask_for_deletion(call: Call) -> web.Response:
    """Ask the primary author to delete a published co-tweet."""
    account_id = await call.account_id()
    number = await naming.talk_id(call, account_id)
    wish = (await call.members(Wish)).comment.strip()
    env = call.site.env

    def write(tx: Tx) -> ProposalView:
        made = proposals.ask_for_deletion(tx, env, account_id, number, wish)
        return proposal_views.proposal(tx, env, account_id, made)

    return answer(await call.site.write(write), status=201)


async def show_proposal(call: Call) -> web.Response:
    """One proposal."""
    account_id = await call.account_id()
    change_id = await naming.proposal_id(call, account_id)
    env = call.site.env
    return answer(
        await call.site.read(lambda tx: proposal_views.proposal(tx, env, account_id, change_id))
    )


async def take(call: Call) -> web.Response:
    """Do what was proposed."""
    account_id = await call.account_id()
    change_id = await naming.proposal_id(call, account_id)
    env = call.site.env

    def write(tx: Tx) -> ProposalView:
        proposals.take(tx, env, account_id, change_id)
        return proposal_views.proposal(tx, env, account_id, change_id)

    return answer(await call.site.write(write))


async def decline(call: Call) -> web.Response:
    """Leave everything as it is."""
    account_id = await call.account_id()
    change_id = await naming.proposal_id(call, account_id)
    reason = (await call.members(No)).reason.strip()
    env = call.site.env

    def write(tx: Tx) -> ProposalView:
        proposals.decline(tx, env, account_id, change_id, reason)
        return proposal_views.proposal(tx, env, account_id, change_id)

    return answer(await call.site.write(write))


async def withdraw(call: Call) -> web.Response:
    """Take one's proposal back."""
    account_id = await call.account_id()
    change_id = await naming.proposal_id(call, account_id)
    env = call.site.env

    def write(tx: Tx) -> ProposalView:
        proposals.withdraw(tx, env, account_id, change_id)
        return proposal_views.proposal(tx, env, account_id, change_id)

    return answer(await call.site.write(write))
