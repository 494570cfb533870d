"""The `Library` protocol, and the library that lives in a folder."""
