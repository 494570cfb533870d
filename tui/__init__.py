"""The terminal interface: command line, reader, rendering and settings."""

__version__ = "0.9.0"
