"""Bookmarks: HTML of browsers, Google, Pinboard and Raindrop, JSON of Chrome and Firefox, the plist of Safari."""

from __future__ import annotations

import io
import json
import plistlib
from datetime import datetime
from typing import Any

import pytest

from store.importers.read_files import detect_file_kind, read_articles
from store.model.article import ParsedArticle, Rejection

NOW = "2031-05-06T07:08:09Z"
DOCTYPE = "<!DOCTYPE NETSCAPE-Bookmark-file-1>\n<TITLE>Bookmarks</TITLE>\n<H1>Bookmarks</H1>\n"
URL = "https://a.example/"


def read(data: str | bytes, name: str = "export") -> list[ParsedArticle | Rejection]:
    stream = io.BytesIO(data if isinstance(data, bytes) else data.encode())
    return list(read_articles(name, stream, now=NOW))


def read_one(data: str, name: str = "export") -> ParsedArticle:
    (found,) = read(data, name)
    assert isinstance(found, ParsedArticle)
    return found


def in_folders(link: str, *folders: str) -> str:
    for folder in reversed(folders):
        link = f"<DT><H3>{folder}</H3>\n<DL><p>\n{link}\n</DL><p>"
    return f"{DOCTYPE}<DL><p>\n{link}\n</DL><p>"


@pytest.mark.parametrize(
    ("folders", "category"),
    [
        ([], ""),
        (["Sea"], "Sea"),
        (["Sea", "Boats"], "Sea/Boats"),
        (["Sea", "A/B"], "Sea/A∕B"),
        (['</H3><H3 PERSONAL_TOOLBAR_FOLDER="true">Bar', "Sea"], "Sea"),
    ],
)
def test_folders_are_categories(folders: list[str], category: str) -> None:
    page = in_folders(f'<DT><A HREF="{URL}">A</A>', *folders)
    assert read_one(page).article.category == category


@pytest.mark.parametrize(
    ("attributes", "read", "starred"),
    [
        ("", False, False),
        ('TOREAD="1"', False, False),
        ('TOREAD="0"', True, False),
        ('DATA-IMPORTANT="true"', False, True),
        ('PRIVATE="1" TOREAD="no"', True, False),
    ],
)
def test_states_of_links(attributes: str, read: bool, starred: bool) -> None:
    found = read_one(in_folders(f'<DT><A HREF="{URL}" {attributes}>A</A>'))
    assert (found.reading.read, found.reading.starred) == (read, starred)


@pytest.mark.parametrize(
    ("number", "created"),
    [
        ("1672628645", "2023-01-02T03:04:05Z"),
        ("1672628645000", "2023-01-02T03:04:05Z"),
        ("1672628645000000", "2023-01-02T03:04:05Z"),
        ("13317102245000000", "2023-01-02T03:04:05Z"),
        ("0", NOW),
    ],
)
def test_dates_in_any_unit(number: str, created: str) -> None:
    found = read_one(in_folders(f'<DT><A HREF="{URL}" ADD_DATE="{number}">A</A>'))
    assert found.article.created == created


def test_labels_of_google_are_tags() -> None:
    link = f'<DT><A HREF="{URL}" ADD_DATE="1260914469588170">A</A>'
    folders = "".join(
        f'<DT><H3 ADD_DATE="1258826211990949">{name}</H3>\n<DL><p>\n{link}\n<DD>Old boats.\n</DL><p>\n'
        for name in ("History", "Boats, old")
    )
    found = read_one(f"{DOCTYPE}<DL><p>\n{folders}</DL><p>")
    assert found.article.category == "History"
    assert sorted(found.article.tags) == ["Boats, old", "History"]
    assert found.article.created == "2009-12-15T22:01:09.588170Z"
    assert found.body.summary == "Old boats."


def test_a_link_in_two_folders_is_one_article() -> None:
    page = in_folders(f'<DT><A HREF="{URL}" TAGS="x">A</A>', "Sea")
    again = page.partition("<DL><p>")[2].replace(">Sea<", ">Boats<").replace('"x"', '"y"')
    found = read_one(page + again)
    assert (found.article.category, found.article.tags) == ("Sea", ("x", "y", "Boats"))


NO_PAGES = [
    "javascript:alert(1)",
    "place:sort=8&maxResults=10",
    "chrome://settings/",
    "chrome-extension://abc/x.html",
    "about:config",
    "data:text/html,x",
    "file:///x.html",
    "mailto:ann@a.example",
    "moz-extension://abc/",
    "JavaScript:void(0)",
    "edge://settings",
]


