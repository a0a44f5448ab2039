"""How fast, against what: each benchmark is one command and prints a ratio to its own ceiling."""
