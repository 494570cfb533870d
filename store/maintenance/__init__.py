"""Repair and compaction of a library."""
