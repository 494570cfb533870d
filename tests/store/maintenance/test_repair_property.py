"""Bits flipped at random anywhere in a library lose what they hit, and no more."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping

import pytest

from store.library.folder import FolderLibrary
from store.model.errors import NewstuiError
from tests.support.closing import close_libraries
from tests.support.libraries import Machine, article_id, ids, load, state
from tests.support.maintenance import article_texts, damaged_copies

pytestmark = pytest.mark.usefixtures("small")


FLIPS = 500
PARTS = 4

STARTS = re.compile(rb'"(\d+)":\{(?="(?:id|text)":)')


class Copy:
    """A library that is put back as it was after each accident."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.files = {
            path: path.read_bytes()
            for folder in (machine.folder, machine.cache)
            for path in sorted(folder.rglob("*.json*"))
        }
        library = machine.open()
        self.state = state(library)
        self.bodies = article_texts(library)

    def back(self) -> None:
        for path in damaged_copies(self.machine):
            path.unlink()
        for path, data in self.files.items():
            path.write_bytes(data)


def touched(data: bytes, places: list[int]) -> set[str]:
    """The ids of the documents, as they are in the file, that have one of these bytes."""
    starts = [(found.start(), found[1].decode()) for found in STARTS.finditer(data)]
    ends = [start for start, _ in starts[1:]] + [len(data)]
    spans = zip(starts, ends, strict=True)
    return {name for (start, name), end in spans if any(start <= p < end for p in places)}


def flipped(data: bytes, places: list[int], chance: random.Random) -> bytes:
    changed = bytearray(data)
    for place in places:
        changed[place] ^= 1 << chance.randrange(8)
    return bytes(changed)


def opened(library: FolderLibrary, numbers: list[int]) -> Mapping[int, str | None]:
    """The text of each article; None where a line says why there is none."""

    def each() -> Iterator[tuple[int, str | None]]:
        for number in numbers:
            try:
                yield number, library.get_article(article_id(number)).body.text
            except NewstuiError:
                yield number, None

    return dict(each())


@pytest.mark.parametrize("part", range(PARTS))
def test_flipped_bits_anywhere(two: Machine, part: int) -> None:
    """Case 15: never a traceback, and what was not hit is unchanged."""
    chance = random.Random(part)
    copy = Copy(two)
    for _ in range(FLIPS // PARTS):
        path = chance.choice(list(copy.files))
        data = copy.files[path]
        places = chance.sample(range(len(data)), chance.choice((1, 2)))
        path.write_bytes(flipped(data, places, chance))
        library = load_all(two)
        base = 10 * (path.stem == "desk-0002")
        hit = set()
        if path.parent.name in ("articles", "texts"):
            hit = {int(number) + base for number in touched(data, places)}
        found = opened(library, sorted(copy.bodies.keys() - hit))
        assert found == {n: text for n, text in copy.bodies.items() if n not in hit}, (path, places)
        changed = {i for i, was in copy.state.items() if state_of(library, i) != was}
        if path.parent == two.cache:
            assert changed == set()
        elif path.parent.name == "journal":
            assert len(changed) <= 2 * len(places)
        elif path.parent.name == "articles":
            assert changed <= set(ids(*hit))
        copy.back()
        close_libraries()


def load_all(machine: Machine) -> FolderLibrary:
    library = machine.open_unloaded()
    load(library)
    assert all("\n" not in line for line in library.problems)
    return library


def state_of(library: FolderLibrary, id_: str) -> object:
    row = library.get_row(id_)
    if row is None:
        return None
    try:
        return (row, *next(library.articles([id_])))
    except NewstuiError:
        return None
