"""What fills the terminal: the reader and its dialogs."""
