"""Streams: what happened, told at once over a WebSocket or as server-sent events."""
