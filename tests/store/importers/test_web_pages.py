"""Web pages: the main text, taken from the page itself, and what a page states about itself."""

from __future__ import annotations

import io

import pytest

from store.feeds.web_page import extract_article
from store.importers.read_files import read_articles
from store.importers.web_pages import MAX_PAGE_TAGS
from store.model.article import ParsedArticle

NOW = "2026-11-22T12:00:00Z"
URL = "https://a.example/n/ferry"
FIRST = "The ferry came back to the harbour on a Tuesday, two years after it had been laid up. " * 3
LAST = (
    "There will be two crossings a day until the spring, and three when the light allows it. " * 3
)
AROUND = """<nav><a href="/menu">Menu</a> <img src="/logo.png" alt="Logo"></nav>
<div class="teasers"><div><img src="/teaser.jpg" alt="Teaser"></div><p>Ten knots, a story</p></div>"""
BELOW = """<aside><h2>Related</h2><img src="/related.jpg" alt="Other boat"><p>Another story</p></aside>
<footer><img src="/foot.png" alt="Foot">Copyright</footer>"""


def make_page(content: str, head: str = "", body: str = "{}") -> str:
    article = f"<article><h1>The ferry</h1><p>{FIRST}</p>{content}<p>{LAST}</p></article>"
    head = f"<title>The ferry</title><meta charset=utf-8>{head}"
    return f"<!doctype html><html><head>{head}</head><body>{body.format(AROUND + article + BELOW)}</html>"


def import_page(html: str) -> ParsedArticle:
    (found,) = read_articles("a.html", io.BytesIO(html.encode()), now=NOW)
    assert isinstance(found, ParsedArticle)
    return found


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("<ul><li><input type=checkbox checked> Buy a rope</ul>", "- [x] Buy a rope"),
        (
            "<p>There are <span class=katex><span class=katex-mathml><math><semantics><msup><mi>x</mi><mn>2</mn></msup>"
            "<annotation>x^2</annotation></semantics></math></span><span class=katex-html>x2</span></span> gulls.</p>",
            "There are x² gulls.",
        ),
        ("<p>Type <code>make run</code> and wait.</p>", "Type `make run` and wait."),
        ("<pre><code>a = 1\n\n  b = 2</code></pre>", "```\na = 1\n\n  b = 2\n```"),
        ("<ol start=3><li>Cast off</li><li>Sail away</li></ol>", "3. Cast off\n4. Sail away"),
        ("<ol><li value=7>Cast off</li><li>Sail</li></ol>", "7. Cast off\n8. Sail"),
        ("<p>About 10<sup>6</sup> waves hit the <del>quay</del> pier.</p>", "About 10⁶ waves hit"),
        (
            "<table><tr><th>Port</th><th>Boats</th></tr><tr><td>Aa</td><td>12</td></tr></table>",
            "| Port | Boats |\n| --- | --- |\n| Aa | 12 |",
        ),
        (
            "<p>It takes about <math><mi>v</mi></math> hours to cross the bay and reach the other side.</p>"
            "<pre>if x:\n    y</pre>",
            "```\nif x:\n    y\n```",
        ),
        (
            "<p>So <math><msup><mi>x</mi><mn>2</mn></msup></math> is the square.</p>"
            "<div><math display=block><mi>E</mi><mo>=</mo><mi>m</mi></math><span> (1)</span></div>",
            "So x² is the square.\n\nE=m (1)",
        ),
        (
            "<p><time datetime=2024-05-01>1 May</time>: fog over the bay.</p>",
            "1 May: fog over the bay.",
        ),
        ("<p>The <ruby>港<rt>minato</rt></ruby> of Aa.</p>", "The 港(minato) of Aa."),
        ('<p><img src="pier.jpg" alt="Pier"></p>', "![Pier](https://a.example/n/pier.jpg)"),
        (
            '<figure><img src="/q.jpg"><figcaption>The quay, seen at dawn</figcaption></figure>',
            "![The quay, seen at dawn](https://a.example/q.jpg)",
        ),
        (
            '<p>The old harbour <img src="/in.png" alt="Map" width="300"> is on this map.</p>',
            "The old harbour ![Map](https://a.example/in.png) is on this map.",
        ),
        (
            "<table><caption>Ports of the sound</caption><tr><th>Port<th>Boats<tr><td>Aa<td><ul><li>Ann<li>Bo</ul></table>",
            "Ports of the sound\n\n| Port | Boats |\n| --- | --- |\n| Aa | • Ann • Bo |",
        ),
        (
            "<blockquote><p>It is thick.</p><footer>— <cite>Ann Moar</cite></footer></blockquote>",
            "> It is thick.\n\n> — Ann Moar",
        ),
        (
            "<figure><blockquote><p>It is thick.</p></blockquote><figcaption>Ann Moar</figcaption></figure>",
            "> It is thick.\n\nAnn Moar",
        ),
        (
            "<figure><pre>x = 1\ny = 2</pre><figcaption>Listing 1</figcaption></figure>",
            "```\nx = 1\ny = 2\n```\n\nListing 1",
        ),
        (
            "<figure><table><tr><th>Port<th>Boats<tr><td>Aa<td>3</table><figcaption>All of them</figcaption></figure>",
            "| Port | Boats |\n| --- | --- |\n| Aa | 3 |\n\nAll of them",
        ),
        (
            "<picture><source data-srcset='/s.jpg 90w, /b.jpg 900w'><img src='data:image/gif;base64,R0' alt=Pier></picture>",
            "![Pier](https://a.example/b.jpg)",
        ),
        (
            '<div><iframe src="https://tube.example/embed/1"></iframe></div>',
            "[Embedded: tube.example](https://tube.example/embed/1)",
        ),
    ],
)
@pytest.mark.parametrize(
    "body", ["{}", "<form id=f method=post>{}</form>", "<div><div>{}</div></div>"]
)
def test_the_article_is_taken_from_the_page(content: str, text: str, body: str) -> None:
    html = make_page(content, f'<link rel="canonical" href="{URL}">', body)
    found = import_page(html)
    assert found.body.text == extract_article(html, URL, NOW).body.text
    start, end = FIRST.strip(), LAST.strip()
    assert found.body.text.startswith(start)
    assert found.body.text.endswith(end)
    assert text in found.body.text.removeprefix(start).removesuffix(end).strip()
    for noise in ("Menu", "logo", "teaser", "related", "foot", "Another", "Copyright"):
        assert noise not in found.body.text


