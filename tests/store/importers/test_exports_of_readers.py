"""Exports of other readers, each tested with a small one of our own making."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest

from store.importers.read_files import IMPORT_FORMATS, detect_file_kind, read_articles
from store.importers.reader_exports import READER_FORMATS
from store.model.article import ParsedArticle, Rejection
from tests.support.reader_exports import EXPORTS, URL

NOW = "2031-05-06T07:08:09Z"


def read(data: str | bytes, name: str = "export", kind: str | None = None) -> list[ParsedArticle]:
    """Return the articles of an export, none of which may be rejected."""
    stream = io.BytesIO(data if isinstance(data, bytes) else data.encode())
    items = list(read_articles(name, stream, now=NOW, kind=kind))
    assert not [item for item in items if isinstance(item, Rejection)]
    return [item for item in items if isinstance(item, ParsedArticle)]


def all_of(found: ParsedArticle) -> dict[str, Any]:
    """Return every field of an article by name."""
    return {
        name: getattr(part, name)
        for part in (found.article, found.body, found.reading)
        for name in part.__slots__
    }


def test_every_format_has_an_example() -> None:
    assert set(EXPORTS) == {dialect.name for dialect in READER_FORMATS}
    assert set(EXPORTS) < set(IMPORT_FORMATS)


@pytest.mark.parametrize("name", EXPORTS)
def test_an_export_is_recognised_by_its_content(name: str) -> None:
    data, expected = EXPORTS[name]
    (found,) = read(data)
    fields = all_of(found)
    assert (found.article.title, found.article.url) == ("The ferry", URL)
    assert {field: fields[field] for field in expected} == expected


@pytest.mark.parametrize("name", EXPORTS)
def test_a_page_saved_by_two_programs_is_one_article(name: str) -> None:
    (found,) = read(EXPORTS[name][0], "export.txt")
    (other,) = read(EXPORTS["pocket"][0])
    assert found.article.id == other.article.id


@pytest.mark.parametrize(
    ("status", "favorite", "reading"),
    [
        ("unread", "0", (False, False)),
        ("archive", "1", (True, True)),
        ("archived", "", (True, False)),
        ("read", "1", (True, True)),
    ],
)
def test_states_of_pocket(status: str, favorite: str, reading: tuple[bool, bool]) -> None:
    (found,) = read(
        f"title,url,time_added,status,favorite,tags\nA,{URL},1672628645,{status},{favorite},\n"
    )
    assert (found.reading.read, found.reading.starred) == reading


def test_a_format_can_be_forced() -> None:
    record = {"url": URL, "title": "The ferry", "status": "archive", "tags": "sea|north"}
    (found,) = read(json.dumps(record), kind="pocket")
    assert found.reading.read
    assert found.article.tags == ("sea", "north")


@pytest.mark.parametrize("name", ["wallabag", "google-reader"])
def test_entities_in_titles_are_resolved(name: str) -> None:
    data = EXPORTS[name][0].replace("The ferry", "AT&amp;T &#8211; R&D &amp;lt;", 1)
    assert read(data)[0].article.title == "AT&T – R&D &lt;"


NOTE = {"text": "It sails.", "note": "good", "added_on": 1700000200}
STARRED = {"origin": {}, "categories": [], "title": "A", "alternate": [{"href": URL}]}
HEADLINE = {"id": 1, "unread": False, "marked": True, "published": False, "updated": 1672628645}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        # of Inoreader, with highlights in place of notes about the whole article
        ({**STARRED, "annotations": [NOTE]},
         {"extra.annotations": [{"quote": "It sails.", "note": "good"}]}),
        ({**STARRED, "updated": 0, "published": "0"}, {"updated": NOW, "date": None}),
        # of the API of Tiny Tiny RSS
        ({"seq": 0, "status": 0, "content": [{**HEADLINE, "title": "A", "link": URL, "feed_title": "F",
                                              "tags": ["sea", ""], "labels": [[-1025, "North", "", ""]]}]},
         {"read": True, "starred": True, "date": "2023-01-02T03:04:05Z", "tags": ("North", "sea")}),
        (f"Title,Author,URL,ID,Document tags,Location\nA,Ada,{URL},1,,new\n", {"authors": ("Ada",)}),
        ({"origin": {}, "originId": "1", "crawled": 1, "title": "A", "summary": {"content": "Short."},
          "fullContent": "<p>All of it.</p>"}, {"text": "All of it."}),
        ({"story_title": "A", "story_permalink": URL, "story_content": "", "highlights": ["q"], "user_notes": "n"},
         {"extra.annotations": [{"quote": "q"}, {"note": "n"}]}),
        # of hoarder, before it was karakeep
        ({"bookmarks": [{"createdAt": 1672628645, "title": "A", "tags": ["sea"], "note": None,
                         "content": {"type": "text", "text": "It sails."}}]},
         {"text": "It sails.", "created": "2023-01-02T03:04:05Z", "tags": ("sea",)}),
        ({"title": "A", "content": "It sails.", "createdAt": 1672628645, "note": "n", "tags": []},
         {"text": "It sails.", "extra.annotations": [{"note": "n"}]}),
        # a flag that is a time
        ({"title": "A", "read": "2023-01-02", "starred": "2023-01-02T03:04:05Z"}, {"read": True, "starred": True}),
        (f"Name,Created,URL\nA,\"January 2, 2023\",{URL}\n", {"created": "2023-01-02"}),  # of Notion
        ('"Key","Item Type","Title","Url","Abstract Note","DOI"\nk,book,A,,,10.1/x\n',
         {"url": "https://doi.org/10.1/x"}),
        ([{"type": "book", "title": "<i>A</i>", "issued": {"raw": "May 2023"}, "DOI": "10.1/x",
           "author": [{"family": "Hale", "given": "Cy", "non-dropping-particle": "van"}]}],
         {"url": "https://doi.org/10.1/x", "authors": ("Cy van Hale",), "date": "2023-05-01"}),
    ],
)  # fmt: skip
def test_what_else_records_say(data: object, expected: dict[str, Any]) -> None:
    is_csv = isinstance(data, str)
    (found,) = read(str(data), "export.csv") if is_csv else read(json.dumps(data))
    facts = all_of(found)
    facts |= {f"extra.{name}": value for name, value in found.article.extra.items()}
    assert {name: facts[name] for name in expected} == expected
    assert found.article.title == "A"


def test_links_are_relative_to_their_page() -> None:
    record = {"url": URL, "title": "The ferry", "is_archived": 0, "content": "<a href='/x'>on</a>"}
    assert read(json.dumps([record]))[0].body.text == "[on](https://news.example/x)"


def test_a_highlight_is_not_an_article() -> None:
    record = {"source_url": URL, "reading_progress": 0, "location": "new", "parent_id": "01"}
    assert list(read_articles("api.json", io.BytesIO(json.dumps([record]).encode()), now=NOW)) == [
        Rejection("api.json: article 1", "a highlight or note, not an article")
    ]


def test_large_json_is_read_item_by_item(monkeypatch: pytest.MonkeyPatch) -> None:
    """Case 102: a file of many articles may be of any size, and is read up to where it is damaged."""
    monkeypatch.setattr("store.importers.read_files.MAX_FILE_BYTES", 1 << 17)
    record = json.loads(EXPORTS["miniflux"][0])["entries"][0]
    records = [{**record, "url": f"{URL}/{number}"} for number in range(1500)]
    whole = json.dumps({"total": 1500, "entries": records})
    assert len(whole) > 1 << 17
    assert len(read(whole)) == 1500
    *found, rejected = read_articles("big.json", io.BytesIO(whole[:200_000].encode()), now=NOW)
    assert len(found) > 500
    assert isinstance(rejected, Rejection)
    assert rejected.reason.startswith(f"not JSON after article {len(found)}: ")


def test_csv_variants() -> None:
    """A byte order mark, tabs, CRLF, too many cells and invalid bytes."""
    row = f"The ferry\t{URL}\t1672628645\tsea\tunread\tmore\tcells"
    text = f"\ufefftitle\turl\ttime_added\ttags\tstatus\r\n{row}\r\n\r\n"
    (found,) = read(text.encode().replace(b"ferry", b"f\xffrry"))
    assert found.article.title == "The fÿrry"
    assert found.article.tags == ("sea",)


@pytest.mark.parametrize(
    ("cells", "dates"),
    [
        (["03/04/2024", "31/12/2024"], ["2024-04-03", "2024-12-31"]),
        (["3-4-2024 22:05", "31-12-2024 08:00"], ["2024-04-03T22:05:00Z", "2024-12-31T08:00:00Z"]),
        (["03/04/2024 10:05 PM", "13/04/2024"], ["2024-04-03T22:05:00Z", "2024-04-13"]),
        (["03/04/2024", "12/31/2024"], ["2024-03-04", "2024-12-31"]),
        (["03-04-2024", "12-31-2024"], ["2024-03-04", "2024-12-31"]),
        (["03/04/2024", ""], ["2024-03-04", None]),
        (["03/04/2024", "2024-12-31"], ["2024-03-04", "2024-12-31"]),
        (["31.12.2024", "03.04.2024"], ["2024-12-31", "2024-04-03"]),
        (["03/04/24", "31/12/99"], ["2024-04-03", "1999-12-31"]),
        (["03-04-24 10:05", "31-12-24"], ["2024-04-03T10:05:00Z", "2024-12-31"]),
        (["03-04-24", "04-05-24"], [None, None]),
        (["2024-12-31", "03/04/2024", "31/12/24"], ["2024-12-31", "2024-04-03", "2024-12-31"]),
        (["5 May 2024", "1714898045", "03/04/2024", "13/04/2024"],
         ["2024-05-05", "2024-05-05T08:34:05Z", "2024-04-03", "2024-04-13"]),
        (["03/04/2024", "13/04/2024", "soon"], ["2024-03-04", "2024-04-13", None]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["csv", "json", "jsonl"])
def test_other_dates_of_a_column_decide_which_number_is_the_day(
    cells: list[str], dates: list[str | None], kind: str
) -> None:
    records = [
        {"title": f"13/01/2024 and {number}", "date": cell, "text": "On 13/01/2024"}
        for number, cell in enumerate(cells)
    ]
    data = {
        "csv": "\n".join(["title,date,text", *(",".join(each.values()) for each in records)]),
        "json": json.dumps(records),
        "jsonl": "\n".join(map(json.dumps, records)),
    }[kind]
    found = list(read_articles(f"a.{kind}", io.BytesIO(data.encode()), now=NOW))
    articles = [each.article for each in found if isinstance(each, ParsedArticle)]
    assert [each.date for each in articles] == dates
    assert [each.title for each in articles] == [each["title"] for each in records]


def test_truncated_csv(monkeypatch: pytest.MonkeyPatch) -> None:
    """Case 102: an unclosed quote takes the file only up to a limit."""
    monkeypatch.setattr("store.importers.containers.MAX_FIELD_SIZE", 1000)
    bad = 'title,url,time_added,status\nA,https://a.example,1,unread\n"B' + "x,\n" * 1000
    first, second = read_articles("a.csv", io.BytesIO(bad.encode()), now=NOW)
    assert isinstance(first, ParsedArticle)
    assert isinstance(second, Rejection)
    assert second.location.startswith("a.csv: line ")
    assert second.reason.startswith("not CSV: ")


def make_zip(**files: str) -> bytes:
    """Return a ZIP of these files."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return data.getvalue()


