"""The reader in a browser: a small server on the loopback interface, and a page with a terminal."""
