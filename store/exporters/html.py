"""HTML: one page of many articles, and the article elements that EPUB has too.

A page shows what the articles say and no more: no script, no picture, nothing is loaded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from html import escape
from typing import BinaryIO

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block.table import escapedSplit
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from store.exporters.formats import ArticleCollection
from store.model.article import Article, FullArticle
from store.text.markdown import escape_markdown

HTTP_URL = re.compile(r"https?://", re.IGNORECASE)
TABLE_ROW = re.compile(r"\| .* \|")
HTML_STYLESHEET = """\
body { max-width: 38em; margin: 2em auto; padding: 0 1em; font: 1.05em/1.5 Georgia, serif; }
h1 { line-height: 1.2; } nav li { margin: .2em 0; }
article { margin-top: 4em; } .facts { color: #555; font-size: .85em; overflow-wrap: anywhere; }
.summary { border-left: .25em solid #aaa; padding-left: 1em; font-style: italic; }
pre { overflow-x: auto; } table { border-collapse: collapse; } td, th { padding: .2em .6em; }
@media print {
  body { max-width: none; margin: 0; } article { break-before: page; margin: 0; }
  h1, h2, h3 { break-after: avoid; } a { color: inherit; text-decoration: none; }
}
@media (prefers-color-scheme: dark) { body { background: #111; color: #ddd; } .facts { color: #aaa; } }
"""


def write_html(collection: ArticleCollection, out: BinaryIO) -> Iterator[int]:
    """Write a page with a table of contents; yield the number of articles written so far."""
    title = escape(collection.title)
    contents = "".join(
        f'<li><a href="#a{number}">{escape(each)}</a></li>\n'
        for number, each in enumerate(collection.titles, start=1)
    )
    out.write(
        '<!doctype html>\n<html>\n<head>\n<meta charset="utf-8" />\n'
        '<meta name="viewport" content="width=device-width" />\n'
        f"<title>{title}</title>\n<style>\n{HTML_STYLESHEET}</style>\n</head>\n<body>\n"
        f"<h1>{title}</h1>\n<nav><ol>\n{contents}</ol></nav>\n".encode()
    )
    for number, entry in enumerate(collection.entries, start=1):
        out.write(article_to_html(entry, f"a{number}").encode() + b"\n")
        yield number
    out.write(b"</body>\n</html>\n")


def article_to_html(entry: FullArticle, element_id: str) -> str:
    """Return an article as an `<article>` element that is valid in HTML and in XHTML."""
    article, body = entry.article, entry.body
    parts = [
        f'<article id="{element_id}">',
        f"<h1>{escape(article.title)}</h1>",
        _render_metadata(article),
    ]
    if body.summary:
        parts.append(
            f'<div class="summary">{markdown_to_html(escape_markdown(body.summary))}</div>'
        )
    return "\n".join([*parts, markdown_to_html(body.text), "</article>"])


def markdown_to_html(markdown: str) -> str:
    """Return a Markdown text as HTML; HTML inside it is shown as text."""
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
    """Return a renderer that keeps line breaks, escapes HTML and leaves pictures as links."""
    options = {"html": False, "xhtmlOut": True, "breaks": True}
    parser = MarkdownIt("commonmark", options).enable(["table", "strikethrough"])
    parser.validateLink = lambda url: HTTP_URL.match(url) is not None  # type: ignore[method-assign]
    parser.block.ruler.after("table", "headless_table", _parse_headless_table)
    parser.add_render_rule("image", _render_picture)
    parser.add_render_rule("list_item_open", _render_list_item)
    return parser


def _parse_headless_table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Take rows that no delimiter row follows for a table without heads, as texts of pages have them."""
    line = start
    rows: list[list[str]] = []
    while line < end and state.sCount[line] >= state.blkIndent:
        text = state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]].rstrip()
        if not TABLE_ROW.fullmatch(text):
            break
        rows.append([cell.strip() for cell in escapedSplit(text)[1:-1]])
        line += 1
    if not rows or silent:
        return bool(rows)
    state.push("table_open", "table", 1)
    state.push("tbody_open", "tbody", 1)
    for row in rows:
        state.push("tr_open", "tr", 1)
        for cell in row:
            state.push("td_open", "td", 1)
            inline = state.push("inline", "", 0)
            inline.content, inline.children = cell, []
            state.push("td_close", "td", -1)
        state.push("tr_close", "tr", -1)
    state.push("tbody_close", "tbody", -1)
    state.push("table_close", "table", -1)
    state.line = line
    return True


def _render_picture(
    renderer: RendererHTML, tokens: Sequence[Token], at: int, options: OptionsDict, env: EnvType
) -> str:
    """Return a picture as a link; inside another link, which may hold none, as its text."""
    address = escape(str(tokens[at].attrs.get("src", "")))
    label = escape(f"▣ {renderer.renderInlineAsText(tokens[at].children, options, env)}".strip())
    depth = sum(each.nesting for each in tokens[:at] if each.type.startswith("link_"))
    if not depth:
        return f'<a href="{address}">{label}</a>'
    outer = [each for each in tokens[:at] if each.type == "link_open"][-1].attrs.get("href", "")
    return f'</a><a href="{address}">{label}</a> <a href="{escape(str(outer))}">↗'


def _render_list_item(
    _: RendererHTML, tokens: Sequence[Token], at: int, *__: OptionsDict | EnvType
) -> str:
    """Return the start of a list item with the number that it has in the text."""
    return f'<li value="{tokens[at].info}">' if tokens[at].info else "<li>"
