"""Every setting once: its name, type, default and what it is for.

``fedi_cotweet.configuration`` reads them.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

PREFIX = "COTWEET_"
"""What the environment variable of a setting begins with."""

SECRET = frozenset({"s3_secret_key"})
"""Settings that are never shown."""

Value = str | int | bool | Path | None


def _about(
    text: str,
    *,
    low: int | None = None,
    high: int | None = None,
    choices: tuple[str, ...] = (),
    shown_default: str = "",
) -> dict[str, Any]:
    return {
        "help": text,
        "low": low,
        "high": high,
        "choices": choices,
        "shown_default": shown_default,
    }


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator decided. Made by ``load``, which checks it; sizes are in octets."""

    data: Path = field(
        default=Path("data"),
        metadata=_about(
            "Folder of everything this server keeps: database, keys, media, this configuration.",
            shown_default="./data",
        ),
    )
    development: bool = field(
        default=False,
        metadata=_about(
            "Development mode: plain http, ports in host names, loopback and private addresses. "
            "Never on the open network.",
        ),
    )
    base_url: str = field(
        default="",
        metadata=_about(
            "Where the world reaches this server, such as `https://cotweet.example`. It becomes "
            "part of every id and cannot be changed later.",
            shown_default="in development mode `http://LISTEN_HOST:LISTEN_PORT`, else required",
        ),
    )
    listen_host: str = field(
        default="127.0.0.1",
        metadata=_about("Address to listen on. TLS is the work of a proxy in front."),
    )
    listen_port: int = field(default=8000, metadata=_about("Port to listen on.", low=1, high=65535))
    trusted_proxies: str = field(
        default="",
        metadata=_about(
            "Networks of proxies in front, beside this machine, such as `172.18.0.0/16` where they "
            "run in containers; with commas. What they append to `X-Forwarded-For` is believed, "
            "and limits count the people behind them one by one.",
        ),
    )
    database: str = field(
        default="",
        repr=False,  # may hold a password
        metadata=_about(
            "Database: `sqlite:////absolute/path` or `postgresql://user@host/name`.",
            shown_default="`sqlite:///DATA/cotweet.sqlite3`",
        ),
    )
    name: str = field(
        default="",
        metadata=_about("Name of this server as people see it.", shown_default="its host name"),
    )
    description: str = field(
        default="", metadata=_about("What this server is, in a sentence, on its front page.")
    )
    accent: str = field(
        default="",
        metadata=_about(
            "Colour of links and buttons, such as `#0b6656`. It is made darker on light pages and "
            "lighter on dark ones, as far as everybody can read it.",
            shown_default="the green of the style sheet",
        ),
    )
    style_file: Path | None = field(
        default=None,
        metadata=_about(
            "File with CSS for all pages, read at the start, after the style sheet that they have. "
            "Nothing in it may name a file or another server.",
        ),
    )
    language: str = field(
        default="en",
        metadata=_about(
            "Language of pages for whoever asks for none of those that there are, and of feeds.",
            choices=("en", "fr", "ko"),
        ),
    )
    contact_email: str = field(
        default="",
        metadata=_about("Where people reach the operator; everybody can read it."),
    )
    registrations: str = field(
        default="closed",
        metadata=_about(
            "Who may make an account, in a browser or an app: nobody (`closed`), whoever has a "
            "sign-up link (`invite`), those too whom you let in (`approval`, see "
            "`fedi-cotweet account waiting`), everybody (`open`).",
            choices=("closed", "invite", "approval", "open"),
        ),
    )
    sign_up_links_by: str = field(
        default="staff",
        metadata=_about(
            "Who may make sign-up links, beside you: those who look after the server (`staff`), or "
            "everybody who has an account (`people`).",
            choices=("staff", "people"),
        ),
    )
    host_rules_shown_to: str = field(
        default="nobody",
        metadata=_about(
            "Whom apps show which servers you keep out (`fedi-cotweet domains`), without your "
            "reasons.",
            choices=("nobody", "people", "everybody"),
        ),
    )
    sign_ups_per_address: int = field(
        default=5,
        metadata=_about(
            "How often one address may ask for an account within thirty minutes.",
            low=1,
            high=100_000,
        ),
    )
    ca_file: Path | None = field(
        default=None,
        metadata=_about(
            "File with certificates (PEM) of a private authority to trust for outgoing https, "
            "beside the system's.",
        ),
    )
    max_authors: int = field(
        default=5,
        metadata=_about(
            "Authors of one post at most, its primary author included.", low=2, high=10
        ),
    )
    invite_expiry_hours: int = field(
        default=168,
        metadata=_about(
            "How long an invite stays open unless its sender says otherwise.", low=1, high=720
        ),
    )
    open_invites_per_sender: int = field(
        default=20,
        metadata=_about(
            "Unanswered invites one account may have at a time, of this server or another.",
            low=1,
            high=1000,
        ),
    )
    open_invites_per_pair: int = field(
        default=3,
        metadata=_about(
            "Unanswered invites from one account to the same person.", low=1, high=1000
        ),
    )
    invites_per_day: int = field(
        default=50,
        metadata=_about(
            "Invites one account may send in 24 hours; of one elsewhere, more are not taken.",
            low=1,
            high=10_000,
        ),
    )
    invites_per_host_per_day: int = field(
        default=500,
        metadata=_about(
            "Invites that are taken from all accounts of another server in 24 hours. What is "
            "dropped is counted: `fedi-cotweet refused-invites`.",
            low=1,
            high=1_000_000,
        ),
    )
    invite_min_account_age_hours: int = field(
        default=24,
        metadata=_about(
            "How old an account must be to send invites.",
            low=0,
            high=8760,
            shown_default="24; 0 in development mode",
        ),
    )
    cotweets: str = field(
        default="on",
        metadata=_about(
            "Who may start co-tweets here: `off`, `allowlist`, `percent:N` (the same accounts each "
            "time, more as N grows) or `on`. Answering, editing, leaving and deleting are never "
            "held back."
        ),
    )
    cotweets_allowlist: str = field(
        default="",
        metadata=_about("With `allowlist`: names of accounts, separated by commas."),
    )
    cotweets_until: str = field(
        default="",
        metadata=_about(
            "Nobody starts co-tweets after this day (UTC) or time, such as `2026-12-31`.",
        ),
    )
    announce_delay_seconds: int = field(
        default=15,
        metadata=_about(
            "How long a co-author's server waits before it boosts a new co-tweet to followers on "
            "servers that know nothing of co-authors, so that the post itself arrives first.",
            low=0,
            high=3600,
        ),
    )
    api_requests: int = field(
        default=1500,
        metadata=_about(
            "How often the apps of one account may ask the client API within five minutes.",
            low=10,
            high=100_000_000,
        ),
    )
    api_requests_of_strangers: int = field(
        default=300,
        metadata=_about(
            "The same for one address without a person's token.", low=10, high=100_000_000
        ),
    )
    streaming_connections: int = field(
        default=2000,
        metadata=_about(
            "How many streams apps may hold open in each process of the server.",
            low=0,
            high=100_000,
        ),
    )
    streaming_connections_per_account: int = field(
        default=25,
        metadata=_about("How many of them the apps of one account may hold.", low=1, high=100_000),
    )
    post_characters: int = field(
        default=5000, metadata=_about("Characters of one post.", low=1, high=100_000)
    )
    media_per_post: int = field(default=4, metadata=_about("Pictures of one post.", low=0, high=32))
    poll_options: int = field(default=4, metadata=_about("Options of one poll.", low=2, high=20))
    poll_option_characters: int = field(
        default=100, metadata=_about("Characters of one option of a poll.", low=1, high=500)
    )
    media_max_bytes: int = field(
        default=16 * 1024 * 1024,
        metadata=_about("Size of one uploaded or fetched picture.", low=1024, high=1024**3),
    )
    video_max_bytes: int = field(
        default=99 * 1024 * 1024,
        metadata=_about(
            "Size of one uploaded film or sound. They are taken where the extra `video` is "
            "installed.",
            low=1024,
            high=1024**3,
        ),
    )
    timeline_cache_bytes: int = field(
        default=64 * 1024**2,
        metadata=_about(
            "How much memory posts may take that are ready to be shown in apps, so that they need "
            "not be put together each time; about 7 KB each. What changes is seen at once all the "
            "same. 0: none are kept.",
            low=0,
            high=1024**4,
        ),
    )
    media_cache_bytes: int = field(
        default=10 * 1024**3,
        metadata=_about(
            "How much room copies of others' pictures, faces and emoji may take. Beyond it "
            "those go that nobody looked at for longest; they are fetched again when somebody "
            "does.",
            low=1024**2,
            high=1024**5,
        ),
    )
    media_cache_days: int = field(
        default=30,
        metadata=_about(
            "After how many days such copies go that nobody looked at. 0: only for room.",
            low=0,
            high=36_500,
        ),
    )
    media_store: str = field(
        default="disk",
        metadata=_about(
            "Where new files go: `disk` (`DATA/media`) or `s3`, the bucket below. Files are found "
            "in either as long as both are set; `fedi-cotweet media move` moves them.",
            choices=("disk", "s3"),
        ),
    )
    s3_bucket: str = field(
        default="",
        metadata=_about(
            "Bucket of an S3-compatible store. It stays private: this server hands its files out."
        ),
    )
    s3_endpoint: str = field(
        default="",
        metadata=_about(
            "Address of the store, such as `https://s3.example`.", shown_default="that of AWS"
        ),
    )
    s3_region: str = field(
        default="us-east-1", metadata=_about("Region of the bucket; many stores take any.")
    )
    s3_access_key: str = field(
        default="", metadata=_about("Name of the key that may read, write, list and delete there.")
    )
    s3_secret_key: str = field(
        default="",
        repr=False,
        metadata=_about("Its secret; better in `s3_secret_key_file`, or in the environment."),
    )
    s3_secret_key_file: Path | None = field(
        default=None, metadata=_about("File that holds the secret and nothing else.")
    )
    max_body_bytes: int = field(
        default=1024 * 1024,
        metadata=_about(
            "Size of one document sent to an inbox or fetched from another server.",
            low=65_536,
            high=64 * 1024 * 1024,
        ),
    )
    secure_mode: bool = field(
        default=False,
        metadata=_about(
            "Whether other servers must sign when they fetch people and posts, so that blocked "
            "ones get none. Their readers find less, and pages stay public. Co-tweets and consent "
            "to them can always be fetched: anybody must be able to check them."
        ),
    )
    link_previews: bool = field(
        default=True,
        metadata=_about(
            "Whether pages that posts link to are looked at, to show title and description below "
            "the post. Each is asked for once in two weeks by this server, never by its readers."
        ),
    )
    password_grant: bool = field(
        default=False,
        metadata=_about(
            "Whether apps may get a token for a name and a password (`grant_type=password`), which "
            "then pass through the app. Only for programs that cannot open a page."
        ),
    )
    remote_posts_days: int = field(
        default=0,
        metadata=_about(
            "After how many days posts of other servers are deleted here that nobody here has to "
            "do with: no answer, like, boost, bookmark, vote, quote, notification or report, no "
            "co-tweet of somebody here. 0: never.",
            low=0,
            high=36_500,
        ),
    )
    deliver_concurrency: int = field(
        default=32,
        metadata=_about(
            "Deliveries to other servers under way at the same time.", low=1, high=1000
        ),
    )
    delivery_retry_seconds: int = field(
        default=15,
        metadata=_about(
            "How long to wait after a delivery failed for the first time. Each further wait is "
            "longer, in proportion to this; after three days a delivery is given up.",
            low=1,
            high=3600,
        ),
    )
    log_level: str = field(
        default="info",
        metadata=_about("What is logged.", choices=("debug", "info", "warning", "error")),
    )
    log_format: str = field(
        default="text",
        metadata=_about("`text` for people, `json` for programs.", choices=("text", "json")),
    )

    @property
    def host(self) -> str:
        """The part of this server's handles after the second @; with port if not the default."""
        return urlsplit(self.base_url).netloc


@dataclass(frozen=True, slots=True)
class Definition:
    """One setting as ``Settings`` declares it."""

    name: str
    type_name: str
    default: Value
    shown_default: str
    help: str
    low: int | None
    high: int | None
    choices: tuple[str, ...]

    @property
    def environment(self) -> str:
        """Name of the environment variable."""
        return PREFIX + self.name.upper()


def definitions() -> tuple[Definition, ...]:
    """All settings in the order of their declaration."""
    hints = typing.get_type_hints(Settings)
    found = []
    for item in fields(Settings):
        hint = hints[item.name]
        if isinstance(hint, types.UnionType):
            hint = next(part for part in hint.__args__ if part is not type(None))
        meta = item.metadata
        assert item.default is not MISSING
        shown = meta["shown_default"] or _shown(item.default)
        found.append(
            Definition(
                item.name,
                _TYPE_NAMES[hint],
                item.default,
                shown,
                meta["help"],
                meta["low"],
                meta["high"],
                meta["choices"],
            )
        )
    return tuple(found)


_TYPE_NAMES: Mapping[type, str] = {str: "text", int: "number", bool: "yes or no", Path: "path"}


def _shown(value: Value) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case None | "":
            return "none"
    return str(value)