def test_a_picture_above_the_text_is_kept() -> None:
    picture = '<img src="/lead.jpg" alt="Lead">'
    html = make_page("").replace("</h1>", f"</h1><div>{picture}</div>")
    text = extract_article(html, URL, NOW).body.text
    assert text.startswith("![Lead](https://a.example/lead.jpg)\n\nThe ferry came back")


@pytest.mark.parametrize(
    ("head", "url", "link"),
    [
        ('<base href="https://a.example/x/">', "", "https://a.example/x/t"),
        ('<base href="https://a.example/x/1">', "https://a.example/x/1", "https://a.example/x/t"),
        ('<link rel="canonical" href="https://a.example/n/1">', "https://a.example/n/1", None),
        ('<meta property="og:url" content="https://a.example/n/2">', "https://a.example/n/2", None),
        ("<!-- saved from url=(0023)https://a.example/n/3 -->", "https://a.example/n/3", None),
        (
            "<!--\n Page saved with SingleFile \n url: https://a.example/n/4 \n saved date: x -->",
            "https://a.example/n/4",
            None,
        ),
        ("", "", ""),
    ],
)
def test_a_saved_page_keeps_what_it_states(head: str, url: str, link: str | None) -> None:
    head += (
        '<meta name="author" content="Ida Holm"><meta property="og:site_name" content="Pier News">'
        '<meta property="article:published_time" content="2026-01-02T03:04:05Z">'
    )
    found = import_page(make_page('<p>See <a href="t">this story</a> of the island.</p>', head))
    facts = found.article
    assert facts.url == url
    assert facts.authors == ("Ida Holm",)
    assert (facts.date or "").startswith("2026-01-02")
    assert facts.extra["site"] == "Pier News"
    link = "https://a.example/n/t" if link is None else link
    assert (f"See [this story]({link}) of" if link else "See this story of") in found.body.text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<html><body><p>Two words</p></body></html>", "Two words"),
        ("<html><body>" + "<i></i>word " * (MAX_PAGE_TAGS // 2 + 1), "word word"),
        ("<html><body>" + "<div>" * 300 + FIRST, "The ferry came back"),
        ("<html><body>" + "<div>" * 6_000 + "<p>Deep", "Deep"),
    ],
    ids=["short", "large", "nested", "too deep"],
)
def test_pages_without_a_main_text_are_read_as_they_are(html: str, text: str) -> None:
    assert text in import_page(html).body.text


@pytest.mark.parametrize(
    ("before", "after", "date"),
    [
        ("", "<footer>Copyright 2024 Harbour</footer>", None),
        ("<aside>Fair on 12 June 2021</aside>", "", None),
        ("", "<p>The boat was built on 3 May 2019 in the yard of the town.</p>", None),
        ('<img src="/uploads/2018/05/pic.jpg">', "", None),
        ("<p>3 March 2024</p>", "", "2024-03-03"),
        ("<p>Published: 3 March 2024</p>", "", "2024-03-03"),
        ("<p>Stand: 3. März 2024</p>", "", "2024-03-03"),
        ('<span class="date">March 3, 2024</span>', "", "2024-03-03"),
        ("<time>3 March 2024</time>", "", "2024-03-03"),
    ],
)
def test_only_a_date_of_the_article_is_its_date(before: str, after: str, date: str | None) -> None:
    html = f"<html><body><article><h1>T</h1>{before}{FIRST}{LAST}</article>{after}</body></html>"
    assert import_page(html).article.date == date


