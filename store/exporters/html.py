"""One HTML page of many articles, which reads well in a browser and prints well."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import BinaryIO

from store.exporters.article_html import article_to_html
from store.exporters.collection import ArticleCollection

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


def write_html(book: ArticleCollection, out: BinaryIO) -> Iterator[int]:
    """Write the page: a table of contents, then every article."""
    title = escape(book.title)
    contents = "".join(
        f'<li><a href="#a{number}">{escape(each)}</a></li>\n'
        for number, each in enumerate(book.titles, start=1)
    )
    out.write(
        '<!doctype html>\n<html>\n<head>\n<meta charset="utf-8" />\n'
        '<meta name="viewport" content="width=device-width" />\n'
        f"<title>{title}</title>\n<style>\n{HTML_STYLESHEET}</style>\n</head>\n<body>\n"
        f"<h1>{title}</h1>\n<nav><ol>\n{contents}</ol></nav>\n".encode()
    )
    for number, entry in enumerate(book.entries, start=1):
        out.write(article_to_html(entry, f"a{number}").encode() + b"\n")
        yield number
    out.write(b"</body>\n</html>\n")
