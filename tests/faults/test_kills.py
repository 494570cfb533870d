"""A few rounds of killing the reader; 200 rounds: `python -m tests.faults.kills`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.kills import run

ROUNDS = 2


@pytest.mark.slow
def test_kill_9_while_marking(tmp_path: Path) -> None:
    """Cases 1 and 118: marks shown on screen are kept, in order, and the next start works."""
    report = run(tmp_path, ROUNDS, seed=1)
    assert report.losses == []
    assert report.rounds == ROUNDS
    assert report.typed >= report.kept >= report.seen > 0
