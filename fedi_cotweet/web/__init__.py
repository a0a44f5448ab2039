"""The pages people see: read without an account, answered with one."""

from fedi_cotweet.web.routes import setup

__all__ = ["setup"]
