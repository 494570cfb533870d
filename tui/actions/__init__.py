"""The work of the reader's commands on a library, for the screen and for line mode."""
