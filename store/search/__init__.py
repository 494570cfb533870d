"""The query language, the full-text index, and similar articles."""
