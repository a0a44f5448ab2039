"""The command ``fedi-cotweet``: all commands, put together."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from fedi_cotweet.cli import (
    announcements,
    answering,
    authors,
    conformance,
    crediting,
    discussion,
    editing,
    emoji,
    files,
    finding,
    house,
    invite_mutes,
    keeping,
    lists,
    migration,
    moderating,
    notices,
    operating,
    passwords,
    profile,
    quoting,
    reacting,
    reading,
    reference,
    relations,
    relays,
    serving,
    sign_up_links,
    sign_ups,
    sizes,
    tokens,
    trusting,
    verify,
    writing,
)
from fedi_cotweet.cli.helping import Commands
from fedi_cotweet.cli.session import command, remember

app = Commands(
    help="A small fediverse server whose posts can have several authors on several servers.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
account = Commands(help="Accounts of this server.", no_args_is_help=True)
cotweets = Commands(help="Co-tweets of this server, for its operator.", no_args_is_help=True)

reader_list = Commands(help="Lists of people you follow.", no_args_is_help=True)

reports = Commands(help="Reports, for whoever runs the server.", no_args_is_help=True)

app.callback()(remember)

app.command("up")(command(serving.up))
account.command("create")(command(serving.create_account))
account.command("waiting")(command(sign_ups.waiting))
account.command("approve")(command(sign_ups.approve))
account.command("reject")(command(sign_ups.reject))
account.command("sign-up-link")(command(sign_up_links.make))
account.command("sign-up-links")(command(sign_up_links.list_all))
account.command("end-sign-up-link")(command(sign_up_links.end))
account.command("sign-in-link")(command(serving.sign_in_link))
account.command("password")(command(passwords.password))
account.command("two-factor-off")(command(passwords.two_factor_off))
account.command("role")(command(passwords.role))
account.command("suspend")(command(operating.suspend_account))
account.command("unsuspend")(command(operating.unsuspend_account))
account.command("limit")(command(operating.limit_person))
account.command("unlimit")(command(operating.unlimit_person))
account.command("warn")(command(operating.warn))
account.command("note")(command(operating.note))
account.command("notes")(command(operating.notes))
account.command("remove-note")(command(operating.remove_note))
account.command("delete")(command(operating.delete_account))
app.add_typer(account, name="account")

token = Commands(help="Tokens with which apps act for accounts.", no_args_is_help=True)
token.command("create")(command(tokens.create))
token.command("list")(command(tokens.list_all))
token.command("revoke")(command(tokens.revoke))
app.add_typer(token, name="token")

app.command("rotate-keys")(command(operating.rotate_keys))
app.command("storage")(command(sizes.storage))

actors = Commands(help="People of any server.", no_args_is_help=True)
actors.command("suspend")(command(operating.suspend))
actors.command("unsuspend")(command(operating.unsuspend))
app.add_typer(actors, name="actors")

domains = Commands(help="Rules about other servers.", no_args_is_help=True)
domains.command("block")(command(operating.block))
domains.command("limit")(command(operating.limit))
domains.command("unblock")(command(operating.unblock))
domains.command("list")(command(operating.domains))
app.add_typer(domains, name="domains")

custom_emoji = Commands(help="Custom emoji of this server.", no_args_is_help=True)
custom_emoji.command("add")(command(emoji.add))
custom_emoji.command("list")(command(emoji.list_all))
custom_emoji.command("remove")(command(emoji.remove))
app.add_typer(custom_emoji, name="emoji")

kept = Commands(help="Files of pictures, films and sounds.", no_args_is_help=True)
kept.command("move")(command(files.move))
app.add_typer(kept, name="media")

told = Commands(help="What everybody who has an account here is told.", no_args_is_help=True)
told.command("publish")(command(announcements.publish))
told.command("list")(command(announcements.list_all))
told.command("change")(command(announcements.change))
told.command("remove")(command(announcements.remove))
app.add_typer(told, name="announcements")

ruling = Commands(help="The rules of this server.", no_args_is_help=True)
ruling.command("add")(command(house.add_rule))
ruling.command("list")(command(house.list_rules))
ruling.command("change")(command(house.change_rule))
ruling.command("remove")(command(house.remove_rule))
app.add_typer(ruling, name="rules")

said = Commands(help="Texts about this server: more of it, privacy, terms.", no_args_is_help=True)
said.command("set")(command(house.set_text))
said.command("list")(command(house.list_texts))
said.command("remove")(command(house.remove_text))
app.add_typer(said, name="texts")

relay = typer.Typer(help="Relays: public posts of many servers.", no_args_is_help=True)
relay.command("add")(command(relays.add))
relay.command("list")(command(relays.list_all))
relay.command("remove")(command(relays.remove))
app.add_typer(relay, name="relays")

app.command("post")(command(writing.post))
app.command("drafts")(command(writing.drafts))
app.command("vote")(command(writing.vote))
app.command("credit")(command(crediting.credit))
app.command("uncredit")(command(crediting.uncredit))
app.command("credits")(command(crediting.credits))
app.command("quotes")(command(quoting.quotes))
app.command("unquote")(command(quoting.unquote))
app.command("quote-policy")(command(quoting.quote_policy))
app.command("edit")(command(editing.edit))
app.command("publish")(command(writing.publish))
app.command("withdraw")(command(writing.withdraw))
app.command("invite")(command(authors.invite))
app.command("remove")(command(authors.remove))
app.command("cancel-change")(command(authors.cancel_change))
app.command("discard")(command(writing.discard))
app.command("delete")(command(writing.delete))
app.command("leave")(command(writing.leave))
app.command("hide")(command(finding.hide))
app.command("unhide")(command(finding.unhide))

app.command("invites")(command(answering.invites))
app.command("accept")(command(answering.accept))
app.command("decline")(command(answering.decline))

app.command("discuss")(command(discussion.discuss))
app.command("propose")(command(discussion.propose))
app.command("proposals")(command(discussion.proposals))
app.command("proposal")(command(discussion.answer_proposal))
app.command("ask-deletion")(command(discussion.ask_deletion))

app.command("consent-log")(command(keeping.consent_log))
app.command("export")(command(keeping.export))
cotweets.command("degrade")(command(keeping.degrade))
app.add_typer(cotweets, name="cotweets")

app.command("invite-policy")(command(invite_mutes.invite_policy))
app.command("mute-invites")(command(invite_mutes.mute_invites))
app.command("trust")(command(trusting.trust))
app.command("untrust")(command(trusting.untrust))
app.command("trusted")(command(trusting.trusted))
app.command("refused-invites")(command(invite_mutes.refused_invites))

app.command("timeline")(command(reading.timeline))
app.command("show")(command(reading.show))
app.command("thread")(command(reading.thread))
app.command("history")(command(reading.history))
app.command("like")(command(reacting.like))
app.command("unlike")(command(reacting.unlike))
app.command("boost")(command(reacting.boost))
app.command("unboost")(command(reacting.unboost))
app.command("pin")(command(reacting.pin))
app.command("unpin")(command(reacting.unpin))
app.command("mute-post")(command(reacting.mute_post))
app.command("unmute-post")(command(reacting.unmute_post))
app.command("follow")(command(reading.follow))
app.command("unfollow")(command(reading.unfollow))
app.command("notifications")(command(notices.notifications))
app.command("search")(command(finding.search))
app.command("direct")(command(finding.direct))
app.command("tag")(command(finding.tag))
app.command("profile")(command(profile.profile))
app.command("aliases")(command(migration.aliases))
app.command("move")(command(migration.move))
app.command("stay")(command(migration.stay))
people = Commands(help="Whom you follow, block and mute, as CSV.", no_args_is_help=True)
people.command("export")(command(migration.export_people))
people.command("import")(command(migration.import_people))
people.command("imports")(command(migration.imports))
app.add_typer(people, name="people")
app.command("searchable")(command(finding.searchable))
reader_list.command("create")(command(lists.create))
reader_list.command("all")(command(lists.show_all))
reader_list.command("show")(command(lists.show))
reader_list.command("add")(command(lists.add))
reader_list.command("remove")(command(lists.remove))
reader_list.command("rename")(command(lists.rename))
reader_list.command("delete")(command(lists.delete))
reader_list.command("timeline")(command(lists.timeline))
app.add_typer(reader_list, name="list")

app.command("block")(command(relations.block))
app.command("unblock")(command(relations.unblock))
app.command("mute")(command(relations.mute))
app.command("unmute")(command(relations.unmute))
app.command("block-host")(command(relations.block_host))
app.command("unblock-host")(command(relations.unblock_host))
app.command("blocks")(command(relations.blocks))
app.command("mutes")(command(relations.mutes))
app.command("filter")(command(relations.filter_co_tweets))
app.command("follow-requests")(command(relations.follow_requests))
app.command("lock")(command(relations.lock))
app.command("unlock")(command(relations.unlock))

app.command("stats")(command(moderating.stats))
app.command("report")(command(moderating.report))
reports.command("list")(command(moderating.list_reports))
reports.command("show")(command(moderating.show_report))
reports.command("resolve")(command(moderating.resolve_report))
app.add_typer(reports, name="reports")

app.command("verify")(command(verify.verify))
app.command("conformance")(command(conformance.conformance))
app.command("settings")(command(serving.settings))
app.command("version")(command(serving.version))


@app.command("commands", hidden=True)
def commands(
    markdown: Annotated[bool, typer.Option("--markdown", help="The only form.")] = True,
) -> None:
    """Print the reference page of all commands."""
    del markdown
    sys.stdout.write(reference.commands_page(app))


def main() -> None:
    """Run the command line. Exit codes: 1 refused, 2 called wrongly, 3 no server."""
    app(prog_name="fedi-cotweet")


if __name__ == "__main__":
    main()
