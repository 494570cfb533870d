"""What `newstui show` prints is the same article again when it is imported."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.importers.article_builder import build_article
from store.importers.read_files import read_articles
from store.model.article import (
    ArticleInsights,
    FullArticle,
    ParsedArticle,
    SimilarArticle,
    list_annotations,
)
from store.text.clean import clean_line, clean_text
from tests.support.codebase import ROOT
from tests.tui.cli.conftest import Run, write_json
from tests.tui.cli.test_json_round_trip import FULL_ARTICLE, without
from tui.cli.show import iter_page_parts

NOW = "2031-05-06T07:08:09Z"
NOT_PRINTED = ("extra", "source", "similar")
"""Fields that a page does not have, and those that depend on the rest of the library."""


def shown_again(run: Run, folder: Path, article: str) -> dict[str, Any]:
    page = run("show", article)
    other = folder / article
    assert run("import", "-", "--library", other, stdin=page.out.encode()).code == 0
    again = run("show", article, "--library", other)
    assert again.out.partition("\nSimilar Readings")[0] == page.out.partition("\nSimilar Read")[0]
    found: dict[str, Any] = run("show", article, "--json", "--library", other).value
    return found


@pytest.fixture
def zone(
    request: pytest.FixtureRequest,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[None]:
    """Set the time zone of this process."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", request.param)
        time.tzset()
        yield
    time.tzset()


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata"], indirect=True)
@pytest.mark.usefixtures("zone")
def test_every_sample_article(run: Run, tmp_path: Path) -> None:
    run("import", ROOT / "sample_articles")
    pages = "".join(run("show", article).out for article in run("list", "--json").ids)
    other = tmp_path / "other"
    assert run("import", "-", "--library", other, stdin=pages.encode()).code == 0
    before = {each["id"]: each for each in run("export", "--to", "jsonl").values}
    after = {each["id"]: each for each in run("export", "--to", "jsonl", "--library", other).values}
    assert len(before) == len([*(ROOT / "sample_articles").glob("*.[mj]*")])
    for article, fields in before.items():
        assert without(after[article], *NOT_PRINTED) == without(fields, *NOT_PRINTED)


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"read": False},
        {"read": False, "last_read": None, "read_count": 0},
        {"read": True, "read_count": 0, "last_read": None, "last_opened": None},
        {"starred": False, "position": 0},
        {"date": "2022-02-28"},
        {"date": None},
        {"date": "1066-10-14T12:00:00Z"},
        {"date": "1499-01-01"},
        {"date": "9999-12-31"},
        {"date": "some day"},
        {"created": "2022-03-01T00:00:00.000012Z"},
        {"summary": "", "summary_origin": None, "summary_complete": True},
        {"summary_origin": "extract", "summary_complete": True},
        {"summary_origin": "command"},
        {"summary": "<p>one</p> (automatic summary)"},
        {"text": "", "summary": ""},
        {"text": "", "words": 1204},
        {"url": "", "category": "", "authors": [], "tags": [], "language": ""},
        {"authors": ['"B", said', "Moar, Ann"], "tags": ["a, b", "c"]},
        {"category": "none", "title": "-"},
        {"title": "Details", "text": "Summary\n\n Statistics\n\nDetails\nID: 7"},
        {
            "title": "# A",
            "text": "```\na\n\n\n\nb\n```\n\nSimilar Readings (1 item)\n1. a\n\nSummary",
        },
        {"title": "<html>", "text": "    code\n\n- a\n  - b\n\n> q"},
        {"title": '[{"a": 1}]', "text": "name,url\n1,2"},
    ],
    ids=repr,
)
def test_every_field(change: dict[str, Any], run: Run, tmp_path: Path) -> None:
    given = FULL_ARTICLE | change
    assert run("import", write_json(tmp_path / "rich.jsonl", given)).code == 0
    article = given["id"]
    before = run("show", article, "--json").value
    after = shown_again(run, tmp_path, article)
    assert without(after, *NOT_PRINTED) == without(before, *NOT_PRINTED)
    assert [each["title"] for each in after["similar"]] == ["Somewhere else"]


