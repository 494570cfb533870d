"""A few random exchanges between folders and a database."""

from __future__ import annotations

import pytest

from tests.faults.exchanges import run_round
from tests.support.postgres_server import PostgresServer


@pytest.mark.parametrize("seed", [1, 2])
def test_all_agree_in_the_end(postgres: PostgresServer, seed: int) -> None:
    """Case 132: in whatever order they exchange, and wherever that is interrupted."""
    for role in ("ann", "bob"):
        postgres.create_role(role)
    assert run_round(postgres, seed)
