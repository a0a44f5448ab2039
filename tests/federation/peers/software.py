"""Who is out there: how each announces itself, how it asks, what it takes at its inbox.

Read in the sources that docs/explanation/other-servers.md names. A row is data; what a server makes
of a document is in ``reading``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

LD: Final = 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'
AP: Final = "application/activity+json"
KIB: Final = 1024


@dataclass(frozen=True, slots=True)
class Software:
    """``user_agent`` and the paths are templates: ``BASE`` is the server's address, ``HOST`` its
    host name."""

    name: str
    """Of its golden file."""
    title: str
    nodeinfo: str
    """``software.name`` and ``software.version``."""
    user_agent: str
    author: str
    """What it makes of ``attributedTo``: see ``reading.AUTHOR``."""
    accept: str = f"{AP}, {LD}"
    asks_with: tuple[tuple[str, str], ...] = ()
    """Further headers of its GETs."""
    signs: bool = True
    """Whether its GETs are signed."""
    person: str = "/users/frank"
    """The path of an actor."""
    inbox: str = "/users/frank/inbox"
    shared: str = "/inbox"
    """Empty where it has none."""
    key: str = "#main-key"
    """What its key has more than its actor, as an identifier."""
    window: int | None = None
    """Seconds that a ``Date`` may be wrong by; None where it is not looked at."""
    largest: int = 1024 * KIB
    """Octets of a delivery."""
    deepest: int | None = None
    """Levels of JSON."""
    cuts_at_commas: bool = False
    """Whether it reads a ``Signature`` by cutting at commas and at the first ``=``."""
    aware: bool = False
    """Whether it knows FEP-af48."""

    @property
    def single_on_get(self) -> bool:
        """Whether it loses a post with a list of authors that it fetches."""
        return self.author in ("string", "snac")


SOFTWARE: Final = (
    Software(
        name="mastodon-4.5",
        title="Mastodon 4.5",
        nodeinfo="mastodon 4.5.15",
        user_agent="Mastodon/4.5.15 (http.rb/5.3.1; +BASE/)",
        author="signer",
        accept=f"{AP}, application/ld+json",
        window=3600,
    ),
    Software(
        name="mastodon-4.3",
        title="Mastodon 4.3",
        nodeinfo="mastodon 4.3.23",
        user_agent="Mastodon/4.3.23 (http.rb/5.2.0; +BASE/)",
        author="signer",
        accept=f"{AP}, application/ld+json",
        window=3600,
    ),
    Software(
        name="mastodon-4.8",
        title="Mastodon 4.8",
        nodeinfo="mastodon 4.8.0-alpha.1",
        user_agent="Mastodon/4.8.0-alpha.1 (http.rb/5.3.1; +BASE/)",
        author="signer",
        accept=f"{AP}, application/ld+json",
        person="/ap/users/116000000000000001",
        inbox="/ap/users/116000000000000001/inbox",
        window=3600,
    ),
    Software(
        name="gotosocial",
        title="GoToSocial",
        nodeinfo="gotosocial 0.20.0",
        user_agent="gotosocial/0.20.0 (+BASE)",
        author="first",
        accept=f"{LD},{AP}",
        shared="",
        key="/main-key",
    ),
    Software(
        name="misskey",
        title="Misskey",
        nodeinfo="misskey 2025.11.0",
        user_agent="Misskey/2025.11.0 (BASE)",
        author="equal",
        person="/users/a1b2c3d4e5",
        inbox="/users/a1b2c3d4e5/inbox",
        window=300,
        largest=64 * KIB,
    ),
    Software(
        name="sharkey",
        title="Sharkey",
        nodeinfo="sharkey 2025.4.4",
        user_agent="Sharkey/2025.4.4 (BASE)",
        author="equal",
        person="/users/a1b2c3d4e5",
        inbox="/users/a1b2c3d4e5/inbox",
        window=300,
        largest=64 * KIB,
    ),
    Software(
        name="akkoma",
        title="Akkoma",
        nodeinfo="akkoma 3.16.0",
        user_agent="Akkoma 3.16.0-0-g071bb07a; BASE <admin@HOST>",
        author="first",
        accept=AP,
    ),
    Software(
        name="pleroma",
        title="Pleroma",
        nodeinfo="pleroma 2.2.50",
        user_agent="Pleroma 2.2.50; BASE <admin@HOST>",
        author="first",
        accept=AP,
    ),
    Software(
        name="pixelfed",
        title="Pixelfed",
        nodeinfo="pixelfed 0.12.4",
        user_agent="(Pixelfed/0.12.4; +BASE)",
        author="first person",
        accept=LD,
        shared="/f/inbox",
        window=86_400,
        deepest=8,
    ),
    Software(
        name="snac",
        title="snac",
        nodeinfo="snac 2.94",
        user_agent="snac/2.94; +BASE/",
        author="snac",
        accept=AP,
        person="/frank",
        inbox="/frank/inbox",
        shared="/shared-inbox",
    ),
    Software(
        name="takahe",
        title="Takahē",
        nodeinfo="takahe 0.11.0",
        user_agent="Takahe/0.11.0 (+BASE/)",
        author="string",
        accept="application/ld+json",
        person="/@frank@HOST/",
        inbox="/@frank@HOST/inbox/",
        shared="/inbox/",
        window=60,
        largest=50 * KIB,
        cuts_at_commas=True,
    ),
    Software(
        name="neodb",
        title="NeoDB",
        nodeinfo="neodb 0.11.0",
        user_agent="NeoDB/0.11.0 (Takahe/0.11.0; +BASE/)",
        author="string",
        accept="application/ld+json",
        person="/@frank@HOST/",
        inbox="/@frank@HOST/inbox/",
        shared="/inbox/",
        window=60,
        largest=50 * KIB,
        cuts_at_commas=True,
    ),
    Software(
        name="lemmy",
        title="Lemmy",
        nodeinfo="lemmy 1.0.0",
        user_agent="Lemmy/1.0.0; +BASE",
        author="string",
        accept=AP,
        person="/u/frank",
        inbox="/u/frank/inbox",
        window=3600,
    ),
    Software(
        name="mbin",
        title="Mbin",
        nodeinfo="mbin 1.8.1",
        user_agent="Mbin/1.8.1 (+BASE/agent)",
        author="string",
        accept=f"{AP}, {LD}",
        person="/u/frank",
        inbox="/u/frank/inbox",
        shared="/f/inbox",
    ),
    Software(
        name="peertube",
        title="PeerTube",
        nodeinfo="peertube 6.3.0",
        user_agent="PeerTube/6.3.0 (+BASE)",
        author="equal",
        accept=f"{AP}, application/ld+json",
        person="/accounts/frank",
        inbox="/accounts/frank/inbox",
        window=300,
    ),
    Software(
        name="wordpress",
        title="WordPress",
        nodeinfo="wordpress 6.7",
        user_agent="WordPress/6.7; BASE; ActivityPub",
        author="first",
        accept=AP,
        asks_with=(("Content-Type", AP),),
        person="/?author=1",
        inbox="/wp-json/activitypub/1.0/actors/1/inbox",
        shared="/wp-json/activitypub/1.0/inbox",
        window=10_800,
    ),
    Software(
        name="fedify",
        title="Fedify, Hollo",
        nodeinfo="hollo 0.10.0",
        user_agent="Hollo/0.10.0 (Fedify/2.3.6; Node.js/v24.0.0; +BASE/)",
        author="first",
        person="/@frank",
        inbox="/@frank/inbox",
        window=3600,
    ),
    Software(
        name="mitra",
        title="Mitra",
        nodeinfo="mitra 5.0.0",
        user_agent="Mitra/5.0.0; BASE",
        author="first",
        accept=LD,
    ),
    Software(
        name="bookwyrm",
        title="BookWyrm",
        nodeinfo="bookwyrm 0.7.5",
        user_agent="python-requests/2.32.0 (BookWyrm/0.7.5; +BASE/)",
        author="string",
        accept=f"application/json, {AP}, {LD}; charset=utf-8",
        signs=False,
        person="/user/frank",
        inbox="/user/frank/inbox",
    ),
    Software(
        name="friendica",
        title="Friendica",
        nodeinfo="friendica 2024.12",
        user_agent="Friendica 'Yellow Archangel' 2024.12-1571; BASE",
        author="first",
        accept=f"{AP}, application/ld+json",
        person="/profile/frank",
        inbox="/inbox/frank",
        window=300,
    ),
    Software(
        name="fedi_cotweet",
        title="fedi_cotweet",
        nodeinfo="fedi-cotweet 0.1.0",
        user_agent="fedi_cotweet/0.1 (+BASE)",
        author="first",
        aware=True,
    ),
)
