"""Typed views of documents from outside, and builders of our own."""
