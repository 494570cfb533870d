"""The panes and bars of the reader: they draw values and post messages."""
