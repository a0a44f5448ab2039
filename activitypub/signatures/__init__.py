"""HTTP signatures, both profiles the fediverse speaks, without I/O.

``verify.find_signature`` reads who claims to have sent a request and checks everything that needs
no key; the caller gets the key; ``verify.check_signature`` decides.
"""
