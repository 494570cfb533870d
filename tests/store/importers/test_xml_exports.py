"""Exports in XML; those that have fields of their own are in `test_exports_of_readers`, too."""

from __future__ import annotations

import io

import pytest

from store.importers.read_files import read_articles
from store.model.article import ParsedArticle, Rejection

NOW = "2031-05-06T07:08:09Z"
URL = "https://news.example/ferry"
NOTE = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE en-export SYSTEM "http://xml.evernote.com/pub/evernote-export4.dtd">
<en-export><note><title>A &amp; B</title><content><![CDATA[<?xml version="1.0"?>
<!DOCTYPE en-note SYSTEM "http://xml.evernote.com/pub/enml2.dtd"><en-note><div>One</div>
<div><en-todo checked="true"/>done</div><div><en-todo></en-todo>open</div>
<en-media hash="abc" type="image/png"/></en-note>]]></content><created>20230102T030405Z</created>
<note-attributes><source>web.clip7</source></note-attributes></note></en-export>"""
WORDPRESS = """<?xml version="1.0" encoding="UTF-8" ?><!-- a site --><!-- generator="WordPress/6.4" -->
<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"
 xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:wp="http://wordpress.org/export/1.2/"><channel><title>Harbour</title>
<wp:author><wp:author_login>ada</wp:author_login></wp:author>%s</channel></rss>"""


def write_item(text: str, more: str) -> str:
    """Return an item of WordPress."""
    return (
        f"<item><title>The ferry</title><link>{URL}</link><dc:creator>ada</dc:creator>"
        f"<content:encoded><![CDATA[{text}]]></content:encoded>"
        f"<excerpt:encoded><![CDATA[A ferry.]]></excerpt:encoded>{more}</item>"
    )


def read(data: str | bytes) -> list[ParsedArticle | Rejection]:
    stream = io.BytesIO(data if isinstance(data, bytes) else data.encode())
    return list(read_articles("export", stream, now=NOW))


def test_a_note_of_evernote_keeps_its_boxes_and_names_its_files() -> None:
    (found,) = read(NOTE)
    assert isinstance(found, ParsedArticle)
    assert found.article.title == "A & B"
    assert found.body.text == "One\n\n☑ done\n\n☐ open\n\n(image/png)"
    assert found.article.created == "2023-01-02T03:04:05Z"
    assert found.article.extra == {"evernote": {"source": "web.clip7"}}


@pytest.mark.parametrize(("toread", "read_"), [('toread="yes"', False), ("", True)])
@pytest.mark.parametrize("start", ["", "\ufeff", "<?xml version='1.0'?>\n<!-- of Ann -->"])
def test_posts_of_pinboard(toread: str, read_: bool, start: str) -> None:
    post = f'<post href="{URL}" description="The &lt;b&gt;" extended="x" tag="sea north" {toread}/>'
    (found,) = read(f"{start}<posts user='ann'>{post}</posts>")
    assert isinstance(found, ParsedArticle)
    assert (found.article.url, found.article.title) == (URL, "The <b>")
    assert (found.article.tags, found.body.summary) == (("sea", "north"), "x")
    assert found.reading.read is read_


def test_bookmarks_in_xbel_are_in_their_folders() -> None:
    mark = f'<bookmark href="{URL}/%s"><title>%s</title></bookmark>'
    inner = f"<folder><title>b/c</title>{mark % (2, 'B')}</folder>{mark % (3, 'C')}"
    found = read(f"<xbel>{mark % (1, 'A')}<folder><title>a</title>{inner}</folder></xbel>")
    facts = [each.article for each in found if isinstance(each, ParsedArticle)]
    assert [(each.title, each.category) for each in facts] == [
        ("A", ""),
        ("B", "a/b∕c"),
        ("C", "a"),
    ]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("<?xml version='1.0'?><note/>", "XML, not an article"),
        ("<!DOCTYPE posts [<!ENTITY a 'b'>]><posts/>", "XML, not an article"),
        ("<posts><a>" + "<b>" * 60, "nested too deeply after article 0"),
        ("<posts>", "not XML after article 0: no element found: line 1, column 7"),
        ("<?xml version='1.0' encoding='x-y'?><posts/>", "not XML after article 0: unknown encoding: x-y"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_one_line(data: str, reason: str) -> None:
    assert read(data) == [Rejection("export", reason)]


def test_the_articles_before_a_mistake_are_taken() -> None:
    found = read(f'<posts><post href="{URL}" description="A"/><post href="&"/></posts>')
    assert [type(each) for each in found] == [ParsedArticle, Rejection]


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ("<!-- wp:paragraph --><p>One.</p>\n\n<p>Two.</p><!-- /wp:paragraph -->", "One.\n\nTwo."),
        ("One <b>bold</b>.\r\n\r\nTwo.", "One **bold**.\n\nTwo."),
        (
            '[caption id="a"]<img src="https://e.org/a.jpg" alt="A" /> Cap[/caption]\n\n[embed]https://e.org/v[/embed] [1] x',
            "![A](https://e.org/a.jpg) Cap\n\nhttps://e.org/v [1] x",
        ),
        ("One.\n\n<pre>a\n\nb</pre>\n\nTwo.", "One.\n\n```\na\n\nb\n```\n\nTwo."),
        (
            'See <code>[gallery ids="1"]</code>: [gallery ids="2"][[gallery]]\n\n<pre>[embed]</pre>',
            'See `[gallery ids="1"]`: \\[gallery]\n\n```\n[embed]\n```',
        ),
    ],
)
def test_a_post_of_wordpress(given: str, text: str) -> None:
    terms = '<category domain="post_tag">sea</category><category domain="category">North</category>'
    facts = (
        "<wp:post_type>post</wp:post_type><wp:status>publish</wp:status>"
        "<wp:post_date>2023-01-02 04:04:05</wp:post_date><wp:post_date_gmt>2023-01-02 03:04:05</wp:post_date_gmt>"
    )
    (found,) = read(WORDPRESS % write_item(given, terms + facts))
    assert isinstance(found, ParsedArticle)
    article = found.article
    assert (article.title, article.url, article.category) == ("The ferry", URL, "North")
    assert (article.tags, article.authors, article.extra) == (("sea",), ("ada",), {})
    assert article.date == "2023-01-02T03:04:05Z"
    assert (found.body.text, found.body.summary) == (text, "A ferry.")


@pytest.mark.parametrize(
    ("kind", "status", "extra"),
    [
        ("page", "publish", [{"wordpress": {"type": "page"}}]),
        ("post", "draft", [{"wordpress": {"status": "draft"}}]),
        ("post", "private", [{"wordpress": {"status": "private"}}]),
        ("post", "trash", []),
        ("attachment", "inherit", []),
        ("nav_menu_item", "publish", []),
    ],
)
def test_of_wordpress_articles_alone_are_taken(
    kind: str, status: str, extra: list[dict[str, object]]
) -> None:
    facts = (
        f"<wp:post_type>{kind}</wp:post_type><wp:status>{status}</wp:status>"
        "<wp:post_date_gmt>0000-00-00 00:00:00</wp:post_date_gmt>"
    )
    found = read(WORDPRESS % write_item("Text.", facts))
    assert [each.article.extra for each in found if isinstance(each, ParsedArticle)] == extra
    assert all(isinstance(each, ParsedArticle) and not each.article.date for each in found)
