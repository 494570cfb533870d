"""The table in docs/moving-in.md: what comes along from each export is what an import of it takes."""

from __future__ import annotations

import io
import plistlib
import re
import zipfile
from collections.abc import Iterable, Iterator
from datetime import datetime

import pytest

from store.feeds.saved_feeds import SavedFeedReader
from store.importers.read_files import IMPORT_FORMATS, read_articles
from store.importers.reader_exports import READER_FORMATS
from store.model.article import ParsedArticle
from tests.support.codebase import ROOT
from tests.support.network import InProcessParser
from tests.support.reader_exports import EXPORTS, URL

PAGE = (ROOT / "docs/moving-in.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\|.*\| `([\w-]+)` \|([^|]*)\|[^|]*\|$", re.MULTILINE)
NOW = "2031-05-06T07:08:09Z"

VARIANTS: dict[str, tuple[tuple[str, str], ...]] = {
    "readwise": (
        ('"location": "new"', '"location": "archive", "notes": "good"'),
        ('"results": [', '"results": [{"id": "02", "parent_id": "01abc", "content": "by eight"}, '),
    ),
    "miniflux": (
        ('"id": 3', '"id": 3, "author": "Ada Berg", "created_at": "2023-01-02T03:04:05Z"'),
    ),
    "instapaper": (("Harbour", "Archive"), ("Archive", "Starred"), ("ferry,,", "ferry,It sails.,")),
    "omnivore": (('"publishedAt": null', '"publishedAt": "2023-01-01T00:00:00Z"'),),
    "raindrop": (('"note": ""', '"note": "good"'),),
    "matter": (("True,True,False", "True,True,True"),),
    "mymind": (("sails.,,", "sails.,good,"),),
    "pinboard": (('"yes"', '"no"'),),
    "karakeep": (
        (
            '"type": "link"',
            '"type": "link", "htmlContent": "<p>It sails.</p>", "author": "Ada Berg"',
        ),
        ('"author"', '"description": "A ferry.", "datePublished": "2023-01-01", "author"'),
        ('"archived"', '"favourited": true, "lists": ["l"], "archived"'),
        ('"lists": []', '"lists": [{"id": "l", "name": "Harbour"}]'),
    ),
    "feedly": (('"unread"', '"author": "Ada Berg", "unread"'),),
    "readwise-highlights": (('"category"', '"author": "Ada Berg", "category"'),),
    "linkwarden": (('"id": 2', '"id": 2, "description": "A ferry.", "textContent": "It sails."'),),
    "zotero": (('"Manual Tags"', '"Manual Tags","Notes"'), ('"sea; north"', '"sea; north","good"')),
    "tt-rss": (
        (
            "</article></articles>",
            "<author>Ada Berg</author></article></articles>",
        ),
    ),
    "google-saved": (("URL,Comment", "URL,Tags,Comment"), (f"{URL},", f"{URL},sea,")),
}
"""Changes of the sample exports, one after the other: each step shows more of what they can have."""

