"""Damaged files in a library: what is whole is used, what was damaged is kept, and it is told."""

from __future__ import annotations

import errno
import os
import random
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import orjson
import pytest

from store.errors import LibraryReadOnly, NewsError
from store.files import locked
from store.folder import FolderLibrary
from tests.backups import failing_at, refusing
from tests.libraries import Machine, add, article, article_id, articles, ids, listed, load, state

ROOT = Path(__file__).parents[2]
FIRST, SECOND = range(1, 11), range(11, 16)
"""The articles of the two segments."""
FLIPS = 500
PARTS = 4

STARTS = re.compile(rb'"(\d+)":\{(?="(?:id|text)":)')

Damage = Callable[[bytes], bytes]


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("store.segments", "store.folder"):
        monkeypatch.setattr(f"{module}.SEGMENT_SIZE", 10)
    monkeypatch.setattr("store.folder.SNAPSHOT_EVERY", 0)
    monkeypatch.setattr("store.mending.WAIT", 0.0)


@pytest.fixture
def two(machine: Machine) -> Machine:
    """A machine with two segments, some marks and a snapshot."""
    library = machine.open()
    add(library, articles([*FIRST, *SECOND]))
    library.record("read", ids(1, 12))
    library.record("starred", ids(2))
    library.close()
    return machine


def facts(machine: Machine, number: int = 1) -> Path:
    return machine.folder / "articles" / f"{machine.name}-{number:04d}.json"


def texts(machine: Machine, number: int = 1) -> Path:
    return machine.folder / "texts" / f"{machine.name}-{number:04d}.json"


def kept_aside(machine: Machine) -> list[Path]:
    return sorted(machine.folder.rglob("*.damaged-*"))


def bodies(library: FolderLibrary) -> dict[int, str]:
    """The text of every article, as it is opened."""
    return {n: library.entry(article_id(n)).body.text for n in sorted(listed(library))}


def whole(numbers: range | list[int]) -> dict[int, str]:
    return {number: f"Text {number}." for number in numbers}


def newest(numbers: range | list[int]) -> list[int]:
    return sorted(numbers, reverse=True)


# -- what an accident leaves ---------------------------------------------------------------


def in_third(old: bytes, new: bytes) -> Damage:
    """Change something of the third document and what follows, once."""

    def damage(data: bytes) -> bytes:
        at = data.index(b'"3":{')
        return data[:at] + data[at:].replace(old, new, 1)

    return damage


def constant(content: bytes) -> Damage:
    return lambda data: content


THIRD = re.compile(rb'"3":\{[^{}]*\}')

ACCIDENTS: dict[str, tuple[Damage, int]] = {
    "empty": (constant(b""), 0),
    "null": (constant(b"null"), 0),
    "list": (constant(b"[]"), 0),
    "object": (constant(b"{}"), 0),
    "whitespace": (constant(b" \n\t "), 0),
    "NUL": (lambda data: bytes(len(data)), 0),
    "deep": (constant(b"[" * 100_000), 0),
    "deep tables": (constant(b'{"articles":' * 100_000), 0),
    "table is a list": (lambda data: b'{"articles":[],"texts":[]}', 0),
    "truncated": (lambda data: data[: data.index(b'"8":{') + 9], 7),
    "NUL tail": (lambda data: data[: (at := data.index(b'"8":{'))] + bytes(len(data) - at), 7),
    "garbage": (lambda data: data + b"and more", 10),
    "Latin-1": (in_third(b"t", b"\xe9"), 9),
    "UTF-16": (lambda data: data.decode().encode("utf-16"), 10),
    "document is a text": (lambda data: THIRD.sub(b'"3":"x"', data), 9),
    "odd id": (in_third(b'"3":{', b'"x":{'), 9),
    "an id twice": (in_third(b'"3":{', b'"2":{'), 10),
    "NaN": (in_third(b"{", b'{"n":NaN,'), 10),
    "surrogate": (in_third(b"{", b'{"n":"\\ud800",'), 10),
    "endless number": (in_third(b"{", b'{"n":' + b"1" * 4000 + b","), 9),
    "other table": (lambda data: data.replace(b'"articles":', b'"a":').replace(b'"texts":', b'"t":'), 10),
}  # fmt: skip


