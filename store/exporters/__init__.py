"""Articles to files."""
