"""Colour themes as plain data: TOML files, and the loader that validates them."""
