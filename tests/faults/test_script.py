"""Part of the fault loop over a script of operations; in full: `python -m tests.faults.script`."""

from __future__ import annotations

from pathlib import Path

from tests.faults.script import EFFECTS, run


def test_no_failing_call_loses_anything(tmp_path: Path) -> None:
    """Cases 1, 2, 4 to 10, 22 and 105: imports, marks, undo, compaction; every 67th call."""
    report = run(tmp_path, every=67)
    assert report.losses == []
    assert set(report.injected) == set(EFFECTS)
    assert report.injected.total() >= 25
