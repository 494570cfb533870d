"""A server for the tests of the network."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.server import Site, serving


@pytest.fixture(scope="module")
def shared_site() -> Iterator[Site]:
    """One server for all tests of a file."""
    with serving() as site:
        yield site


@pytest.fixture
def site(shared_site: Site) -> Site:
    """The server, with nothing on it yet."""
    shared_site.routes.clear()
    shared_site.asked.clear()
    return shared_site
