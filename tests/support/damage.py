"""Libraries to damage: where their files are, and what is in them."""

from __future__ import annotations

from pathlib import Path

from store.library.folder import FolderLibrary
from tests.support.libraries import Machine, article_id, listed

FIRST, SECOND = range(1, 11), range(11, 16)
"""The articles of the two segments."""


def facts(machine: Machine, number: int = 1) -> Path:
    return machine.folder / "articles" / f"{machine.name}-{number:04d}.json"


def texts(machine: Machine, number: int = 1) -> Path:
    return machine.folder / "texts" / f"{machine.name}-{number:04d}.json"


def kept_aside(machine: Machine) -> list[Path]:
    return sorted(machine.folder.rglob("*.damaged-*"))


def bodies(library: FolderLibrary) -> dict[int, str]:
    """The text of every article, as it is opened."""
    return {n: library.get_article(article_id(n)).body.text for n in sorted(listed(library))}


def whole(numbers: range | list[int]) -> dict[int, str]:
    return {number: f"Text {number}." for number in numbers}


def newest(numbers: range | list[int]) -> list[int]:
    return sorted(numbers, reverse=True)
