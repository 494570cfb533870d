"""Newsletters as messages and mailboxes, and the clippings of a Kindle."""

from __future__ import annotations

import io
from typing import Any

import pytest

from store.importers.read_files import detect_file_kind, read_articles
from store.model.article import ParsedArticle

NOW = "2031-05-06T07:08:09Z"
HEAD = "From: =?utf-8?q?N=C3=A9ws?= <n@a.example>\nDate: Mon, 3 Mar 2014 10:00:00 +0100\nSubject: =?x?q?=ff?=\n"
PARTS = """Content-Type: multipart/alternative; boundary="b"

--b
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

Caf=C3=A9 *one*
two
--b
Content-Type: text/html; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

<p>Caf=E9 <b>two</b></p>
--b
Content-Type: text/html; name="x.html"
Content-Disposition: attachment; filename="x.html"

<p>attached</p>
--b--
"""


def read(data: str, name: str = "export") -> list[ParsedArticle]:
    items = list(read_articles(name, io.BytesIO(data.encode()), now=NOW))
    return [item for item in items if isinstance(item, ParsedArticle)]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (HEAD + PARTS, {"text": "Café **two**", "authors": ("Néws",), "category": ""}),
        (HEAD + "\nOne *line*\ngoes on.\n\n>From here", {"text": "One \\*line\\* goes on.\n\nFrom here"}),
        (HEAD + "List-Id: <n.a.example>\n\nx", {"category": "Néws", "date": "2014-03-03T09:00:00Z"}),
        (HEAD + "List-Id: Fog Weekly <n.a.example>\n\nx", {"category": "Fog Weekly"}),
        (HEAD + "Archived-At: <https://a.example/1>\n\nx", {"url": "https://a.example/1"}),
        (HEAD + "Content-Type: text/plain; charset=nope\n\nCafé", {"text": "Café"}),
        (HEAD + "Content-Type: image/png\nMessage-ID: <1@a>\n\nx", {"text": ""}),
    ],
)  # fmt: skip
def test_a_message_is_an_article(data: str, expected: dict[str, Any]) -> None:
    (found,) = read(data)
    fields = {name: getattr(found.article, name, found.body.text) for name in expected}
    assert fields == expected
    assert found.article.title == "=?x?q?=ff?="


def test_a_page_saved_as_one_file_is_a_page() -> None:
    head = "From: <Saved by Blink>\nSnapshot-Content-Location: https://a.example/1\nSubject: x\n"
    body = "<html><head><title>T</title></head><body><p>Some text of it.</p></body></html>"
    date = "Date: Mon, 3 Mar 2014 10:00:00 +0100\n"
    (found,) = read(f"{head}{date}MIME-Version: 1.0\nContent-Type: text/html\n\n{body}", "a.mhtml")
    article = found.article
    assert (article.title, article.url, article.authors) == ("T", "https://a.example/1", ())
    assert (article.date, article.created) == (None, "2014-03-03T09:00:00Z")
    assert found.body.text == "Some text of it."


def test_a_mailbox_is_an_article_per_message() -> None:
    start = "From n@a.example Mon Mar  3 10:00:00 2014\n"
    found = read(f"{start}{HEAD}\nOne.\n\n>From here.\n\n{start}{HEAD}\nTwo.\nFrom me.\n")
    assert [each.body.text for each in found] == ["One.\n\nFrom here.", "Two. From me."]


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("a.eml", "Subject: x\n\nx", "mail"),
        ("a", f"{HEAD}\nx", "mail"),
        ("a", "From: Ann\nSubject: Boats\n\nA text.", "text"),
        ("a.txt", "Date: today\nFrom: here\nto there it is far\n", "text"),
        ("My Clippings.txt", "\ufeffA (B)\n- Your Note on page 3\n\nx\n==========\n", "clippings"),
        ("a", "<div class='x'><p>a</p></div>", "html"),
        ("a.txt", "<div> is a tag", "text"),
        ("a.txt", "List\n- one\n\nx\n=====\n", "text"),
    ],
)
def test_kinds(name: str, text: str, kind: str) -> None:
    assert detect_file_kind(name, text.encode()) == kind


def test_clippings_are_an_article_per_book() -> None:
    lines = (
        "\ufeffThe Sea (1901) (Ann Moar)\r\n- Your Highlight on page 3 | Location 40-45 | Added on Monday,"
        " March 3, 2014 10:00:00 AM\r\n\r\nThe ferry\r\nwas late.",
        "Other\n- Ihre Notiz auf Seite 9 | Hinzugefügt am Montag, 3. März 2014 10:00:00\n\nWhy?",
        "The Sea (1901) (Ann Moar)\n- Your Bookmark on page 4 | Added on Monday, March 3, 2014\n\n",
    )
    sea, other = read("\n==========\n".join(lines) + "\n==========\n", "My Clippings.txt")
    assert (sea.article.title, sea.article.authors) == ("The Sea (1901)", ("Ann Moar",))
    assert sea.body.text == "> The ferry\n> was late."
    assert sea.article.extra["annotations"] == [
        {
            "quote": "The ferry\nwas late.",
            "time": "2014-03-03T10:00:00Z",
            "location": "Location 40-45",
            "position": 2,
        }
    ]
    assert other.article.extra["annotations"] == [
        {"note": "Why?", "time": "2014-03-03T10:00:00Z", "location": "Seite 9"}
    ]
