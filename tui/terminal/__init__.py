"""The terminal as a device: session and signals, bytes in and out, browser, clipboard. No Textual."""
