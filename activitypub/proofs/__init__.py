"""Proofs inside documents: eddsa-jcs-2022 (FEP-8b32) and Mastodon's RsaSignature2017.

They let a document travel through other hands: forwarded, fetched, stored.
"""