LD = '<script type="application/ld+json">{"@context":"https://schema.org","@type":"Article","author":%s}</script>'
AUTHOR = '<meta name="%s" content="%s">'


@pytest.mark.parametrize(
    ("head", "authors"),
    [
        (LD % '[{"name":"Ann Moar"},{"name":"Bo Fry"}]', ("Ann Moar", "Bo Fry")),
        (LD % '"Ann Moar and Bo Fry"', ("Ann Moar", "Bo Fry")),
        (LD % '["Ann Moar","Bo Fry"]', ("Ann Moar", "Bo Fry")),
        (AUTHOR % ("author", "Ann Moar, PhD"), ("Ann Moar, PhD",)),
        (AUTHOR % ("author", "Ann Moar, Bo Fry"), ("Ann Moar", "Bo Fry")),
        (AUTHOR % ("author", "By Ann Moar"), ("Ann Moar",)),
        (AUTHOR % ("author", "Moar, Ann"), ("Moar, Ann",)),
        (AUTHOR % ("DC.creator", "Moar, Ann"), ("Moar, Ann",)),
        (
            AUTHOR % ("citation_author", "Moar, Ann") + AUTHOR % ("citation_author", "Fry, Bo"),
            ("Moar, Ann", "Fry, Bo"),
        ),
    ],
)
def test_the_authors_of_a_page(head: str, authors: tuple[str, ...]) -> None:
    assert import_page(make_page("", head)).article.authors == authors


@pytest.mark.parametrize(
    ("attributes", "date"),
    [
        ('name="date" content="5 stycznia 2024"', "2024-01-05"),
        ('name="DC.date" content="2024年1月5日"', "2024-01-05"),
        ('property="article:published_time" content="5. Jänner 2024"', "2024-01-05"),
        ('name="date" content="soon"', None),
        (
            'property="article:published_time" content="2024-01-05T14:30:00+01:00"',
            "2024-01-05T13:30:00Z",
        ),
    ],
)
def test_a_date_of_the_metadata_in_any_language(attributes: str, date: str | None) -> None:
    assert import_page(make_page("", f"<meta {attributes}>")).article.date == date


def test_the_time_of_the_metadata_in_json() -> None:
    data = '{"@type": "NewsArticle", "datePublished": "2024-01-05T14:30:00+01:00"}'
    page = make_page("", f'<script type="application/ld+json">{data}</script>')
    assert import_page(page).article.date == "2024-01-05T13:30:00Z"


def test_the_tags_of_a_page() -> None:
    tags = "".join(f'<meta property="article:tag" content="{each}">' for each in ("sea", "fog"))
    assert import_page(make_page("", tags)).article.tags == ("sea", "fog")


@pytest.mark.parametrize(
    ("table", "has_tables"),
    [
        ("<tr><td>Port<td>Boats" * 99, True),
        ("<tr><td colspan=999>Port" * 99, True),
        ("<tr>" + "<td>Port" * 50 + "<tr><td>x" * 50, False),
    ],
)
def test_the_extractor_makes_a_limited_number_of_cells(
    table: str, *, has_tables: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Case 104: it fills every row up to the longest, and makes a cell for each column of one."""
    given = []

    def extract(html: str, **options: object) -> None:
        given.append((html.count(" colspan="), options["include_tables"]))

    monkeypatch.setattr("trafilatura.extract_with_metadata", extract)
    monkeypatch.setattr("store.importers.web_pages.MAX_TABLE_CELLS", 2000)
    import_page(f"<html><body><table>{table}</table></html>")
    assert given == [(0, has_tables)]


def test_a_page_that_is_nested_too_deeply_is_never_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Case 104: the time that takes grows with the square of the depth."""
    monkeypatch.delattr("store.importers.web_pages.LexborHTMLParser")
    assert import_page("<html><body>" + "<div>" * 6_000 + "<p>Deep").body.text == "Deep"


@pytest.mark.parametrize("sign", ["¶", " ¶", "§", "🔗"])
def test_a_link_to_the_heading_is_no_part_of_the_title(sign: str) -> None:
    heading = f'<h1>The ferry<a class="headerlink" href="#ferry">{sign}</a></h1>'
    found = import_page(f"<html><body><main>{heading}<p>{FIRST}</p></main></body></html>")
    assert (found.article.title, found.body.text) == ("The ferry", FIRST.strip())
