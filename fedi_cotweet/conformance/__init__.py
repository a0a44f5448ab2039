"""The conformance kit: plays the other side of every exchange of FEP-af48, and reports each case.

It is a little federation of its own: five servers with people, keys and inboxes. ``origins``
serve, sign and record; ``cotweets`` writes what FEP-af48 asks for; ``attacks`` breaks its rules
one by one; ``cases`` are what is tried; ``drivers`` let the server under test do what its user
decides.
"""
