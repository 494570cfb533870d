"""What the commands of the reader do to a library, for the screen and for line mode alike."""