@pytest.mark.parametrize("url", NO_PAGES)
def test_what_is_no_page_is_skipped_with_a_reason(url: str) -> None:
    scheme = url.partition(":")[0].lower()
    reason = f"{scheme}: is not the URL of an article"
    page = in_folders(f'<DT><A HREF="{url}">A</A>\n<DT><A HREF="{URL}">B</A>')
    rejected, found = read(page)
    assert rejected == Rejection("export: bookmark 1", reason)
    assert isinstance(found, ParsedArticle)
    assert read(json.dumps({"title": "A", "url": url}), "a.json") == [Rejection("a.json", reason)]


CHROME = {
    "checksum": "0",
    "roots": {
        "bookmark_bar": {
            "children": [
                {
                    "date_added": "13317102245000000",
                    "guid": "x",
                    "id": "6",
                    "name": "A",
                    "type": "url",
                    "url": URL,
                },
                {
                    "children": [{"name": "B", "type": "url", "url": "https://b.example/"}],
                    "name": "Sea",
                    "type": "folder",
                },
            ],
            "name": "Bookmarks bar",
            "type": "folder",
        },
        "other": {"children": [], "name": "Other bookmarks", "type": "folder"},
        "sync_transaction_version": "3",
    },
    "version": 1,
}
FIREFOX = {
    "guid": "root________",
    "title": "",
    "typeCode": 2,
    "root": "placesRoot",
    "children": [
        {
            "guid": "menu________",
            "title": "menu",
            "typeCode": 2,
            "root": "bookmarksMenuFolder",
            "children": [
                {
                    "title": "A",
                    "typeCode": 1,
                    "dateAdded": 1672628645000000,
                    "lastModified": 1672628646000000,
                    "tags": "sea,fog",
                    "type": "text/x-moz-place",
                    "uri": URL,
                },
                {"title": "", "typeCode": 3, "type": "text/x-moz-place-separator"},
                {
                    "title": "Sea",
                    "typeCode": 2,
                    "children": [{"title": "B", "typeCode": 1, "uri": "https://b.example/"}],
                },
                {"title": "Recent", "typeCode": 1, "uri": "place:sort=8"},
            ],
        }
    ],
}


@pytest.mark.parametrize("indent", [None, 3])
@pytest.mark.parametrize("name", ["Bookmarks", "bookmarks-2023-01-02.json"])
def test_the_bookmarks_of_chrome(name: str, indent: int | None) -> None:
    first, second = read(json.dumps(CHROME, indent=indent), name)
    assert isinstance(first, ParsedArticle)
    assert isinstance(second, ParsedArticle)
    assert (first.article.title, first.article.url, first.article.category) == ("A", URL, "")
    assert first.article.created == "2023-01-02T03:04:05Z"
    assert (second.article.title, second.article.category) == ("B", "Sea")


def test_the_bookmarks_of_firefox() -> None:
    first, second, rejected = read(json.dumps(FIREFOX))
    assert isinstance(first, ParsedArticle)
    assert isinstance(second, ParsedArticle)
    assert (first.article.created, first.article.updated) == (
        "2023-01-02T03:04:05Z",
        "2023-01-02T03:04:06Z",
    )
    assert first.article.tags == ("sea", "fog")
    assert second.article.category == "Sea"
    assert isinstance(rejected, Rejection)


@pytest.mark.parametrize(
    ("line", "url", "title"),
    [
        (URL, URL, URL),
        (f"{URL} | A | B", URL, "A | B"),
        (f"{URL}\tA", URL, "A"),
        (f"{URL}  A fog", URL, "A fog"),
        (f"{URL}, A", URL, "A"),
        (f"{URL} – A", URL, "A"),
        (f"- {URL}", URL, URL),
        (f"12. {URL} A", URL, "A"),
        (f"<{URL}>", URL, URL),
        (f'"{URL}"', URL, URL),
        (f"{URL}?a=1,2", f"{URL}?a=1,2", f"{URL}?a=1,2"),
    ],
)
def test_lists_of_urls(line: str, url: str, title: str) -> None:
    for found in read(f"# a list\n\n{line}\n{line}\n", "a.txt"):
        assert isinstance(found, ParsedArticle)
        assert (found.article.url, found.article.title) == (url, title)


