"""Reading events on disk, the state they add up to, its snapshot and its history."""
