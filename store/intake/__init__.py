"""Everything that brings articles in: each format ends as a `Found` or a `Refused`."""
