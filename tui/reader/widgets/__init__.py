"""The panes: they draw values they are given and post messages; they know no store."""