HIGHLIGHTS = (
    "Highlight,Book Title,Book Author,Note,Document tags\nIt sails.,The ferry,Ada Berg,good,sea\n"
)
POCKET = (
    "<title>Pocket Export</title><h1>Read Archive</h1>"
    f'<a href="{URL}" time_added="1672628645" tags="sea">The ferry</a>'
)
INSTAPAPER = f'<title>Instapaper: Export</title><h1>Archive</h1><a href="{URL}">The ferry</a>'
BROWSER = (
    "<!DOCTYPE NETSCAPE-Bookmark-file-1><DL><DT><H3>Harbour</H3><DL>"
    f'<DT><A HREF="{URL}" ADD_DATE="1672628645" TAGS="sea">The ferry</A><DD>A ferry.</DL></DL>'
)
FIREFOX = (
    '{"typeCode": 2, "children": [{"typeCode": 2, "title": "Harbour", "children": [{"typeCode": 1,'
    f' "title": "The ferry", "uri": "{URL}", "dateAdded": 1672628645000000, "tags": "sea"}}]}}]}}'
)
HYPOTHESIS = (
    f'{{"annotations": [{{"uri": "{URL}", "text": "good", "document": {{"title": ["The ferry"]}}, "target":'
    ' [{"selector": [{"type": "TextQuoteSelector", "exact": "It sails."}]}]}]}'
)
CLIPPED = (
    f"---\nsource: {URL}\nsummary: A ferry.\ncategory: Harbour\ntags: [sea]\nauthor: Ada Berg\n"
    "date: 2023-01-01\ncreated: 2023-01-02\nread: true\nstarred: true\n---\n# The ferry\n\nIt sails.\n"
)
LETTER = (
    "From: Harbour News <news@a.example>\nDate: Mon, 3 Mar 2014 10:00:00 +0100\nSubject: The ferry\n"
    "List-Id: <news.a.example>\n\nIt sails.\n"
)
CLIPPING = (
    "The ferry (Ada Berg)\n- Your {} on page 3 | Added on Monday, March 3, 2014\n\nIt sails.\n"
)
ANNOTATIONS = f"Page,URL,Annotation type,Quote,Comment\nThe ferry,{URL},Annotation,It sails.,good\n"
NOTES = (
    "<?xml version='1.0'?><!DOCTYPE en-export SYSTEM 'x.dtd'><en-export><note><title>The ferry</title>"
    "<created>20230102T030405Z</created><tag>sea</tag><note-attributes><author>Ada Berg</author>"
    f"<source-url>{URL}</source-url></note-attributes><content><![CDATA[<?xml version='1.0'?>"
    "<en-note><div>It sails.</div></en-note>]]></content></note></en-export>"
)
XBEL = (
    "<!DOCTYPE xbel><xbel version='1.0'><folder><title>Harbour</title><bookmark added='2023-01-02T03:04:05Z'"
    f" href='{URL}'><title>The ferry</title><desc>A ferry.</desc></bookmark></folder></xbel>"
)
WORDPRESS = (
    "<rss xmlns:wp='http://wordpress.org/export/1.2/' xmlns:dc='http://purl.org/dc/elements/1.1/'"
    " xmlns:content='http://purl.org/rss/1.0/modules/content/'"
    " xmlns:excerpt='http://wordpress.org/export/1.2/excerpt/'><channel><item><title>The ferry</title>"
    f"<link>{URL}</link><dc:creator>ada</dc:creator><content:encoded>It sails.</content:encoded>"
    "<excerpt:encoded>A ferry.</excerpt:encoded><wp:post_type>post</wp:post_type>"
    "<wp:post_date_gmt>2023-01-01 00:00:00</wp:post_date_gmt><category domain='category'>Harbour</category>"
    "<category domain='post_tag'>sea</category></item></channel></rss>"
)
SAFARI = plistlib.dumps(
    {
        "WebBookmarkType": "WebBookmarkTypeList",
        "Children": [
            {
                "WebBookmarkType": "WebBookmarkTypeList",
                "Title": "Harbour",
                "Children": [
                    {
                        "URLString": URL,
                        "URIDictionary": {"title": "The ferry"},
                        "ReadingList": {
                            name: datetime(2023, 1, 2) for name in ("DateAdded", "DateLastViewed")
                        }
                        | {"PreviewText": "A ferry."},
                    }
                ],
            }
        ],
    }
)
BLOG = (
    "<feed xmlns='http://www.w3.org/2005/Atom' xmlns:blogger='http://schemas.google.com/blogger/2018'>"
    "<title>Harbour</title><entry><blogger:type>POST</blogger:type><blogger:status>LIVE</blogger:status>"
    "<author><name>Ada Berg</name></author><title>The ferry</title><content type='html'>It sails.</content>"
    "<published>2023-01-01T00:00:00Z</published><category term='sea'/></entry></feed>"
)
POSTS = (
    '{"orderedItems": [{"type": "Create", "object": {"content": "<p>It sails.</p>", "published": "2023-01-01T10:00:00Z",'
    f'"url": "{URL}"}}}}]}}'
)
FEED = (
    f"<rss><channel><title>Harbour</title><item><title>The ferry</title><link>{URL}</link><author>Ada Berg</author>"
    "<pubDate>Sun, 01 Jan 2023 00:00:00 GMT</pubDate><category>sea</category><description>A ferry.</description>"
    "<content:encoded xmlns:content='http://purl.org/rss/1.0/modules/content/'>It sails.</content:encoded>"
    "</item></channel></rss>"
)
OTHERS: dict[str, tuple[str | bytes, ...]] = {
    "csv": (HIGHLIGHTS, ANNOTATIONS),
    "xml": (NOTES, WORDPRESS, XBEL),
    "json": (HYPOTHESIS, FIREFOX, POSTS),
    "feed": (BLOG, FEED),
    "plist": (SAFARI,),
    "bookmarks": (POCKET, INSTAPAPER, BROWSER),
    "addresses": (f"{URL}\n",),
    "markdown": (CLIPPED,),
    "mail": (LETTER,),
    "clippings": ("==========\n".join(map(CLIPPING.format, ("Highlight", "Note", ""))),),
}
"""Files of the formats that are of no program alone, in the order of the page."""


