"""Settings, commands, keymaps and the choice of a theme. No Textual."""
