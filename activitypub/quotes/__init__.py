"""Consent-respecting quotes (FEP-044f), as Mastodon 4.5 speaks them, and the older forms.

A request and its answer are in ``activities``; here are the stamp, the policy and what a quoting
note says. Nothing is fetched.
"""
