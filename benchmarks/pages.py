"""How well the text of a page is found: `python -m benchmarks.pages`.

The sample articles are set into pages of different making, with what stands around articles: menus,
teasers, comments, notices. What comes out is compared with what went in, word by word: precision is
how much of what came out belongs to the article, recall how much of the article came out.
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
    """No more than headings and paragraphs."""
    return f"<h1>{title}</h1>{body}"


def marked(title: str, body: str) -> str:
    """As good blogs are made."""
    return (
        f"<header><nav><ul>{MENU}</ul></nav></header><main><article><h1>{title}</h1>{body}</article>"
        f"</main><aside>{TEASERS}</aside>{FOOTER}"
    )


def soup(title: str, body: str) -> str:
    """Divisions with names that mean nothing."""
    return (
        f'<div class="x1"><ul>{MENU}</ul></div><div class="x2"><div class="x3"><h2>{title}</h2>'
        f'<div class="x4">{body}</div></div><div class="x5">{TEASERS}</div></div>{COOKIES}'
    )


def old(title: str, body: str) -> str:
    """A page laid out with tables, its paragraphs without ends."""
    loose = body.replace("</p>", "")
    return (
        f"<table><tr><td width=150><font size=1>{MENU}</font></td><td><h3>{title}</h3>{loose}</td>"
        f"<td>{TEASERS}</td></tr></table>"
    )


def discussed(title: str, body: str) -> str:
    """With more said below than above."""
    return (
        f'<div id="content" class="post"><h1>{title}</h1><div class="entry-content">{body}</div>'
        f'<section id="comments"><h2>Comments</h2><ol>{COMMENTS}</ol></section></div>{FOOTER}'
    )


def interrupted(title: str, body: str) -> str:
    """With teasers and a form between the paragraphs."""
    first, _, rest = body.partition("</p>")
    form = '<div class="newsletter"><form>Sign up for our letter <input><button>Go</button></form></div>'
    return (
        f'{COOKIES}<article class="story"><h1>{title}</h1><div class="story-body">{first}</p>{form}'
        f'<div class="related">{TEASERS}</div>{rest}</div></article>{FOOTER}'
    )


PAGES: tuple[Callable[[str, str], str], ...] = (bare, marked, soup, old, discussed, interrupted)


def words(text: str) -> Counter[str]:
    """The words of a text; of Japanese and Chinese the characters."""
    plain = "".join(char if char.isalnum() else " " for char in text.casefold())
    if any("\u3040" <= char <= "\u9fff" for char in plain):
        return Counter(plain.replace(" ", ""))
    return Counter(plain.split())


def scores(found: str, wanted: str) -> tuple[float, float]:
    """Precision and recall."""
    came, asked = words(found), words(wanted)
    both = (came & asked).total()
    return both / max(1, came.total()), both / max(1, asked.total())


def simple(html: str) -> str:
    """What `newstui import` makes of a page: its one article, or all of it."""
    return str(parse_html_page(html)["text"])


def extracted(html: str) -> str:
    """What `newstui add` makes of it."""
    return extract_article(html, URL, "2026-11-22T12:00:00Z").body.text


def main() -> None:
    """Print a line for each way of making pages, and one for all."""
    print(f"{'page':12} {'whole page':>20} {'newstui add':>20}   ms a page")
    for make in PAGES:
        rows: dict[str, list[tuple[float, float]]] = {"simple": [], "extracted": []}
        took = 0.0
        for sample in SAMPLES:
            post = frontmatter.loads(sample.read_text(encoding="utf-8"))
            paragraphs = [each for each in post.content.split("\n\n") if each[:1].isalnum()]
            body = "".join(f"<p>{escape(each)}</p>\n" for each in paragraphs)
            title = escape(str(post.get("title")))
            inside = make(title, body)
            html = f"<!doctype html><html><head><title>{title}</title></head><body>{inside}</body></html>"
            wanted = "\n\n".join(paragraphs)
            rows["simple"].append(scores(simple(html), wanted))
            began = time.perf_counter()
            rows["extracted"].append(scores(extracted(html), wanted))
            took += time.perf_counter() - began
        print(f"{make.__name__:12} {_mean(rows['simple'])} {_mean(rows['extracted'])}", end="")
        print(f"   {1000 * took / len(SAMPLES):.0f}")


def _mean(rows: list[tuple[float, float]]) -> str:
    precision, recall = (sum(each) / len(rows) for each in zip(*rows, strict=True))
    f1 = 2 * precision * recall / max(1e-9, precision + recall)
    return f"P {precision:.2f} R {recall:.2f} F {f1:.2f}".rjust(20)


if __name__ == "__main__":
    main()
