"""A part of the fault loop over a script of operations; all of it: `python -m tests.faults.script`."""

from __future__ import annotations

from pathlib import Path

from tests.faults.script import KINDS, run


def test_nothing_is_lost_whatever_call_fails(tmp_path: Path) -> None:
    """Cases 1, 2, 4 to 10, 22 and 105: imports, marks, undo, compaction; every so many calls."""
    report = run(tmp_path, every=67)
    assert report.losses == []
    assert set(report.injected) == set(KINDS)
    assert report.injected.total() >= 25
