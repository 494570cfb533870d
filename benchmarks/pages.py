"""Measure the extraction of text from web pages: `python -m benchmarks.pages`.

The sample articles are put into pages of different layouts, with menus, teasers, comments and notices
around them. The extracted text is compared with the article word by word: precision is the share of
the extracted words that belong to the article, recall the share of the article that was extracted.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from html import escape
from pathlib import Path

import frontmatter

from store.feeds.web_page import extract_article
from store.text.html_to_text import parse_html_page

URL = "https://news.example/2026/11/story.html"
SAMPLES = sorted((Path(__file__).resolve().parents[1] / "sample_articles").glob("*.md"))
MENU = "".join(f'<li><a href="/{n}">Section {n}</a></li>' for n in range(12))
TEASERS = "".join(
    f'<div class="card"><h3><a href="/t{n}">Another story, number {n}</a></h3>'
    f"<p>What happened in the other story {n}, told in one sentence that is not part of this.</p></div>"
    for n in range(6)
)
COMMENTS = "".join(
    f'<li class="comment"><b>reader{n}</b><p>I do not agree with a word of this, and I have said so'
    f" before, at length, in comment {n} of last week.</p></li>"
    for n in range(5)
)
COOKIES = (
    '<div id="cookie-notice">We and our 214 partners use cookies. <button>Accept</button></div>'
)
FOOTER = "<footer>Copyright News Example. Terms. Privacy. Contact us.</footer>"


def bare(title: str, body: str) -> str:
    """Return a page of headings and paragraphs only."""
    return f"<h1>{title}</h1>{body}"


def semantic(title: str, body: str) -> str:
    """Return a page with semantic markup, as in good blogs."""
    return (
        f"<header><nav><ul>{MENU}</ul></nav></header><main><article><h1>{title}</h1>{body}</article>"
        f"</main><aside>{TEASERS}</aside>{FOOTER}"
    )


def div_soup(title: str, body: str) -> str:
    """Return a page of `div` elements with meaningless names."""
    return (
        f'<div class="x1"><ul>{MENU}</ul></div><div class="x2"><div class="x3"><h2>{title}</h2>'
        f'<div class="x4">{body}</div></div><div class="x5">{TEASERS}</div></div>{COOKIES}'
    )


def table_layout(title: str, body: str) -> str:
    """Return a page with a table layout and unclosed paragraphs."""
    loose = body.replace("</p>", "")
    return (
        f"<table><tr><td width=150><font size=1>{MENU}</font></td><td><h3>{title}</h3>{loose}</td>"
        f"<td>{TEASERS}</td></tr></table>"
    )


def discussion(title: str, body: str) -> str:
    """Return a page with comments longer than the article."""
    return (
        f'<div id="content" class="post"><h1>{title}</h1><div class="entry-content">{body}</div>'
        f'<section id="comments"><h2>Comments</h2><ol>{COMMENTS}</ol></section></div>{FOOTER}'
    )


def teasers(title: str, body: str) -> str:
    """Return a page with teasers and a form between the paragraphs."""
    first, _, rest = body.partition("</p>")
    form = '<div class="newsletter"><form>Sign up for our letter <input><button>Go</button></form></div>'
    return (
        f'{COOKIES}<article class="story"><h1>{title}</h1><div class="story-body">{first}</p>{form}'
        f'<div class="related">{TEASERS}</div>{rest}</div></article>{FOOTER}'
    )


PAGES: tuple[Callable[[str, str], str], ...] = (
    bare,
    semantic,
    div_soup,
    table_layout,
    discussion,
    teasers,
)


def count_words(text: str) -> Counter[str]:
    """Return the words of a text, or the characters in Japanese and Chinese."""
    plain = "".join(char if char.isalnum() else " " for char in text.casefold())
    if any("\u3040" <= char <= "\u9fff" for char in plain):
        return Counter(plain.replace(" ", ""))
    return Counter(plain.split())


def score(text: str, expected: str) -> tuple[float, float]:
    """Return precision and recall."""
    words, expected_words = count_words(text), count_words(expected)
    shared = (words & expected_words).total()
    return shared / max(1, words.total()), shared / max(1, expected_words.total())


def extract_whole_page(html: str) -> str:
    """Return the text `newstui import` takes: the page's only `article` element, or all of it."""
    return str(parse_html_page(html)["text"])


def extract(html: str) -> str:
    """Return the text `newstui add` takes."""
    return extract_article(html, URL, "2026-11-22T12:00:00Z").body.text


def main() -> None:
    """Print a line for each page layout."""
    print(f"{'page':12} {'whole page':>20} {'newstui add':>20}   ms a page")
    for make in PAGES:
        scores: dict[str, list[tuple[float, float]]] = {"whole": [], "extracted": []}
        took = 0.0
        for sample in SAMPLES:
            post = frontmatter.loads(sample.read_text(encoding="utf-8"))
            paragraphs = [each for each in post.content.split("\n\n") if each[:1].isalnum()]
            body = "".join(f"<p>{escape(each)}</p>\n" for each in paragraphs)
            title = escape(str(post.get("title")))
            inside = make(title, body)
            html = f"<!doctype html><html><head><title>{title}</title></head><body>{inside}</body></html>"
            expected = "\n\n".join(paragraphs)
            scores["whole"].append(score(extract_whole_page(html), expected))
            began = time.perf_counter()
            scores["extracted"].append(score(extract(html), expected))
            took += time.perf_counter() - began
        print(f"{make.__name__:12} {_mean(scores['whole'])} {_mean(scores['extracted'])}", end="")
        print(f"   {1000 * took / len(SAMPLES):.0f}")


def _mean(rows: list[tuple[float, float]]) -> str:
    precision, recall = (sum(each) / len(rows) for each in zip(*rows, strict=True))
    f1 = 2 * precision * recall / max(1e-9, precision + recall)
    return f"P {precision:.2f} R {recall:.2f} F {f1:.2f}".rjust(20)


if __name__ == "__main__":
    main()
