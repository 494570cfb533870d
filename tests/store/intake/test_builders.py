"""Large files are built by several processes: the same articles in the same order."""

from __future__ import annotations

import io
from collections.abc import Generator

import orjson
import pytest

from store.importers.article_builder import LARGE, Builder, processes_for
from store.importers.containers import Item
from store.importers.parallel import BATCH, built_aside
from store.importers.read import read
from store.model.article import Found, Refused

NOW = "2031-05-06T07:08:09Z"
BUILDER = Builder(None, "import", NOW)
ITEMS: list[Item | Refused] = [
    Item(f"a: line {n}", {"title": f"T{n}"} if n % 7 else {"title": ["wrong"]})
    if n % 5
    else Refused(f"a: line {n}", "not JSON")
    for n in range(5 * BATCH + 3)
]


def test_the_same_articles_in_the_same_order() -> None:
    assert list(built_aside(BUILDER, ITEMS, 2)) == list(BUILDER.built(ITEMS))


def test_a_process_that_fails_costs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Case 105: what it had been given is built by the import itself."""
    monkeypatch.setattr("store.importers.parallel.START", "import sys; sys.stdin.buffer.read(9)")
    assert list(built_aside(BUILDER, ITEMS, 2)) == list(BUILDER.built(ITEMS))


def test_an_import_that_is_stopped_leaves_no_process() -> None:
    made = built_aside(BUILDER, ITEMS, 1)
    assert isinstance(next(made), Refused)
    assert isinstance(made, Generator)
    made.close()


@pytest.mark.parametrize(
    ("size", "cores", "processes"),
    [(0, 8, 0), (LARGE - 1, 8, 0), (LARGE, 1, 0), (LARGE, 2, 2), (LARGE, 64, 4)],
)
def test_small_files_are_not_worth_it(size: int, cores: int, processes: int) -> None:
    assert processes_for(size, cores) == processes


def test_a_large_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    data = b"\n".join(orjson.dumps({"title": f"T{n}"}) for n in range(250)) + b"\n{"
    *found, refused = read("a.jsonl", io.BytesIO(data), now=NOW, size=LARGE)
    assert [each.article.title for each in found if isinstance(each, Found)] == [
        f"T{n}" for n in range(250)
    ]
    assert isinstance(refused, Refused)
    assert refused.where == "a.jsonl: line 251"
