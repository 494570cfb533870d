"""Benchmarks of the budgets: `python -m benchmarks.NAME`."""
