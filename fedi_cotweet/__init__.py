"""A small fediverse server whose posts can have several authors on several servers."""

__version__ = "0.1.0"
