"""Rules of FEP-af48 broken one by one, everything else being as it should be.

``posts``: published posts that name a co-author without valid consent. ``invitations``: Offers
against the rules. ``answers``: Accepts with a stamp that must not count. Each attack is given what
is right and makes it wrong; whoever uses it delivers the result and looks whether it had an effect.
"""
