"""A sans-I/O ActivityPub protocol library with co-authorship (FEP-af48).

Everything outside ``activitypub.shell`` and ``activitypub.testing`` is free of I/O: functions take
documents, keys and the time, and return views, documents or verdicts.
"""