@pytest.mark.parametrize(
    ("row", "title", "created"),
    [
        (URL, URL, None),
        (f"{URL},A", "A", None),
        (f"A;{URL};2023-01-02;B", "A", "2023-01-02"),
        (f',"{URL}","A, B"', "A, B", None),
    ],
)
def test_csv_without_names(row: str, title: str, created: str | None) -> None:
    found = read(f"{row}\n{row}\n", "a.csv")
    assert [each.location for each in found if isinstance(each, Rejection)] == []
    assert len(found) == 2
    for each in found:
        assert isinstance(each, ParsedArticle)
        assert (each.article.title, each.article.url) == (title, URL)
        assert each.article.created == (created or NOW)


# -- shapes of other files ---------------------------------------------------------------------


RECORD = {"title": "A", "url": URL}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('{"items":[\n{"title":"A"},\n{"title":"B"}]}', "json"),
        ('{"items":[\n{"title":"A"}\n]}', "json"),
        ('{"items":\n[\n{"title":"A"}\n]}', "json"),
        ('{"id":"x","items":[{"title":"A"},\n{"title":"B"}]}', "json"),
        ('{\n"items":[\n{"title":"A"}]}', "json"),
        ('[{"title":"A"},\n{"title":"B"}]', "json"),
        ('{"title":"A"}', "json"),
        ('{"title":"A"}\n', "json"),
        ('{"title":"A"}\n{"title":"B"}', "jsonl"),
        ('{"title":"A"}\n\n{"title":"B"}\n', "jsonl"),
        ('{"title":\n{"title":"B"}', "json"),
        ('{"title":"A\n{"title":"B"}\n', "jsonl"),
    ],
)
def test_one_object_or_one_per_line(text: str, kind: str) -> None:
    assert detect_file_kind("export", text.encode()) == kind


@pytest.mark.parametrize(
    "text",
    [
        f"sep=;\ntitle;url;time_added;status\nA;{URL};1672628645;unread\n",
        f'"sep=;"\r\ntitle;url;time_added;status\r\nA;{URL};1672628645;unread\r\n',
        f"SEP=|\ntitle|url|time_added|status\nA|{URL}|1672628645|unread\n",
        f"sep=,\ntitle,url,time_added,status\nA,{URL},1672628645,unread\n",
        f"sep=\t\ntitle\turl\ttime_added\tstatus\nA\t{URL}\t1672628645\tunread\n",
    ],
)
@pytest.mark.parametrize("name", ["export", "export.csv"])
def test_csv_that_names_its_separator(text: str, name: str) -> None:
    found = read_one(text, name)
    assert (found.article.title, found.article.url) == ("A", URL)
    assert found.article.created == "2023-01-02T03:04:05Z"


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("<em>One</em> two.", "One two."),
        ("<a href='/x'>One</a> two.", "[One](https://a.example/x) two."),
        ("<strong>One</strong> two.", "One two."),
        ("<br>One two.", "One two."),
        ("<!-- x --><p>One two.</p>", "One two."),
        ("<span class=x>One</span> two.", "One two."),
        ("<T> is a type", "<T> is a type"),
        ("<foo>bar</foo>", "<foo>bar</foo>"),
        ("< 40 people", "< 40 people"),
    ],
)
def test_content_that_begins_with_an_element_is_html(content: str, text: str) -> None:
    found = read_one(json.dumps({**RECORD, "content": content}))
    assert found.body.text.replace("*", "") == text


@pytest.mark.parametrize(
    ("front", "expected"),
    [
        (f"title: A\nsource: {URL}", {"url": URL}),
        (f"title: A\nsource: {URL}\nauthor: [Ann]\npublished: 2023-01-02", {"date": "2023-01-02"}),
        (f"title: A\nsource_url: {URL}", {"url": URL}),
        (f"title: A\nurl: {URL}\nsource: https://b.example/", {"url": URL}),
        ("title: A\nsource: a book", {"url": "", "extra": {"source": "a book"}}),
        (f'title: A\nsource: "{URL}"\nauthor:\n  - "[[Ann Moar]]"', {"authors": ("Ann Moar",)}),
        (f"title: A\nsource: {URL}\nauthor: [[Ann Moar]]", {"authors": ("Ann Moar",)}),
        (
            f"title: A\nsource: {URL}\ndescription: Short.\ncreated: 2023-01-02",
            {"created": "2023-01-02"},
        ),
    ],
)
def test_pages_of_web_clippers(front: str, expected: dict[str, Any]) -> None:
    found = read_one(f"---\n{front}\n---\n\nThe text.\n", "clip.md")
    assert {name: getattr(found.article, name) for name in expected} == expected
    assert found.body.text == "The text."


