"""Detecting formats and reading any file; its content never raises."""

from __future__ import annotations

import gzip
import io

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from store.importers.read_files import FILE_KINDS, detect_file_kind, read_articles
from store.model.article import ParsedArticle, Rejection

NOW = "2031-05-06T07:08:09Z"
READING = (
    "Text.\nSimilar Readings (1 item)\nOther\nStatistics\n1\nWords1\nRead CountDetails\nID: x\n"
)


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.txt", '{"title": "A"}', "json"),
        ("a.txt", '[\n  {"title": "A"}]', "json"),
        ("a.json", "[]", "json"),
        ("a.json", "{}", "json"),
        ("a.json", "no json", "json"),
        ("a.json", '{"title": "A"}\n{"title": "B"}\n', "jsonl"),
        ("a", '{"title": "A"}\r\n\r\n{"title": "B"}', "jsonl"),
        ("a", '{"title": "A\n{"title": "B"}', "jsonl"),
        ("a", '{\n"title": {\n"a": 1}}', "json"),
        ("a.jsonl", '{"title": "A"}', "jsonl"),
        ("a.NDJSON", "no json", "jsonl"),
        ("a.txt", "[Update] The ferry", "text"),
        ("a.md", "[Link](https://example.org)", "markdown"),
        ("a.txt", "<!DOCTYPE html><p>x", "html"),
        ("a", "\ufeff\n <html><p>x", "html"),
        ("a", '<?xml version="1.0"?>\n<!-- x -->\n<html>', "html"),
        ("a.htm", "<p>x", "html"),
        ("a.txt", "<p>x", "text"),
        ("a.txt", "---\ntitle: A\n---\n", "markdown"),
        ("a", "+++\ntitle = 1\n+++\n", "markdown"),
        ("a", "# Heading\n", "markdown"),
        ("a.markdown", "text", "markdown"),
        ("a.txt", "---\n\ntext", "text"),
        ("a.txt", READING, "reading"),
        ("a.md", READING.replace("\n", "\r\n"), "reading"),
        ("-", READING, "reading"),
        ("a.txt", "Summary\n\nof it", "text"),
        ("a", "", "text"),
        ("a.unknown", "text", "text"),
    ],
)
def test_content_first_and_name_second(name: str, content: str, kind: str) -> None:
    assert detect_file_kind(name, content.encode()) == kind
    assert detect_file_kind(name, content.removeprefix("\ufeff").encode("utf-16")) == kind


