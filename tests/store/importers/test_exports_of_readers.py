"""What other readers write comes in: each program's export by a small one of our own making."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest

from store.importers.read import IMPORT_FORMATS, detect_file_kind, read_articles
from store.importers.reader_exports import READER_FORMATS
from store.model.article import ParsedArticle, Rejection
from tests.support.reader_exports import EXPORTS, URL

NOW = "2031-05-06T07:08:09Z"


def taken(data: str | bytes, name: str = "export", kind: str | None = None) -> list[ParsedArticle]:
    """The articles of an export, all of which must be fit to be taken."""
    stream = io.BytesIO(data if isinstance(data, bytes) else data.encode())
    items = list(read_articles(name, stream, now=NOW, kind=kind))
    assert not [item for item in items if isinstance(item, Rejection)]
    return [item for item in items if isinstance(item, ParsedArticle)]


def all_of(found: ParsedArticle) -> dict[str, Any]:
    """Every field of an article by its name."""
    return {
        name: getattr(part, name)
        for part in (found.article, found.body, found.reading)
        for name in part.__slots__
    }


def test_every_dialect_has_an_example() -> None:
    assert set(EXPORTS) == {dialect.name for dialect in READER_FORMATS}
    assert set(EXPORTS) < set(IMPORT_FORMATS)


@pytest.mark.parametrize("name", EXPORTS)
def test_an_export_is_recognised_by_its_content(name: str) -> None:
    data, expected = EXPORTS[name]
    (found,) = taken(data)
    fields = all_of(found)
    assert (found.article.title, found.article.url) == ("The ferry", URL)
    assert {field: fields[field] for field in expected} == expected


@pytest.mark.parametrize("name", EXPORTS)
def test_the_same_page_of_two_programs_is_one_article(name: str) -> None:
    (found,) = taken(EXPORTS[name][0], "export.txt")
    (other,) = taken(EXPORTS["pocket"][0])
    assert found.article.id == other.article.id


def test_a_format_can_be_forced() -> None:
    record = {"url": URL, "title": "The ferry", "status": "archive", "tags": "sea|north"}
    (found,) = taken(json.dumps(record), kind="pocket")
    assert found.reading.read
    assert found.article.tags == ("sea", "north")


@pytest.mark.parametrize("name", ["wallabag", "google-reader"])
def test_entities_in_titles_are_what_they_mean(name: str) -> None:
    data = EXPORTS[name][0].replace("The ferry", "AT&amp;T &#8211; R&D &amp;lt;", 1)
    assert taken(data)[0].article.title == "AT&T – R&D &lt;"


def test_links_are_relative_to_the_page_they_came_from() -> None:
    record = {"url": URL, "title": "The ferry", "is_archived": 0, "content": "<a href='/x'>on</a>"}
    assert taken(json.dumps([record]))[0].body.text == "[on](https://news.example/x)"


def test_a_highlight_is_no_article() -> None:
    record = {"source_url": URL, "reading_progress": 0, "location": "new", "parent_id": "01"}
    assert list(read_articles("api.json", io.BytesIO(json.dumps([record]).encode()), now=NOW)) == [
        Rejection("api.json: article 1", "a highlight or note, not an article")
    ]


def test_large_json_is_read_item_by_item(monkeypatch: pytest.MonkeyPatch) -> None:
    """Case 102: size alone refuses nothing that holds many articles; damage ends at its place."""
    monkeypatch.setattr("store.importers.read.MAX_FILE_BYTES", 1 << 17)
    record = json.loads(EXPORTS["miniflux"][0])["entries"][0]
    records = [{**record, "url": f"{URL}/{number}"} for number in range(1500)]
    whole = json.dumps({"total": 1500, "entries": records})
    assert len(whole) > 1 << 17
    assert len(taken(whole)) == 1500
    *found, refused = read_articles("big.json", io.BytesIO(whole[:200_000].encode()), now=NOW)
    assert len(found) > 500
    assert isinstance(refused, Rejection)
    assert refused.reason.startswith(f"not JSON after article {len(found)}: ")


def test_csv_in_other_clothes() -> None:
    """A byte order mark, tabs, lines that end as on Windows, cells too many and bytes amiss."""
    row = f"The ferry\t{URL}\t1672628645\tsea\tunread\tmore\tcells"
    text = f"\ufefftitle\turl\ttime_added\ttags\tstatus\r\n{row}\r\n\r\n"
    (found,) = taken(text.encode().replace(b"ferry", b"f\xffrry"))
    assert found.article.title == "The f\ufffdrry"
    assert found.article.tags == ("sea",)


def test_csv_that_breaks_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Case 102: a quote that never ends swallows the file only up to a limit."""
    monkeypatch.setattr("store.importers.containers.MAX_FIELD_SIZE", 1000)
    bad = 'title,url,time_added,status\nA,https://a.example,1,unread\n"B' + "x,\n" * 1000
    first, second = read_articles("a.csv", io.BytesIO(bad.encode()), now=NOW)
    assert isinstance(first, ParsedArticle)
    assert isinstance(second, Rejection)
    assert second.location.startswith("a.csv: line ")
    assert second.reason.startswith("not CSV: ")


