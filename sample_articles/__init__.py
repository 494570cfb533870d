"""Fictional articles written for this project, shown while the user's library is empty."""
