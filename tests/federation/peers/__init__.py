"""Strict stand-ins for the software of other servers: what each asks with, takes and refuses.

``software`` is the table, ``reading`` the rules by which one sees, or loses, what it gets,
``server`` a server that behaves like that.
"""