@pytest.mark.parametrize("form", ["page", "json", "md"])
def test_annotations_come_back(form: str, run: Run, tmp_path: Path) -> None:
    made = [
        {"quote": "of", "note": "Why?\n\n> indeed", "time": "2022-03-04T05:06:07Z"},
        {"quote": "> one\n\n2. two"},
        {"note": "All of it."},
    ]
    given = FULL_ARTICLE | {"highlights": made, "strange": None}
    assert run("import", write_json(tmp_path / "rich.jsonl", given)).code == 0
    article = given["id"]
    before = run("show", article, "--json").value["extra"]["annotations"]
    assert [each.get("note") for each in before] == ["Why?\n\n> indeed", None, "All of it."]
    options = {"page": [], "json": ["--json"], "md": ["--format", "md"]}[form]
    page = run("show", article, *options)
    other = tmp_path / "other"
    assert run("import", "-", "--library", other, stdin=page.out.encode()).code == 0
    after = run("show", article, "--json", "--library", other).value
    assert after["extra"]["annotations"] == before


def test_pages_in_one_file(run: Run, tmp_path: Path) -> None:
    """The title of a page may look like one more detail of the page before."""
    titles = ["Tags: sea, fog", "State: unread", "ID: 7", "Statistics"]
    articles = [
        FULL_ARTICLE | {"id": f"{n}0000000-0000-4000-8000-000000000000", "title": title, "url": ""}
        for n, title in enumerate(titles, start=1)
    ]
    run("import", write_json(tmp_path / "rich.jsonl", *articles))
    pages = "".join(run("show", str(each["id"])).out for each in articles)
    (tmp_path / "pages.txt").write_text(pages)
    assert run("import", tmp_path / "pages.txt", "--library", tmp_path / "b").code == 0
    again = run("list", "--json", "--library", tmp_path / "b").values
    assert sorted(each["title"] for each in again) == sorted(titles)
    assert all(each["tags"] == ["one", "two words"] for each in again)


# -- articles that hypothesis makes ------------------------------------------------------------

LINES = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        [
            "Summary",
            " Summary",
            "Summary (automatic summary)",
            "Statistics",
            "5 words",
            "Read 1 time",
            "1 minute to read",
            "Details",
            "ID: 5b0d1f0a-7c33-4d2a-8e44-0d9b6a7f1c22",
            "Category: a",
            "Similar Readings (1 item)",
            "1. A (not in the library)",
            "```",
            "    x",
            "---",
            "# A",
            "",
            "",
        ]
    ),
)
TEXTS = st.lists(LINES, max_size=12).map("\n".join)
TIMES = st.none() | st.datetimes().map(lambda time: f"{time.isoformat()}Z")
FIELDS = st.fixed_dictionaries(
    {
        "title": LINES,
        "text": TEXTS,
        "summary": TEXTS,
        "summary_origin": st.sampled_from(["import", "extract", "command"]),
        "summary_complete": st.booleans(),
        "similar": st.lists(LINES, max_size=3),
        "category": LINES,
        "url": st.just("") | st.integers(1).map(lambda n: f"https://example.org/{n}"),
        "authors": st.lists(LINES, max_size=3),
        "tags": st.lists(LINES, max_size=3),
        "date": TIMES | st.dates().map(str) | LINES,
        "created": TIMES,
        "updated": TIMES,
        "language": st.sampled_from(["", "en", "de", "pt-BR", "hu", "zh"]),
        "read": st.booleans(),
        "starred": st.booleans(),
        "read_count": st.integers(0, 5000),
        "last_read": TIMES,
        "last_opened": TIMES,
        "position": st.integers(0, 50),
        "words": st.integers(0, 5000),
        "annotations": st.lists(
            st.fixed_dictionaries({"quote": TEXTS, "note": TEXTS, "time": TIMES}), max_size=3
        ),
    }
)


def build(fields: Mapping[str, Any]) -> ParsedArticle:
    return build_article({"text": "A.", **fields}, source="import", now=NOW)


@given(st.lists(FIELDS, min_size=1, max_size=3))
def test_any_article(items: list[dict[str, Any]]) -> None:
    made = [build(each | {"title": clean_line(each["title"]) or "A"}) for each in items]
    page = ""
    for each in made:
        entry = FullArticle(each.article, each.body, each.reading)
        similar = [SimilarArticle(None, title, origin="import") for title in each.body.similar]
        parts = iter_page_parts(entry, similar, ArticleInsights(("fog", "sea")))
        page += "".join(f"{clean_text(part)}\n" for part in parts)
    found = list(read_articles("page", io.BytesIO(page.encode()), now=NOW))
    assert len(found) == len(made)
    for before, after in zip(made, found, strict=True):
        assert isinstance(after, ParsedArticle)
        assert after.body == before.body
        assert after.reading == before.reading
        assert list_annotations(after.article) == list_annotations(before.article)
        facts = {name: getattr(before.article, name) for name in before.article.__slots__}
        again = {name: getattr(after.article, name) for name in after.article.__slots__}
        assert without(again, "extra") == without(facts, "extra")
