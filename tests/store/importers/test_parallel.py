"""Large files are built by several processes: the same articles in the same order."""

from __future__ import annotations

import io
from collections.abc import Generator

import orjson
import pytest

from store.importers.article_builder import MIN_PARALLEL_BYTES, ArticleBuilder, choose_process_count
from store.importers.containers import ImportItem
from store.importers.parallel import BATCH_SIZE, build_in_parallel
from store.importers.read_files import read_articles
from store.model.article import ParsedArticle, Rejection

NOW = "2031-05-06T07:08:09Z"
BUILDER = ArticleBuilder(None, "import", NOW)
ITEMS: list[ImportItem | Rejection] = [
    ImportItem(f"a: line {n}", {"title": f"T{n}"} if n % 7 else {"title": ["wrong"]})
    if n % 5
    else Rejection(f"a: line {n}", "not JSON")
    for n in range(5 * BATCH_SIZE + 3)
]


def test_the_same_articles_in_the_same_order(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = list(BUILDER.build_all(ITEMS))
    monkeypatch.setattr(ArticleBuilder, "build_all", None)  # the processes do all of the work
    assert list(build_in_parallel(BUILDER, ITEMS, 2)) == expected


def test_a_process_that_fails_costs_no_article(monkeypatch: pytest.MonkeyPatch) -> None:
    """Case 105: its batch is built by the import itself."""
    monkeypatch.setattr("store.importers.parallel.BUILD_WORKER_SCRIPT", "sys.stdin.buffer.read(9)")
    assert list(build_in_parallel(BUILDER, ITEMS, 2)) == list(BUILDER.build_all(ITEMS))


def test_a_cancelled_import_leaves_no_process() -> None:
    made = build_in_parallel(BUILDER, ITEMS, 1)
    assert isinstance(next(made), Rejection)
    assert isinstance(made, Generator)
    made.close()


@pytest.mark.parametrize(
    ("size", "cores", "processes"),
    [
        (0, 8, 0),
        (MIN_PARALLEL_BYTES - 1, 8, 0),
        (MIN_PARALLEL_BYTES, 1, 0),
        (MIN_PARALLEL_BYTES, 2, 2),
        (MIN_PARALLEL_BYTES, 64, 4),
    ],
)
def test_small_files_start_no_processes(size: int, cores: int, processes: int) -> None:
    assert choose_process_count(size, cores) == processes


def test_a_large_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    data = b"\n".join(orjson.dumps({"title": f"T{n}"}) for n in range(250)) + b"\n{"
    *found, rejected = read_articles("a.jsonl", io.BytesIO(data), now=NOW, size=MIN_PARALLEL_BYTES)
    assert [each.article.title for each in found if isinstance(each, ParsedArticle)] == [
        f"T{n}" for n in range(250)
    ]
    assert isinstance(rejected, Rejection)
    assert rejected.location == "a.jsonl: line 251"
