"""Articles written for this project: fiction, shown while the user's own library is empty."""