def make_zip(**files: str) -> bytes:
    """A ZIP of these files."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return data.getvalue()


def test_a_zip_with_pages_beside_the_list() -> None:
    """Omnivore keeps text and highlights in files of their own."""
    data = make_zip(
        **{
            "metadata_0_to_1.json": EXPORTS["omnivore"][0],
            "content/the-ferry.html": "<p>Eight by eight.</p>",
            "highlights/the-ferry.md": "> by eight",
        }
    )
    (found,) = taken(data, "omnivore.zip")
    assert found.body.text == "Eight by eight."
    assert found.reading.position == 6
    assert found.article.extra["highlights"] == "> by eight"


class Pipe(io.BytesIO):
    """A stream that cannot be sought in, as standard input."""

    def seekable(self) -> bool:
        """It is not."""
        return False


def test_a_zip_from_a_pipe() -> None:
    data = make_zip(**{"starred.json": EXPORTS["google-reader"][0]})
    (found,) = read_articles("standard input", Pipe(data), now=NOW)
    assert isinstance(found, ParsedArticle)
    assert found.reading.starred


def test_a_zip_that_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Case 102: a bomb ends at the limit, a damaged archive costs one line."""
    (refused,) = read_articles("a.zip", io.BytesIO(b"PK\x03\x04" + bytes(50)), now=NOW)
    assert isinstance(refused, Rejection)
    assert refused.reason.startswith("not a readable ZIP")
    monkeypatch.setattr("store.importers.containers.MAX_FIELD_SIZE", 1 << 16)
    bomb = make_zip(**{"a.json": " " * (1 << 20), "b.json": EXPORTS["pinboard"][0]})
    first, second = read_articles("a.zip", io.BytesIO(bomb), now=NOW)
    assert first == Rejection("a.zip: a.json", "too large")
    assert isinstance(second, ParsedArticle)


NETSCAPE = f"""<!DOCTYPE NETSCAPE-Bookmark-file-1>
<TITLE>Bookmarks</TITLE>
<H1>Bookmarks</H1>
<DL><p>
<DT><H3 ADD_DATE="1">Harbour</H3>
<DL><p>
<DT><A HREF="{URL}" ADD_DATE="1672628645" TAGS="sea,north" ICON="data:xxx">The &amp; ferry</A>
</DL><p>
<DT><A HREF="https://news.example/2">Two</A>
</DL><p>
"""
POCKET = f"""<!DOCTYPE html><html><head><title>Pocket Export</title></head><body>
<h1>Unread</h1><ul><li><a href="{URL}" time_added="1672628645" tags="sea">The ferry</a></li></ul>
<h1>Read Archive</h1><ul><li><a href="https://news.example/2" time_added="1">Two</a></li></ul>
</body></html>"""


def test_bookmarks_of_a_browser() -> None:
    first, second = taken(NETSCAPE, "bookmarks.html")
    assert (first.article.title, first.article.category) == ("The & ferry", "Harbour")
    assert first.article.tags == ("sea", "north")
    assert first.article.created == "2023-01-02T03:04:05Z"
    assert first.article.extra == {}
    assert (second.article.title, second.article.category) == ("Two", "")


def test_what_describes_a_bookmark_is_its_summary() -> None:
    described = NETSCAPE.replace("Two</A>", "Two</A><DD>Of the\nharbour & more")
    assert [each.body.summary for each in taken(described)] == ["", "Of the harbour & more"]
    last = f'<!DOCTYPE NETSCAPE-Bookmark-file-1><DT><A HREF="{URL}">One</A><DD>At the end'
    assert [each.body.summary for each in taken(last)] == ["At the end"]


def test_bookmarks_of_pocket() -> None:
    first, second = taken(POCKET, "ril_export.html")
    assert (first.article.tags, first.reading.read) == (("sea",), False)
    assert (second.article.title, second.reading.read) == ("Two", True)


def test_lines_of_addresses() -> None:
    first, second = taken(f"{URL} | The ferry\n\nhttps://news.example/2\n", "tabs.txt")
    assert (first.article.title, first.article.url) == ("The ferry", URL)
    assert second.article.title == second.article.url == "https://news.example/2"


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a", "PK\x03\x04", "zip"),
        ("a.txt", NETSCAPE, "bookmarks"),
        ("a.txt", POCKET, "bookmarks"),
        ("a.txt", EXPORTS["matter"][0], "csv"),
        ("a.json", EXPORTS["wallabag-csv"][0], "csv"),
        ("a", '[{"title": "' + "x" * 99_000, "json"),
        ("a", '{"direction": "ltr", "items": [{"title": "' + "x" * 99_000, "json"),
        ("a", '{"title": "' + "x" * 99_000, "jsonl"),
        ("a.csv", "a,b\n1,2", "csv"),
        ("a.txt", "https://a.example\nhttps://b.example", "addresses"),
        ("a.txt", "https://a.example\nis a page", "text"),
        ("a.txt", "Title, URL, Folder\nText", "text"),
    ],
)
def test_what_a_file_is(name: str, content: str, kind: str) -> None:
    assert detect_file_kind(name, content.encode()) == kind