def test_a_link_in_a_description_is_no_bookmark() -> None:
    """Shaarli writes descriptions as HTML, and linkding notes into them."""
    found = read_one(
        in_folders(
            f'<DT><A HREF="{URL}" TAGS="linkding:bookmarks.archived,sea">A</A>\n'
            '<DD>See<br><a href="https://x.example">this</a> boat.[linkding-notes]good[/linkding-notes]'
        )
    )
    assert (found.article.title, found.body.summary) == ("A", "See this boat.")
    assert (found.article.tags, found.reading.read) == (("sea",), True)
    assert found.article.extra["annotations"] == [{"note": "good"}]


def test_lists_of_instapaper() -> None:
    html = (
        "<html><head><title>Instapaper: Export</title></head><body>"
        f'<h1>Unread</h1><ol><li><a href="{URL}/1">A</a></ol>'
        f'<h1>Archive</h1><ol><li><a href="{URL}/2">B</a></ol>'
        f'<h1>Later</h1><ol><li><a href="{URL}/3">C</a></ol>'
    )
    found = [each for each in read(html) if isinstance(each, ParsedArticle)]
    facts = [(each.article.title, each.reading.read, each.article.category) for each in found]
    assert facts == [("A", False, ""), ("B", True, ""), ("C", False, "Later")]


@pytest.mark.parametrize(
    "lists",
    [
        "<H1>Unread</H1><DL><DT><A HREF={0}>A</A></DL><H1>Read Archive</H1><DL><DT><A HREF={1}>B</A></DL>",
        "<H1>Pocket Export</H1><ul><h1>Unread</h1><li><a href={0}>A</a></ul><ul><h1>Read Archive</h1><li><a href={1}>B</a>",
    ],
)
def test_lists_of_pocket_as_other_programs_write_them(lists: str) -> None:
    html = "<TITLE>Pocket Export</TITLE>" + lists.format(f"{URL}/1", f"{URL}/2")
    found = [each for each in read(html) if isinstance(each, ParsedArticle)]
    facts = [(each.article.title, each.reading.read, each.article.category) for each in found]
    assert facts == [("A", False, ""), ("B", True, "")]


def pack(text: bytes, block: bytes) -> bytes:
    return b"mozLz40\0" + len(text).to_bytes(4, "little") + block


FIREFOX_BACKUP = json.dumps(
    {
        "typeCode": 2,
        "children": [{"typeCode": 1, "uri": URL, "title": "aaaaaaaaaaaaaaaaaaaaaaaab"}],
    },
    separators=(",", ":"),
).encode()
REPEATED = FIREFOX_BACKUP.index(b"aaaa")
BACKUP_BLOCK = (
    bytes([0xF4, REPEATED + 1 - 15])  # literals up to the first a, and a match of eight
    + FIREFOX_BACKUP[: REPEATED + 1]
    + bytes([1, 0, 0x0B, 1, 0])  # the one letter again, eight times and fifteen times
    + bytes([len(FIREFOX_BACKUP) - REPEATED - 24 << 4])
    + FIREFOX_BACKUP[REPEATED + 24 :]
)


def read_backup(data: bytes) -> list[ParsedArticle | Rejection]:
    return list(read_articles("bookmarks.jsonlz4", io.BytesIO(data), now=NOW))


def test_a_backup_of_firefox() -> None:
    (found,) = read_backup(pack(FIREFOX_BACKUP, BACKUP_BLOCK))
    assert isinstance(found, ParsedArticle)
    assert (found.article.url, found.article.title) == (URL, "a" * 24 + "b")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (pack(FIREFOX_BACKUP, BACKUP_BLOCK[:-9]), "damaged LZ4"),
        (pack(FIREFOX_BACKUP, b"\x10a\0\0"), "damaged LZ4"),
        (pack(FIREFOX_BACKUP, b"\xff\xff"), "damaged LZ4"),
        (b"mozLz40\0" + b"\xff" * 9, "larger than 32 MB when unpacked"),
    ],
)
def test_a_damaged_backup_of_firefox(data: bytes, reason: str) -> None:
    assert read_backup(data) == [Rejection("bookmarks.jsonlz4", reason)]


def safari_folder(title: str, *children: dict[str, Any]) -> dict[str, Any]:
    return {"WebBookmarkType": "WebBookmarkTypeList", "Title": title, "Children": [*children]}


