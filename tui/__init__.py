"""The terminal: command line, app, screens, widgets and keys."""

__version__ = "0.9.0"
