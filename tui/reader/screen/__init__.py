"""The reader's screen and its parts."""
