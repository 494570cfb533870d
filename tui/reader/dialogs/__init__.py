"""The screens that open over the reader."""
