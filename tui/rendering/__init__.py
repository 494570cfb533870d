"""Values to lines of cells: pure functions, no Textual."""
