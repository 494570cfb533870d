"""An article as HTML that shows no more than the article: no script, no picture, nothing loaded."""

from __future__ import annotations

import re
from functools import cache
from html import escape

from markdown_it import MarkdownIt

from store.model.article import Article, FullArticle

HTTP_URL = re.compile(r"https?://", re.IGNORECASE)


def article_to_html(entry: FullArticle, anchor: str) -> str:
    """An `<article>` element, valid in HTML and in XHTML.

    Args:
        entry: The article.
        anchor: Its name in the document.
    """
    article, body = entry.article, entry.body
    parts = [
        f'<article id="{anchor}">',
        f"<h1>{escape(article.title)}</h1>",
        _render_metadata(article),
    ]
    if body.summary:
        parts.append(f'<div class="summary">{markdown_to_html(body.summary)}</div>')
    return "\n".join([*parts, markdown_to_html(body.text), "</article>"])


def markdown_to_html(markdown: str) -> str:
    """A text of the library as HTML; markup inside it is text."""
    return str(_markdown_renderer().render(markdown)).strip()


def _render_metadata(article: Article) -> str:
    facts = [
        escape(each) for each in (*article.authors, article.category, article.date or "") if each
    ]
    if HTTP_URL.match(article.url):
        facts.append(f'<a href="{escape(article.url)}">{escape(article.url)}</a>')
    return f'<p class="facts">{" · ".join(facts)}</p>' if facts else ""


@cache
def _markdown_renderer() -> MarkdownIt:
    """Lines stay as they are; HTML is shown and not obeyed, pictures are their links."""
    options = {"html": False, "xhtmlOut": True, "breaks": True}
    parser = MarkdownIt("commonmark", options).enable("table").disable("image")
    parser.validateLink = lambda url: HTTP_URL.match(url) is not None  # type: ignore[method-assign]
    return parser
