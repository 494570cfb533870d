"""The reader in line mode: lists and articles page by page, with a prompt after each."""
