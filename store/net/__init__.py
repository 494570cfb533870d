"""The HTTP client: one polite, bounded, safe fetch, over a transport of its own."""
