"""Backup archives: make, restore, merge."""
