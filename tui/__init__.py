"""The terminal: command line, app, screens, widgets and keys."""