@pytest.mark.parametrize(
    ("name", "content", "title", "text"),
    [
        ("a.txt", "The ferry\n\nIt\nsails.", "The ferry", "It sails."),
        ("a.txt", "# of boats:\nthree.", "# of boats: three.", "\\# of boats: three."),
        ("a.txt", "# The ferry\n\nIt\nsails.", "The ferry", "It sails."),
        ("a.md", "# The ferry\n\nIt\nsails.", "The ferry", "It sails."),
        ("a.html", "<title>The ferry</title><p>It\nsails.", "The ferry", "It sails."),
        ("a.txt", READING, "Text.", "Text."),
        ("a.json", '{"title": "The ferry", "text": "It sails."}', "The ferry", "It sails."),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_every_format_is_read(
    name: str, content: str, title: str, text: str, encoding: str
) -> None:
    (found,) = read_articles(name, io.BytesIO(content.encode(encoding)), source="page", now=NOW)
    assert isinstance(found, ParsedArticle)
    assert (found.article.title, found.body.text) == (title, text)
    assert (found.article.source, found.article.created) == ("page", NOW)


SAVED_FEED = "a saved feed"
"""Nobody reads feeds here; `tests/store/feeds/test_saved_feeds.py` does."""
CITATIONS = "citations in BibTeX or RIS (export them as CSV or CSL JSON)"


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.txt", b"", "the file is empty"),
        ("a.jsonl", b"\xef\xbb\xbf \n", "the file is empty"),
        ("a.txt", b"\xff\xfea", "not UTF-16 at byte 2"),
        ("a.txt", b"\x7fELF\0\0", "binary, not text"),
        ("a.opml", b'<?xml version="1.0"?>\n<opml>', "a list of feeds, not of articles"),
        ("a", b"<opml version='2.0'>", "a list of feeds, not of articles"),
        ("a.xml", b"\n<rss version='2.0'>", SAVED_FEED),
        ("a", b"<?xml version='1.0'?><feed xmlns='http://www.w3.org/2005/Atom'>", SAVED_FEED),
        ("a.rdf", b"<rdf:RDF><channel>", SAVED_FEED),
        ("a.rss", b"Warning: line 3\n<rss><channel>", SAVED_FEED),
        ("a.xml.gz", gzip.compress(b"<!doctype html>\n<rss>", mtime=0), SAVED_FEED),
        (
            "a.json",
            b'{"items": [], "version": "https:\\/\\/jsonfeed.org\\/version\\/1"}',
            SAVED_FEED,
        ),
        (
            "a.json",
            b'{"items": [%s], "version": "https://jsonfeed.org/version/1.1"}' % (b" " * 70_000),
            SAVED_FEED,
        ),
        ("a.txt.gz", gzip.compress(b"", mtime=0), "the file is empty"),
        ("a.gz", gzip.compress(gzip.compress(b"a", mtime=0), mtime=0), "binary, not text"),
        ("a.xml", b"<rss-like/>", "XML, not an article"),
        ("a.xml", b"HTTP/1.1 200 OK\r\n\r\n<rss>", SAVED_FEED),
        ("a.bib", b"@article{berg,\n  title = {The ferry}\n}\n", CITATIONS),
        ("a.ris", b"TY  - JOUR\nTI  - The ferry\nER  - \n", CITATIONS),
        ("a.txt", b"a" * 70_000 + b"\0", "binary, not text"),
        ("a.jsonl", b"\x89PNG\r\n\x1a\n\0", "binary, not text"),
        (
            "a.md",
            b"---\na: b: c\n---\n",
            "front matter, line 2: mapping values are not allowed in this context",
        ),
        ("a.md", b"---\ntags: []\n---\n", "an article without title, text and URL"),
        ("a.md", b"---\nread: often\n---\nText.", "read: expected yes or no, found “often”"),
        ("a.html", b"<html><script>x</script>", "an article without title, text and URL"),
    ],
)
def test_an_unusable_file_is_one_rejection(name: str, data: bytes, reason: str) -> None:
    """Case 102: binary, empty or wrongly encoded files are one line each."""
    assert list(read_articles(name, io.BytesIO(data), now=NOW)) == [Rejection(name, reason)]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.jsonl.gz", b'{"title": "A"}\n{"title": "B"}\n'),
        ("a.csv.gz", b"title,url\nA,\nB,\n"),
        ("a.json.gz", b'[{"title": "A"}, {"title": "B"}]'),
        (
            "a.gz",
            b"<articles><article><title>A</title></article><article><title>B</title></article></articles>",
        ),
    ],
)
def test_what_gzip_holds_is_read_as_far_as_it_came(name: str, data: bytes) -> None:
    packed = gzip.compress(data, mtime=0)
    for end, problem in ((len(packed), []), (-4, [Rejection(name, "truncated gzip data")])):
        found = list(read_articles(name, io.BytesIO(packed[:end]), now=NOW))
        assert [e.article.title for e in found if isinstance(e, ParsedArticle)] == ["A", "B"]
        assert [each for each in found if isinstance(each, Rejection)] == problem


def test_pages_are_numbered() -> None:
    text = "\n".join([READING, READING.replace("Text.", "More."), "Summary", "\x1b[2J"])
    found = list(read_articles("a.txt", io.BytesIO(text.encode()), now=NOW))
    assert [item.article.title for item in found if isinstance(item, ParsedArticle)] == [
        "Text.",
        "More.",
    ]
    (rejected,) = read_articles("a.txt", io.BytesIO(b"Details\nID: x\n"), now=NOW, kind="reading")
    assert rejected == Rejection("a.txt: page 1", "an article without title, text and URL")


def test_a_reading_page_is_recognized_after_a_long_text() -> None:
    long = "\n".join(f"Paragraph {number} of a long text." for number in range(5_000))
    (found,) = read_articles("a.txt", io.BytesIO(f"{long}\n{READING}".encode()), now=NOW)
    assert isinstance(found, ParsedArticle)
    assert found.body.similar == ("Other",)


def test_a_known_kind_is_not_guessed() -> None:
    (found,) = read_articles("a.json", io.BytesIO(READING.encode()), now=NOW, kind="text")
    assert isinstance(found, ParsedArticle)
    assert "Similar Readings (1 item)" in found.body.text


