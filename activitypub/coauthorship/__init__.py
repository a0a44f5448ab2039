"""Co-authorship by consent (FEP-af48): author lists, digests, invitations, stamps, verification.

No function here fetches, signs or reads the clock. Documents that come from outside must have been
parsed with ``parse_strict_json``.
"""