def test_a_zip_with_pages_and_highlights() -> None:
    """Omnivore stores texts and highlights in separate files."""
    data = make_zip(
        **{
            "metadata_0_to_1.json": EXPORTS["omnivore"][0],
            "content/the-ferry.html": "<p>Eight by eight.</p>",
            "highlights/the-ferry.md": "> by eight",
        }
    )
    (found,) = read(data, "omnivore.zip")
    assert found.body.text == "Eight by eight."
    assert found.reading.position == 6
    assert found.article.extra["annotations"] == [{"quote": "by eight", "position": 6}]


class Pipe(io.BytesIO):
    """A stream that is not seekable, like standard input."""

    def seekable(self) -> bool:
        """Return False."""
        return False


def test_a_zip_from_a_pipe() -> None:
    data = make_zip(**{"starred.json": EXPORTS["google-reader"][0], "feeds.opml.xml": "<opml/>"})
    feeds, found = read_articles("standard input", Pipe(data), now=NOW)
    assert feeds == Rejection("standard input: feeds.opml.xml", "a list of feeds, not of articles")
    assert isinstance(found, ParsedArticle)
    assert found.reading.starred


def test_a_damaged_zip_and_a_bomb(monkeypatch: pytest.MonkeyPatch) -> None:
    """Case 102: a bomb ends at the limit, a damaged archive costs one line."""
    (rejected,) = read_articles("a.zip", io.BytesIO(b"PK\x03\x04" + bytes(50)), now=NOW)
    assert isinstance(rejected, Rejection)
    assert rejected.reason.startswith("not a readable ZIP")
    monkeypatch.setattr("store.importers.zip_files.MAX_FIELD_SIZE", 1 << 16)
    bomb = make_zip(**{"a.json": " " * (1 << 20), "b.json": EXPORTS["pinboard"][0]})
    first, second = read_articles("a.zip", io.BytesIO(bomb), now=NOW)
    assert first == Rejection("a.zip: a.json", "too large")
    assert isinstance(second, ParsedArticle)


