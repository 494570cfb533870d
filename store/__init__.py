"""The library: everything that needs no terminal."""
