"""Plain values: articles, timestamps, errors, results. Imports nothing else of ours."""