@pytest.mark.parametrize("name", ACCIDENTS)
def test_damaged_facts_are_mended(two: Machine, name: str) -> None:
    """Cases 11 to 19: one line says what and how many; kept aside; the second start is clean."""
    damage, count = ACCIDENTS[name]
    path = facts(two)
    path.write_bytes(damaged := damage(path.read_bytes()))
    library = two.open()
    (line,) = library.problems
    assert line.startswith("articles/desk-0001.json was damaged (")
    (kept,) = kept_aside(two)
    assert f"kept as {kept.name}" in line
    assert kept.read_bytes() == damaged
    assert (f"recovered {count} of 10 articles" in line) or (count == 10 and "all 10" in line)
    assert set(SECOND) <= set(listed(library))
    assert len(listed(library)) == len(SECOND) + count
    assert bodies(library).items() <= whole([*FIRST, *SECOND]).items()
    add(library, articles([20]))
    again = two.open()
    assert list(again.problems) == []
    assert state(again) == state(library)
    assert list(kept_aside(two)) == [kept]


@pytest.mark.parametrize("name", ACCIDENTS)
def test_damaged_texts_are_mended(two: Machine, name: str) -> None:
    """Cases 11 to 19: the articles stay, those whose text is lost with an empty one."""
    damage, count = ACCIDENTS[name]
    path = texts(two)
    path.write_bytes(damaged := damage(path.read_bytes()))
    library = two.open()
    assert list(library.problems) == []
    found = bodies(library)
    assert list(found) == [*FIRST, *SECOND]
    (line,) = library.problems
    assert line.startswith("texts/desk-0001.json was damaged (")
    assert (f"recovered {count} of 10 texts" in line) or (count == 10 and "all 10 texts" in line)
    lost = [number for number in FIRST if found[number] == ""]
    if len(lost) == 1:
        assert line.endswith("; 1 article has no text")
    else:
        assert line.endswith(f"; {len(lost)} articles have no text") == bool(lost)
    (kept,) = kept_aside(two)
    assert kept.read_bytes() == damaged
    again = two.open()
    assert bodies(again) == found
    assert list(again.problems) == []


@pytest.mark.parametrize("name", ACCIDENTS)
@pytest.mark.parametrize("file", ["journal", "snapshot"])
def test_damaged_journals_and_snapshots(two: Machine, file: str, name: str) -> None:
    """Cases 14 to 18 and 20: every article is there, and the next mark is kept."""
    damage, _ = ACCIDENTS[name]
    before = state(two.open())
    path = two.journal if file == "journal" else two.cache / "reading.json"
    data = path.read_bytes()
    path.write_bytes(damage(data + b'"3":{"t"}"8":{'))
    library = two.open()
    if file == "snapshot":
        assert (state(library), list(library.problems)) == (before, [])
    assert listed(library) == newest([*FIRST, *SECOND])
    assert len(library.problems) <= 2
    if file == "journal" and name in {"empty", "NUL", "NUL tail"}:
        assert any("/journal/desk.jsonl" in line for line in library.problems)
    library.record("starred", ids(5))
    again = two.open()
    assert again.entry(article_id(5)).reading.starred
    assert state(again) == state(library)


def test_a_byte_order_mark_does_no_harm(two: Machine) -> None:
    """Case 17."""
    for path in (facts(two), texts(two)):
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    library = two.open()
    assert bodies(library) == whole([*FIRST, *SECOND])
    assert (list(library.problems), kept_aside(two)) == ([], [])


