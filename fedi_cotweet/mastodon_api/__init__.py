"""The client API of Mastodon, for the apps that people have already.

Operations, entities and errors are those of https://docs.joinmastodon.org/api/ in version 4.5; what
is ours besides is in ``docs/reference/mastodon-api.md``.
"""

from fedi_cotweet.mastodon_api.routes import setup

__all__ = ["setup"]