def samples(name: str) -> Iterator[str]:
    """Yield the sample exports of a program, each with more in it than the one before."""
    data = EXPORTS[name][0]
    yield data
    for old, new in VARIANTS.get(name, ()):
        assert old in data, (name, old)
        data = data.replace(old, new)
        yield data


def make_omnivore_zip(metadata: str) -> bytes:
    """Return Omnivore's ZIP, which has texts and highlights in files of their own."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("metadata_0_to_1.json", metadata)
        archive.writestr("content/the-ferry.html", "<p>It sails.</p>")
        archive.writestr("highlights/the-ferry.md", "> sails")
    return data.getvalue()


def taken_facts(files: Iterable[str | bytes]) -> set[str]:
    """Return what the articles of these files have."""
    found: set[str] = set()
    feeds = SavedFeedReader(list, NOW, InProcessParser())
    for each in files:
        stream = io.BytesIO(each if isinstance(each, bytes) else each.encode())
        for item in read_articles("export", stream, now=NOW, read_feed=feeds.read):
            if isinstance(item, ParsedArticle):
                found |= set(facts_of(item))
    return found


def facts_of(item: ParsedArticle) -> Iterator[str]:
    """Yield what an article has, in the words of the page."""
    article, body, reading = item.article, item.body, item.reading
    annotations = article.extra.get("annotations", [])
    given = {
        "text": body.text,
        "summary": body.summary,
        "category": article.category,
        "tags": article.tags,
        "authors": article.authors,
        "date": article.date,
        "added": article.created != NOW,
        "read": reading.read,
        "starred": reading.starred,
        "position": reading.position or article.extra.get("progress"),
        "highlights": any("quote" in each for each in annotations),
        "notes": any("note" in each for each in annotations),
    }
    return (name for name, value in given.items() if value)


def documented_rows() -> list[tuple[str, set[str]]]:
    return [
        (name, set(filter(None, facts.strip().split(", ")))) for name, facts in ROW.findall(PAGE)
    ]


def test_every_format_of_a_program_has_a_row() -> None:
    names = [name for name, _ in documented_rows()]
    programs = [each.name for each in READER_FORMATS]
    assert sorted(set(names)) == sorted({*programs, *OTHERS})
    assert set(names) <= set(IMPORT_FORMATS)


@pytest.mark.parametrize("name", EXPORTS)
def test_what_comes_along_from_a_program(name: str) -> None:
    (facts,) = (facts for row, facts in documented_rows() if row == name)
    files: list[str | bytes] = [*samples(name)]
    if name == "omnivore":
        files.append(make_omnivore_zip(str(files[-1])))
    expected = facts | {"text"} if name == "instapaper" else facts  # what was selected
    assert taken_facts(files) == expected


@pytest.mark.parametrize("name", OTHERS)
def test_what_comes_along_from_other_files(name: str) -> None:
    rows = [facts for row, facts in documented_rows() if row == name]
    assert [taken_facts([each]) for each in OTHERS[name]] == rows