def test_a_file_that_is_too_large_is_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("store.importers.read_files.MAX_FILE_BYTES", 1 << 20)
    (rejected,) = read_articles("a.txt", io.BytesIO(b"a" * (2 << 20)), now=NOW)
    assert rejected == Rejection("a.txt", "larger than 1 MB; JSON, CSV and ZIP may be of any size")


@pytest.mark.parametrize("line", [b'{"title": "A"}', b'{"title": "A", "date": "3/4/24"}'])
def test_a_failing_disk_is_a_rejection(line: bytes) -> None:
    """Also where a date waits for others."""

    class Failing(io.BytesIO):
        def readline(self, size: int | None = -1, /) -> bytes:
            raise OSError(5, "Input/output error")

    first, last = read_articles("a.jsonl", Failing(line + b"\n" + b" " * 70_000), now=NOW)
    assert isinstance(first, ParsedArticle)
    assert last == Rejection("a.jsonl", "Input/output error")


def test_file_names_are_sanitized() -> None:
    """Case 45: a file name is text from outside too."""
    (rejected,) = read_articles("a\x1b[2J\n.txt", io.BytesIO(b""), now=NOW)
    assert isinstance(rejected, Rejection)
    assert "\x1b" not in rejected.location
    assert "\n" not in rejected.location


PIECES = st.sampled_from(
    [
        *(b"---\n", b"+++\n", b"title: a\n", b"x: &a [*a]\n", b"# a\n", b"{", b'{"title":', b"}\n"),
        *(b"[", b"]", b'"a"', b'"\\ud800"', b"<html>", b"<p>", b"Summary\n", b"Details\n", b"\0"),
        *(b"Statistics\n", b"Similar Readings (2 items)\n", b"1\nWords", b"Read Count", b"ID: 1\n"),
        *(b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\r\n", b"date: 1\n", b"1e999", b"NaN"),
        *(b"<<: *a\n", b"- ", b"!!binary x\n", b"0x1", b"2022-02-31", b",", b":", b"=", b"`" * 3),
    ]
)
DATA = st.binary(max_size=300) | st.lists(PIECES | st.binary(max_size=4), max_size=20).map(b"".join)


@pytest.mark.parametrize("kind", [None, *FILE_KINDS])
@example(data=b"\x00\r\x00", suffix="")
@given(data=DATA, suffix=st.sampled_from(["", ".txt", ".md", ".json", ".jsonl", ".html"]))
@example(data=b"\xff\xfe\x00\xd8", suffix=".json")
@settings(max_examples=60, deadline=None)
def test_bad_content_never_raises(kind: str | None, data: bytes, suffix: str) -> None:
    """Cases 52, 94, 102: whatever the bytes are, the result is articles or rejections."""
    items = list(read_articles(f"a{suffix}", io.BytesIO(data), now=NOW, kind=kind))
    assert all(isinstance(item, ParsedArticle | Rejection) for item in items)
    assert all(item.article.title for item in items if isinstance(item, ParsedArticle))
    assert all(item.reason for item in items if isinstance(item, Rejection))


@pytest.mark.parametrize(
    ("text", "charset"),
    [
        ("Det var kallt i Göteborg så alla stannade hemma på lördag.", "cp1252"),
        ("Сегодня в Москве было холодно и люди остались дома.", "cp1251"),
        ("今日は東京でとても寒かったので、人々は家にいました。", "shift_jis"),
        ("Le café de la gare est fermé.", "utf-16"),
        ("Le café de la gare est fermé.", "utf-16-le"),
    ],
)
@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.csv", "a.html", "a.urls.html"])
def test_files_in_any_charset_are_read(name: str, text: str, charset: str) -> None:
    content = {
        "a.csv": f"title,url\n{text},https://example.org/1\n",
        "a.html": f"<html><head><title>{text}</title></head><body><p>{text}</p></body></html>",
        "a.urls.html": "<!DOCTYPE NETSCAPE-Bookmark-file-1>\n"
        f'<DL><DT><A HREF="https://example.org/1">{text}</A></DL>',
    }.get(name, f"{text}\n")
    (found,) = read_articles(name, io.BytesIO(content.encode(charset)), now=NOW)
    assert isinstance(found, ParsedArticle)
    assert text in (found.article.title, found.body.text)
