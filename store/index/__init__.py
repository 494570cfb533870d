"""Similar readings and summaries."""
