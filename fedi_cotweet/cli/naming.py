"""How commands are told which post, draft or invite is meant: all of them alike."""

from __future__ import annotations

from typing import Annotated

import typer

_NAMED_BY = "its id here, the id of the invite to it, or its address."

PostArgument = Annotated[str, typer.Argument(metavar="POST", help=f"Which post: {_NAMED_BY}")]
InviteArgument = Annotated[
    str, typer.Argument(metavar="INVITE", help=f"Its id, or the post: {_NAMED_BY}")
]
ProposalArgument = Annotated[
    str,
    typer.Argument(
        metavar="PROPOSAL",
        help=f"Its id; or, if it is the only one that waits, the post: {_NAMED_BY}",
    ),
]
