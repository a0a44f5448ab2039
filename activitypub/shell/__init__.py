"""The only I/O of the library: a signed HTTP client that expects every peer to be hostile."""
