"""The JSON API behind the command line, for whoever holds the operator's token."""

from fedi_cotweet.api.routes import setup

__all__ = ["setup"]
