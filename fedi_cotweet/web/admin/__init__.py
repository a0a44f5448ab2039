"""The pages of those who look after the server."""
