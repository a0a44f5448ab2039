"""Rules of FEP-af48 broken one by one, everything else being as it should be.

``posts`` and ``notes``: published posts that name a co-author without valid consent, by the stamp
or by the post. ``invitations``: Offers against the rules. ``answers``: Accepts with a stamp that
must not count. Each attack is given what is right and makes it wrong; whoever uses it delivers the
result and looks whether it had an effect.
"""

from __future__ import annotations

from fedi_cotweet.conformance.attacks import answers, invitations, notes, posts

__all__ = ["answers", "invitations", "notes", "posts"]