def test_both_files_of_a_segment(two: Machine) -> None:
    """Cases 13 and 15: each is mended by itself, and no article gets the text of another."""
    facts(two).write_bytes(facts(two).read_bytes()[:-300])
    texts(two).write_bytes(in_third(b'"3":{', b'"3":5,{')(texts(two).read_bytes()))
    library = two.open()
    found = bodies(library)
    assert set(SECOND) < set(found)
    assert found == {number: "" if number == 3 else f"Text {number}." for number in found}
    assert len(library.problems) == 2
    assert "(how many are lost is not known); the damaged file is kept" in library.problems[0]
    again = two.open()
    assert (bodies(again), list(again.problems)) == (found, [])
    add(again, articles([20]))
    assert bodies(two.open()) == found | whole([20])


def test_a_damaged_file_of_a_newer_format_is_left_as_it_is(two: Machine) -> None:
    """Case 33."""
    path = facts(two)
    damaged = path.read_bytes().replace(b'"format":1', b'"format":7')[:-20]
    path.write_bytes(damaged)
    library = two.open()
    assert library.read_only == "made by a newer newstui (format 7); opened read-only"
    assert "left as it is: made by a newer newstui (format 7)" in library.problems[0]
    assert len(listed(library)) >= len(SECOND) + 9
    with pytest.raises(LibraryReadOnly):
        add(library, articles([20]))
    assert (path.read_bytes(), kept_aside(two)) == (damaged, [])


def test_a_key_that_stands_twice_is_kept_before_the_first_write(machine: Machine) -> None:
    """Case 19: reading takes the last; writing would lose the other."""
    add(machine.open(), articles([1, 2]))
    path = facts(machine)
    double = path.read_bytes().replace(b'"words":100', b'"words":7,"words":100')
    path.write_bytes(double)
    library = machine.open()
    assert list(library.problems) == []
    add(library, articles([3]))
    (line,) = library.problems
    assert "the key “words” stands twice" in line
    (kept,) = kept_aside(machine)
    assert kept.read_bytes() == double
    assert listed(machine.open()) == [3, 2, 1]


def test_adding_mends_first(two: Machine) -> None:
    """Case 12: with the lock held already; and in a process that has not read the file yet."""
    facts(two, 2).write_bytes(facts(two, 2).read_bytes()[:-20])
    texts(two, 2).write_bytes(b"")
    library = two.unloaded()
    add(library, articles([20]))
    assert len(library.problems) == 2
    assert len(kept_aside(two)) == 2
    again = two.open()
    assert list(again.problems) == []
    assert 20 in listed(again)
    assert again.entry(article_id(20)).body.text == "Text 20."


# -- where it cannot be mended -------------------------------------------------------------


