"""'u': a small plain ActivityPub server that knows nothing of co-authors.

It stands in the demo for all the software that does not know about co-authors, and is as strict as
Mastodon about what it accepts and whom it shows it to: the author of a delivered post is whoever
signed the request, ``attributedTo`` of a delivered post is not even looked at, activities from
people nobody here follows are answered with 202 and dropped, a boost whose post cannot be fetched
is lost for good. One process, one SQLite file, people who read and follow but do not post.

``inbox`` takes deliveries and keeps them, ``rules`` says what becomes of each, ``store`` is the
file, ``network`` fetches and sends, ``app`` is the server.
"""
