"""OAuth 2 for programs: apps register, get tokens, give them back. The pages for people are in
``fedi_cotweet.web``."""

from fedi_cotweet.oauth.routes import setup

__all__ = ["setup"]