def safari_link(title: str, **more: Any) -> dict[str, Any]:
    named = {"URIDictionary": {"title": title}, "URLString": f"{URL}{title}"}
    return {"WebBookmarkType": "WebBookmarkTypeLeaf", **named, **more}


LISTED = {"DateAdded": datetime(2024, 1, 2, 3, 4, 5), "PreviewText": "It sails."}
SEEN = {**LISTED, "DateLastViewed": datetime(2024, 2, 3, 4, 5, 6)}
SAFARI = safari_folder(
    "",
    {"WebBookmarkType": "WebBookmarkTypeProxy", "Title": "History"},
    safari_folder("BookmarksBar", safari_link("a"), safari_folder("Sea", safari_link("b"))),
    safari_folder("BookmarksMenu", safari_folder("A/B", safari_folder("C", safari_link("c")))),
    safari_folder(
        "com.apple.ReadingList",
        safari_link("d", ReadingList=LISTED),
        safari_link("e", ReadingList=SEEN),
        safari_link("f", ReadingList="damaged"),
    ),
)
PLISTS = {
    "binary": plistlib.dumps(SAFARI, fmt=plistlib.FMT_BINARY),
    "XML": plistlib.dumps(SAFARI),
    "XML without a declaration": plistlib.dumps(SAFARI).partition(b"\n")[2],
}


@pytest.mark.parametrize("name", PLISTS)
def test_bookmarks_of_safari(name: str) -> None:
    found = [each for each in read(PLISTS[name]) if isinstance(each, ParsedArticle)]
    assert [(each.article.title, each.article.category) for each in found] == [
        ("a", ""),
        ("b", "Sea"),
        ("c", "A∕B/C"),
        ("d", ""),
        ("e", ""),
        ("f", ""),
    ]
    assert [each.article.url for each in found] == [f"{URL}{each.article.title}" for each in found]
    assert [each.body.summary for each in found] == ["", "", "", "It sails.", "It sails.", ""]
    assert [each.article.created for each in found[2:5]] == [NOW, *["2024-01-02T03:04:05Z"] * 2]
    assert [each.reading.read for each in found] == [False, False, False, False, True, False]
    assert found[4].reading.last_read == "2024-02-03T04:05:06Z"


def binary_plist(objects: list[bytes]) -> bytes:
    """Return a binary property list of up to 255 objects."""
    body, offsets = b"bplist00", b""
    for each in objects:
        offsets += bytes([len(body)])
        body += each
    trailer = b"\0" * 6 + bytes([1, 1])
    numbers = (len(objects), 0, len(body))
    return body + offsets + trailer + b"".join(each.to_bytes(8, "big") for each in numbers)


IN_ITSELF = binary_plist(
    [
        b"\xd2\x01\x02\x03\x04",  # a dictionary: objects 1 and 2 are its keys, 3 and 4 its values
        b"\x5f\x10\x0fWebBookmarkType",
        b"\x58Children",
        b"\x5f\x10\x13WebBookmarkTypeList",
        b"\xa2\x00\x00",  # a list that has the dictionary twice
    ]
)
BOMB = b"<?xml version='1.0'?><!DOCTYPE plist [<!ENTITY a 'aa'><!ENTITY b '&a;&a;'>]><plist><string>&b;</string></plist>"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (PLISTS["binary"][:-40], "not a whole property list"),
        (PLISTS["XML"][:-40], "not a whole property list"),
        (b"bplist00" + b"\xff" * 90, "not a whole property list"),
        (b"<plist><dict><string>a</string></dict></plist>", "not a whole property list"),
        (b"<plist><array><integer>x</integer></array></plist>", "not a whole property list"),
        (BOMB, "not a whole property list"),
        (IN_ITSELF, "not a whole property list"),
        (b"<plist><dict><key>a</key><b/></dict></plist>", "not a whole property list"),
        (b"<plist><dict><key>a</key><key>b</key></dict></plist>", "not a whole property list"),
        (b"<plist><dict><key>a</key></dict></plist>", "not a whole property list"),
        (b"<plist><string>a</string><string>b</string></plist>", "not a whole property list"),
        (b"<plist></plist>", "not a whole property list"),
        (b"<plist><array><key>a</key></array></plist>", "not a whole property list"),
        (plistlib.dumps(["a"]), "a property list without bookmarks"),
        (plistlib.dumps({"Children": []}), "a property list without bookmarks"),
    ],
)
def test_other_property_lists(data: bytes, reason: str) -> None:
    assert detect_file_kind("a.plist", data) == "plist"
    assert read(data, "a.plist") == [Rejection("a.plist", reason)]
