"""What other readers write comes in: each program's export by a small one of our own making."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest

from store.article import Found, Refused
from store.intake import FORMATS, detect, read
from store.intake.dialects import DIALECTS

NOW = "2031-05-06T07:08:09Z"
URL = "https://news.example/ferry"


def taken(data: str | bytes, name: str = "export", kind: str | None = None) -> list[Found]:
    """The articles of an export, all of which must be fit to be taken."""
    stream = io.BytesIO(data if isinstance(data, bytes) else data.encode())
    items = list(read(name, stream, now=NOW, kind=kind))
    assert not [item for item in items if isinstance(item, Refused)]
    return [item for item in items if isinstance(item, Found)]


def as_csv(header: str, row: str) -> str:
    """A CSV file of one row."""
    return f"{header}\n{row}\n"


EXPORTS: dict[str, tuple[str, dict[str, Any]]] = {
    "wallabag": (
        json.dumps(
            [
                {
                    "id": 7,
                    "title": "The ferry",
                    "url": URL,
                    "is_archived": 1,
                    "archived_at": "2022-03-02T10:00:00+0100",
                    "is_starred": 1,
                    "content": "<p>It sails.</p><p>Again.</p>",
                    "created_at": "2022-03-01T11:55:58+0200",
                    "published_at": "2022-02-28T20:04:00+0000",
                    "published_by": ["Ada Berg"],
                    "domain_name": "news.example",
                    "language": "en",
                    "tags": ["sea", "north"],
                    "annotations": [{"quote": "sails"}],
                }
            ]
        ),
        {
            "read": True,
            "starred": True,
            "last_read": "2022-03-02T09:00:00Z",
            "created": "2022-03-01T09:55:58Z",
            "date": "2022-02-28T20:04:00Z",
            "authors": ("Ada Berg",),
            "category": "news.example",
            "tags": ("sea", "north"),
            "text": "It sails.\n\nAgain.",
            "extra": {"wallabag_id": 7, "annotations": [{"quote": "sails"}]},
        },
    ),
    "wallabag-csv": (
        as_csv(
            "Title;URL;Content;Tags;MIME Type;Language;Creation date",
            f'"The ferry";{URL};"<p>It; sails.</p>";"sea, north";text/html;en;"24/12/2021 04:05:06"',
        ),
        {"text": "It; sails.", "tags": ("sea", "north"), "created": "2021-12-24T04:05:06Z"},
    ),
    "omnivore": (
        json.dumps(
            [
                {
                    "id": "1b1f0b1e-0000-4000-8000-000000000001",
                    "slug": "the-ferry",
                    "title": "The ferry",
                    "description": "It sails.",
                    "author": "Ada Berg",
                    "url": URL,
                    "state": "Archived",
                    "labels": ["sea"],
                    "savedAt": "2023-01-02T03:04:05.678Z",
                    "publishedAt": None,
                    "readingProgress": 40,
                }
            ]
        ),
        {
            "read": True,
            "summary": "It sails.",
            "authors": ("Ada Berg",),
            "tags": ("sea",),
            "created": "2023-01-02T03:04:05.678Z",
        },
    ),
    "readwise-csv": (
        as_csv(
            "Title,URL,ID,Document tags,Saved date,Reading progress,Location,Seen",
            f"The ferry,{URL},01abc,\"['sea', 'north']\",2023-01-02 03:04:05+00:00,0.5,archive,True",
        ),
        {
            "read": True,
            "tags": ("sea", "north"),
            "created": "2023-01-02T03:04:05Z",
            "extra": {"readwise_id": "01abc", "Location": "archive", "Seen": "True"},
        },
    ),
    "readwise": (
        json.dumps(
            {
                "nextPageCursor": None,
                "results": [
                    {
                        "id": "01abc",
                        "url": "https://reader.example/01abc",
                        "source_url": URL,
                        "title": "The ferry",
                        "author": "Ada Berg",
                        "category": "article",
                        "location": "new",
                        "tags": {"sea": {"name": "sea"}},
                        "site_name": "News",
                        "word_count": 2,
                        "saved_at": "2023-01-02T03:04:05Z",
                        "published_date": "2023-01-01",
                        "summary": "A ferry.",
                        "content": "<p>Eight by eight.</p>",
                        "reading_progress": 0.5,
                    }
                ],
            }
        ),
        {
            "read": False,
            "category": "News",
            "summary": "A ferry.",
            "tags": ("sea",),
            "date": "2023-01-01",
            "position": 7,
            "text": "Eight by eight.",
        },
    ),
    "google-reader": (
        json.dumps(
            {
                "id": "user/-/state/com.google/starred",
                "title": "Starred",
                "items": [
                    {
                        "id": "tag:google.com,2005:reader/item/1",
                        "title": "The ferry",
                        "categories": [
                            "user/-/state/com.google/read",
                            "user/-/state/com.google/starred",
                            "user/-/label/sea",
                        ],
                        "crawlTimeMsec": "1672628645000",
                        "published": 1672531200,
                        "author": "Ada Berg",
                        "canonical": [{"href": URL}],
                        "summary": {"content": "<p>It sails.</p>"},
                        "origin": {"streamId": "feed/1", "title": "News"},
                    }
                ],
            }
        ),
        {
            "read": True,
            "starred": True,
            "tags": ("sea",),
            "category": "News",
            "date": "2023-01-01T00:00:00Z",
            "created": "2023-01-02T03:04:05Z",
            "text": "It sails.",
        },
    ),
    "miniflux": (
        json.dumps(
            {
                "total": 1,
                "entries": [
                    {
                        "id": 3,
                        "title": "The ferry",
                        "url": URL,
                        "status": "read",
                        "starred": True,
                        "content": "<p>It sails.</p>",
                        "published_at": "2023-01-01T00:00:00Z",
                        "feed": {"title": "News"},
                        "tags": ["sea"],
                    }
                ],
            }
        ),
        {"read": True, "starred": True, "category": "News", "text": "It sails.", "tags": ("sea",)},
    ),
    "pocket": (
        as_csv("title,url,time_added,tags,status", f"The ferry,{URL},1672628645,sea|north,archive"),
        {"read": True, "tags": ("sea", "north"), "created": "2023-01-02T03:04:05Z"},
    ),
    "instapaper": (
        as_csv(
            "URL,Title,Selection,Folder,Timestamp,Tags",
            f'{URL},The ferry,,Harbour,1672628645,"[""sea""]"',
        ),
        {"read": False, "category": "Harbour", "tags": ("sea",), "created": "2023-01-02T03:04:05Z"},
    ),
    "matter": (
        as_csv(
            "Title,Author,Publisher,URL,Tags,Word Count,In Queue,Favorited,Read,Highlight_Count,"
            "Last Interaction Date,File Id",
            f"The ferry,Ada Berg,News,{URL},sea;north,120,True,True,False,0,2023-01-02,f1",
        ),
        {"starred": True, "read": False, "words": 120, "tags": ("sea", "north")},
    ),
    "pinboard": (
        json.dumps(
            [
                {
                    "href": URL,
                    "description": "The ferry",
                    "extended": "A ferry.",
                    "time": "2023-01-02T03:04:05Z",
                    "toread": "yes",
                    "tags": "sea north",
                }
            ]
        ),
        {"read": False, "summary": "A ferry.", "tags": ("sea", "north")},
    ),
    "mymind": (
        as_csv(
            "id,type,title,url,content,note,tags,created",
            f'm1,Article,The ferry,{URL},It sails.,,"sea, north",2023-01-02T03:04:05Z',
        ),
        {"text": "It sails.", "tags": ("sea", "north")},
    ),
    "zotero": (
        as_csv(
            '"Key","Item Type","Author","Title","Publication Title","Url","Abstract Note","Date",'
            '"Date Added","Manual Tags"',
            f'"K1","newspaperArticle","Berg, Ada; Holm, Per","The ferry","News","{URL}","A ferry.",'
            '"2023-01-01","2023-01-02 03:04:05","sea; north"',
        ),
        {
            "authors": ("Berg, Ada", "Holm, Per"),
            "category": "News",
            "summary": "A ferry.",
            "date": "2023-01-01",
            "tags": ("sea", "north"),
        },
    ),
    "karakeep": (
        json.dumps(
            {
                "bookmarks": [
                    {
                        "title": "The ferry",
                        "createdAt": 1672628645,
                        "archived": True,
                        "content": {"type": "link", "url": URL},
                        "tags": ["sea"],
                        "note": "good",
                    }
                ],
                "lists": [],
            }
        ),
        {"read": True, "tags": ("sea",), "extra": {"note": "good"}},
    ),
    "linkwarden": (
        json.dumps(
            {
                "collections": [
                    {
                        "id": 1,
                        "name": "Harbour",
                        "links": [
                            {
                                "id": 2,
                                "name": "The ferry",
                                "url": URL,
                                "tags": [{"name": "sea"}],
                                "createdAt": "2023-01-02T03:04:05.000Z",
                            }
                        ],
                    }
                ]
            }
        ),
        {"category": "Harbour", "tags": ("sea",), "created": "2023-01-02T03:04:05.000Z"},
    ),
}


def all_of(found: Found) -> dict[str, Any]:
    """Every field of an article by its name."""
    return {
        name: getattr(part, name)
        for part in (found.article, found.body, found.reading)
        for name in part.__slots__
    }


def test_every_dialect_has_an_example() -> None:
    assert set(EXPORTS) == {dialect.name for dialect in DIALECTS}
    assert set(EXPORTS) < set(FORMATS)


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


def test_a_highlight_is_no_article() -> None:
    record = {"source_url": URL, "reading_progress": 0, "location": "new", "parent_id": "01"}
    assert list(read("api.json", io.BytesIO(json.dumps([record]).encode()), now=NOW)) == [
        Refused("api.json: article 1", "a highlight or note, not an article")
    ]


def test_large_json_is_read_item_by_item(monkeypatch: pytest.MonkeyPatch) -> None:
    """Case 102: size alone refuses nothing that holds many articles; damage ends at its place."""
    monkeypatch.setattr("store.intake.MAX_FILE", 1 << 17)
    record = json.loads(EXPORTS["miniflux"][0])["entries"][0]
    records = [{**record, "url": f"{URL}/{number}"} for number in range(1500)]
    whole = json.dumps({"total": 1500, "entries": records})
    assert len(whole) > 1 << 17
    assert len(taken(whole)) == 1500
    *found, refused = read("big.json", io.BytesIO(whole[:200_000].encode()), now=NOW)
    assert len(found) > 500
    assert isinstance(refused, Refused)
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
    monkeypatch.setattr("store.intake.records.MAX_FIELD", 1000)
    bad = 'title,url,time_added,status\nA,https://a.example,1,unread\n"B' + "x,\n" * 1000
    first, second = read("a.csv", io.BytesIO(bad.encode()), now=NOW)
    assert isinstance(first, Found)
    assert isinstance(second, Refused)
    assert second.where.startswith("a.csv: line ")
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
    (found,) = read("standard input", Pipe(data), now=NOW)
    assert isinstance(found, Found)
    assert found.reading.starred


def test_a_zip_that_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Case 102: a bomb ends at the limit, a damaged archive costs one line."""
    (refused,) = read("a.zip", io.BytesIO(b"PK\x03\x04" + bytes(50)), now=NOW)
    assert isinstance(refused, Refused)
    assert refused.reason.startswith("not a ZIP that can be read")
    monkeypatch.setattr("store.intake.records.MAX_FIELD", 1 << 16)
    bomb = make_zip(**{"a.json": " " * (1 << 20), "b.json": EXPORTS["pinboard"][0]})
    first, second = read("a.zip", io.BytesIO(bomb), now=NOW)
    assert first == Refused("a.zip: a.json", "too large")
    assert isinstance(second, Found)


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
        ("a.csv", "a,b\n1,2", "csv"),
        ("a.txt", "https://a.example\nhttps://b.example", "addresses"),
        ("a.txt", "https://a.example\nis a page", "text"),
        ("a.txt", "Title, URL, Folder\nText", "text"),
    ],
)
def test_what_a_file_is(name: str, content: str, kind: str) -> None:
    assert detect(name, content.encode()) == kind
