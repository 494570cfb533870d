"""A library on PostgreSQL, for many readers: `newstui[postgres]`."""
