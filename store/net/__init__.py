"""The network: one polite, bounded, safe way to fetch, and nothing else of ours goes there."""