def test_a_full_disk(two: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cases 4 and 13: what is whole is shown, nothing is changed, and it is tried again."""
    for path in (facts(two), texts(two)):
        path.write_bytes(path.read_bytes()[:-80])
    before = {path: path.read_bytes() for path in two.folder.rglob("*.json*")}
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", refusing(errno.ENOSPC))
        library = two.open()
        shown = bodies(library)
        assert len(library.problems) == 2
        for line in library.problems:
            assert "; the file is left as it is: Not saved: no space left on " in line
    assert {path: path.read_bytes() for path in two.folder.rglob("*.json*")} == before
    again = two.open()
    assert bodies(again) == shown
    assert len([line for line in again.problems if "is kept as" in line]) == 2
    last = two.open()
    assert (bodies(last), list(last.problems)) == (shown, [])


@pytest.mark.parametrize("name", ["write", "fsync", "replace", "open"])
def test_every_call_of_a_mending_fails_once(
    two: Machine, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Cases 6 to 8 and 13: nothing is lost, and the next start mends it."""
    path = facts(two)
    good = path.read_bytes()
    damaged, found = good[:-80], newest([*range(1, 10), *SECOND])
    for k in range(1, 30):
        path.write_bytes(damaged)
        with monkeypatch.context() as patch:
            call = failing_at(getattr(os, name), k, errno.EIO)
            patch.setattr(os, name, call)
            library = two.open()
        assert listed(library) == found
        failed = any("left as it is: Not saved" in line for line in library.problems)
        assert listed(two.open()) == found
        (kept,) = kept_aside(two)
        assert kept.read_bytes() == damaged
        assert list(two.folder.rglob(".newstui-*")) == []
        kept.unlink()
        if not failed and k > 9:
            break
    else:
        pytest.fail("there is no end of it")
    assert list(two.open().problems) == []


def test_while_somebody_else_writes(two: Machine) -> None:
    """Case 38: what is whole is shown meanwhile."""
    facts(two).write_bytes(facts(two).read_bytes()[:-80])
    lock = two.folder / "articles" / ".desk.lock"
    with locked(lock, 0.0, pytest.fail):
        library = two.open()
        (line,) = library.problems
        assert "left as it is: library is in use by pid" in line
        assert len(listed(library)) == 14
        assert kept_aside(two) == []
    add(library, articles([20]))
    library.refresh()
    assert len(two.open().problems) == 1
    assert list(two.open().problems) == []


def test_a_read_only_library(two: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Case 28."""
    facts(two).write_bytes(damaged := facts(two).read_bytes()[:-80])
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)
    library = two.open()
    (line,) = library.problems
    assert "left as it is: no permission to write to" in line
    assert len(listed(library)) == 14
    assert (facts(two).read_bytes(), kept_aside(two)) == (damaged, [])


def test_what_cannot_be_read_is_not_damaged(two: Machine) -> None:
    """Case 12: an error of the disk is not mended."""
    facts(two).unlink()
    facts(two).mkdir()
    library = two.open()
    assert list(library.problems) == [f"{facts(two)}: cannot be read: Is a directory"]
    assert listed(library) == newest(SECOND)
    assert kept_aside(two) == []


# -- other machines, other programs --------------------------------------------------------


@pytest.fixture
def synced(two: Machine) -> Machine:
    """Another machine, `lap`, that sees the library of the first and has added three articles."""
    lap = Machine(two.home, "lap", two.clock)
    add(lap.open(), articles([21, 22, 23]))
    return lap


def test_a_damaged_file_of_another_machine_is_only_read(two: Machine, synced: Machine) -> None:
    """Cases 13, 39 and 42: never written; told once; well again when a whole one comes."""
    path = facts(synced)
    good = path.read_bytes()
    path.write_bytes(damaged := good[:-30])
    texts(synced).write_bytes(texts(synced).read_bytes()[:-30])
    library = two.open()
    shown = listed(library)
    assert set(shown) >= {21, 22, *FIRST, *SECOND}
    assert library.entry(article_id(21)).body.text == "Text 21."
    assert len(library.problems) == 2
    assert all("the file is left to the machine that writes it" in p for p in library.problems)
    add(library, articles([30]))
    assert (path.read_bytes(), kept_aside(two)) == (damaged, [])
    path.write_bytes(good)
    os.utime(path, (5, 5))
    assert library.refresh().articles
    assert [line for line in library.problems if "articles/lap" in line] == []
    assert {21, 22, 23} <= set(listed(library))


def test_half_a_file_from_a_running_sync(two: Machine, synced: Machine) -> None:
    """Case 39: what was read from it before stays until it is whole again."""
    library = two.open()
    before = listed(library)
    path = facts(synced)
    good = path.read_bytes()
    for half in (good[: len(good) // 2], b"", bytes(len(good))):
        path.write_bytes(half)
        library.refresh()
        assert listed(library) == before
        assert len(library.problems) == 1
    path.write_bytes(good)
    os.utime(path, (5, 5))
    library.refresh()
    assert (listed(library), list(library.problems)) == (before, [])


def test_our_file_is_damaged_under_a_running_reader(two: Machine) -> None:
    """Cases 13 and 39: mended when it is seen."""
    library = two.open()
    path = facts(two)
    path.write_bytes(path.read_bytes()[:-80])
    assert library.refresh().articles
    assert listed(library) == newest([*range(1, 10), *SECOND])
    (line,) = library.problems
    assert "recovered 9 of 10 articles" in line
    library.refresh()
    assert not library.refresh().articles
    assert list(two.open().problems) == []


def test_our_file_is_replaced_by_somebody_else(two: Machine) -> None:
    """Case 39: articles that went with it are told; what another newstui adds is not."""
    library, other = two.open(), two.open()
    add(other, articles([20]))
    assert library.refresh().articles
    assert list(library.problems) == []
    path = facts(two, 2)
    tables = orjson.loads(path.read_bytes())
    for number in ("1", "2"):
        del tables["articles"][number]
    path.write_bytes(orjson.dumps(tables))
    assert library.refresh().articles
    assert listed(library) == newest([*FIRST, 13, 14, 15, 20])
    said = "articles/desk-0002.json was replaced by somebody else: 2 articles are no longer in it"
    assert list(library.problems) == [said]


def test_our_file_is_removed_by_somebody_else(
    two: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cases 40 and 130: where few files may be open, what is gone is told."""
    monkeypatch.setattr("store.held.MOST", 0)
    library = two.open()
    library.record("deleted", ids(11))
    facts(two, 2).unlink()
    assert library.refresh().articles
    assert listed(library) == newest(FIRST)
    said = "articles/desk-0002.json was removed by somebody else, and 4 articles with it"
    assert list(library.problems) == [said]
    add(library, articles([11, 12, 20]))
    assert listed(library) == newest([*FIRST, 12, 20])


# -- processes -----------------------------------------------------------------------------

OPENER = """
import sys
from pathlib import Path
from store.folder import FolderLibrary
from store.times import system_clock

library = FolderLibrary(Path(sys.argv[1]), Path(sys.argv[2]), "desk", system_clock)
print("ready", flush=True)
sys.stdin.readline()
for progress in library.load():
    pass
print(progress.articles, len(library.problems))
"""


@pytest.mark.slow
def test_two_processes_mend_once(two: Machine) -> None:
    """Cases 13 and 36: the second finds it mended."""
    facts(two).write_bytes(facts(two).read_bytes()[:-80])
    command = [sys.executable, "-c", OPENER, str(two.folder), str(two.cache)]
    running = [
        subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    try:
        for process in running:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        for process in running:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        answers = [process.communicate(timeout=60)[0] for process in running]
    finally:
        for process in running:
            process.kill()
            process.wait()
    assert sorted(answers) == ["14 0\n", "14 1\n"]
    assert len(kept_aside(two)) == 1


# -- random damage -------------------------------------------------------------------------


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
        self.bodies = bodies(library)

    def back(self) -> None:
        for path in kept_aside(self.machine):
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
                yield number, library.entry(article_id(number)).body.text
            except NewsError:
                yield number, None

    return dict(each())


@pytest.mark.parametrize("part", range(PARTS))
def test_flipped_bits_anywhere(two: Machine, part: int) -> None:
    """Case 15: never a traceback, and what was not touched is there as it was."""
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


def load_all(machine: Machine) -> FolderLibrary:
    library = machine.unloaded()
    load(library)
    assert all("\n" not in line for line in library.problems)
    return library


def state_of(library: FolderLibrary, id_: str) -> object:
    row = library.row(id_)
    if row is None:
        return None
    try:
        return (row, *next(library.articles([id_])))
    except NewsError:
        return None


def test_a_mended_library_goes_on(two: Machine) -> None:
    """Case 23: no number of a lost article is given to another while its text is there."""
    path = facts(two, 2)
    path.write_bytes(path.read_bytes()[: path.read_bytes().index(b'"4":{')])
    library = two.open()
    assert listed(library) == newest([*FIRST, 11, 12, 13])
    add(library, [article(30)])
    assert bodies(two.open()) == whole([*FIRST, 11, 12, 13, 30])


def test_a_file_that_was_mended_itself_knows_no_better(two: Machine) -> None:
    """Case 13: what is not known is not called all."""
    for path in (facts(two), texts(two)):
        data = path.read_bytes()
        path.write_bytes(data[: data.index(b'"8":{')])
    library = two.open()
    assert bodies(library) == whole([*range(1, 8), *SECOND])
    assert [
        line.count("7 articles (how many are lost is not known)") for line in library.problems
    ] == [1, 0]
    assert "recovered 7 texts (how many are lost is not known)" in library.problems[1]
