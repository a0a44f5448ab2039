"""The pages on which people settle how everything is for them."""
