"""A day in the life of three people, as Mastodon.py lets programs live it.

Each function here is a part of the day; what it asks is noted, and the test compares that with all
that Mastodon.py can ask.
"""