def test_a_zip_is_read_up_to_a_total_size(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many members below the limit of one are a bomb, too."""
    monkeypatch.setattr("store.importers.zip_files.MAX_UNPACKED_BYTES", 3 << 20)
    pages = {f"{n}.json": " " * (1 << 20) for n in range(9)}
    data = make_zip(**{"0.jsonl": EXPORTS["pinboard"][0], **pages})
    _, second = read_articles("a.zip", io.BytesIO(data), now=NOW)
    assert isinstance(second, Rejection)
    assert (second.location, second.reason) == (
        "a.zip",
        "more than 3 MB unpacked; the rest is skipped",
    )


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"readme.txt": "text"},
        {"theme.xml": "<html/>", "empty.json": "[]"},
        {"settings.csv": "blog_name,blog_locale,blog_adult\nBoats,en,false\nMore,de,false\n"},
    ],
)
def test_a_zip_without_articles(files: dict[str, str]) -> None:
    """The settings of an export are no articles that are missed."""
    found = read_articles("a.zip", io.BytesIO(make_zip(**files)), now=NOW)
    assert list(found) == [Rejection("a.zip", "no articles in this ZIP")]


def test_a_zip_with_articles_as_csv() -> None:
    data = make_zip(
        **{"a.csv": "Headline,Link\nFerry,https://a.example/1\n", "settings.csv": "a,b\n1,2\n"}
    )
    (found,) = read_articles("a.zip", io.BytesIO(data), now=NOW)
    assert isinstance(found, ParsedArticle)
    assert (found.article.title, found.article.url) == ("Ferry", "https://a.example/1")


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
    first, second = read(NETSCAPE, "bookmarks.html")
    assert (first.article.title, first.article.category) == ("The & ferry", "Harbour")
    assert first.article.tags == ("sea", "north")
    assert first.article.created == "2023-01-02T03:04:05Z"
    assert first.article.extra == {}
    assert (second.article.title, second.article.category) == ("Two", "")


def test_the_description_of_a_bookmark_is_its_summary() -> None:
    described = NETSCAPE.replace("Two</A>", "Two</A><DD>Of the\nharbour & more")
    assert [each.body.summary for each in read(described)] == ["", "Of the harbour & more"]
    last = f'<!DOCTYPE NETSCAPE-Bookmark-file-1><DT><A HREF="{URL}">One</A><DD>At the end'
    assert [each.body.summary for each in read(last)] == ["At the end"]


def test_bookmarks_of_pocket() -> None:
    first, second = read(POCKET, "ril_export.html")
    assert (first.article.tags, first.reading.read) == (("sea",), False)
    assert (second.article.title, second.reading.read) == ("Two", True)


def test_lines_of_urls() -> None:
    first, second = read(f"# Mine\n{URL} | The ferry\n\nhttps://news.example/2\n", "tabs.txt")
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
        ("a.txt", "# mine\nhttps://a.example\n\n# theirs\nhttps://b.example", "addresses"),
        ("a.txt", "https://a.example\nis a page", "text"),
        ("a.txt", "Title, URL, Folder\nText", "text"),
    ],
)
def test_the_kind_is_detected(name: str, content: str, kind: str) -> None:
    assert detect_file_kind(name, content.encode()) == kind


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"URL": URL, "Title": "T", "Date": "2023-01-02"}, {"url": URL, "date": "2023-01-02"}),
        ({"link": URL, "headline": "T", "pubDate": "2 Jan 2023"}, {"date": "2023-01-02"}),
        ({"Link": URL, "Titel": "T", "Published At": "2023-01-02"}, {"date": "2023-01-02"}),
        ({"title": "T", "description": "<p>a <b>b</b></p>"}, {"summary": "a b"}),
        ({"title": "T", "headline": "H", "text": "x"}, {"extra": {"headline": "H"}}),
        ({"title": "T", "author": "Ann Moar; Bo Fry"}, {"authors": ("Ann Moar", "Bo Fry")}),
        ({"title": "T", "creator": "Ann Moar"}, {"authors": ("Ann Moar",)}),
        ({"title": "T", "keywords": ["a", "b"], "isFavorite": True}, {"tags": ("a", "b")}),
        ({"title": "T", "archived": "2023", "labels": {"a": 1}},
         {"read": False, "tags": (), "extra": {"archived": "2023", "labels": {"a": 1}}}),
        ({"title": "T", "created_at": 1672628645}, {"created": "2023-01-02T03:04:05Z"}),
        ({"title": "T", "Created time": "January 2, 2023 3:04 AM"}, {"created": "2023-01-02T03:04:00Z"}),
        ({"タイトル": "T", "ссылка": URL, "日付": "2023-01-02"}, {"url": URL, "date": "2023-01-02"}),
        ({"title": "T", "permalink": URL, "body_markdown": "x", "Saved": "2023-01-02"},
         {"url": URL, "text": "x", "created": "2023-01-02"}),
        ({"titre": "T", "lien": URL, "Étiquettes": "a, b"}, {"url": URL, "tags": ("a", "b")}),
        ({"title": "T", "Read?": "checked", "Starred": "often"}, {"read": True, "extra": {"Starred": "often"}}),
    ],
)  # fmt: skip
def test_fields_under_common_names(record: dict[str, Any], expected: dict[str, Any]) -> None:
    (found,) = read(json.dumps(record))
    fields = all_of(found)
    assert found.article.title == "T"
    assert {name: fields[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"items": [{"origin": {"title": "F"}, "title": "T", "alternate": [{"href": URL}],
                     "content": {"content": "<p>c</p>"}, "starred": True}]},
         {"url": URL, "text": "c", "starred": True, "category": "F"}),
        ({"bookmarks": [{"title": "T", "createdAt": 1, "archived": False, "lists": ["a", "b"],
                         "content": {"type": "link", "url": URL}, "tags": ["x"]}],
          "lists": [{"id": "a", "name": "Sea"}, {"id": "b", "name": "Fog"}]},
         {"category": "Sea", "tags": ("x", "Fog"), "extra": {}}),
        ({"collections": [{"name": "C", "links": [{"name": "T", "url": URL, "textContent": "All."}]}]},
         {"text": "All."}),
        ({"title": "T", "author": "Ann Moar and Bo Fry"}, {"authors": ("Ann Moar", "Bo Fry")}),
        ({"title": "T", "annotations": [{"note": "<p>a <b>b</b></p>"}]},
         {"extra": {"annotations": [{"note": "a b"}]}}),
    ],
)  # fmt: skip
def test_what_other_versions_of_exports_have(data: Any, expected: dict[str, Any]) -> None:
    (found,) = read(json.dumps(data))
    fields = all_of(found)
    assert {name: fields[name] for name in expected} == expected


def test_copies_of_columns_and_escaped_names_are_not_kept() -> None:
    record = {"0": "7", "id": "7", "title": "&eacute;", "url": URL, "is_read": "1", "is_fav": "0"}
    (found,) = read(json.dumps([record]))
    assert (found.article.title, found.article.extra) == ("é", {"wallabag_id": "7"})


def test_a_page_of_karakeep_says_what_it_is() -> None:
    content = {
        "type": "link",
        "url": URL,
        "title": "The ferry",
        "description": "A ferry.",
        "author": "Ann Moar",
        "publisher": "News",
        "datePublished": "2023-01-02T00:00:00.000Z",
        "htmlContent": "<p>It sails.</p>",
    }
    record = {"content": content, "createdAt": 1, "archived": False, "favourited": True}
    (found,) = read(json.dumps({"bookmarks": [{**record, "title": None}]}))
    article = found.article
    assert (article.title, article.authors, found.body.text) == (
        "The ferry",
        ("Ann Moar",),
        "It sails.",
    )
    assert (article.date, found.body.summary) == ("2023-01-02T00:00:00Z", "A ferry.")
    assert (found.reading.starred, article.extra) == (True, {"site": "News"})
