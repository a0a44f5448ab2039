"""Terms and contexts as data, and tolerant reading of untrusted documents."""
