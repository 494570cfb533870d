"""docs/architecture.md names every room, in the order of the contracts, and only existing files."""

from __future__ import annotations

import re
import tomllib

import pytest

from tests.support.codebase import MODULES, ROOT, relative_name

PAGE = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
ROOMS = {
    f"{relative_name(path.parent)}/"
    for path in MODULES
    if path.name == "__init__.py"
    and relative_name(path) not in {"store/__init__.py", "tui/__init__.py"}
}
NAMED_PATHS = re.findall(r"`((?:store|tui|themes|sample_articles|tests|docs)/[\w/.-]*)`", PAGE)
TABLE_ROOM = re.compile(r"^\| \d? ?\| `(store|tui)/(\w+)(?:/|\.py)` \|", re.MULTILINE)


def layers(package: str) -> list[str]:
    """Return the rooms of a package in the order of its contract, from the top floor down."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (contract,) = (
        each
        for each in contracts["tool"]["importlinter"]["contracts"]
        if each["type"] == "layers" and each["containers"] == [package]
    )
    return [name for layer in contract["layers"] for name in re.split(r" [:|] ", layer)]


def test_every_room_is_named() -> None:
    assert sorted(ROOMS - set(NAMED_PATHS)) == []


def test_every_named_path_exists() -> None:
    assert [path for path in NAMED_PATHS if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("package", ["store", "tui"])
def test_floors_are_those_of_the_contract(package: str) -> None:
    rooms = [room for of, room in TABLE_ROOM.findall(PAGE) if of == package]
    assert rooms == [room for room in layers(package) if room != "__main__"]
