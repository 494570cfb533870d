"""The terminal interface: command line, reader, rendering and settings."""

__version__ = "0.9.0"

DOCS_URL = "https://newstui.readthedocs.io"
"""Where the pages of `docs/` are read."""
