"""Conversion of HTML to the plain, Markdown-like text of an article.

Nothing is fetched or run: scripts, styles and what forms ask for are dropped; links, pictures, frames and recordings keep
a text and their http address. What is text is escaped, so that it is never drawn as markup.
"""

from __future__ import annotations

import re
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from store.text.html_media import (
    effective_tag,
    find_stated_formula,
    is_hidden,
    is_line_number,
    is_page_control,
    starts_line,
)
from store.text.html_parsing import parse_html
from store.text.html_tags import BLOCK_TAGS, CELL_TAGS, LEAF_TAGS, SKIPPED_TAGS
from store.text.markdown import escape_markdown, strip_inline_markdown
from store.text.markdown_writer import CONTROLS, MarkdownWriter, join_cjk_lines

PARAGRAPH_BREAK = re.compile(r"\r?\n(?:[ \t]*\r?\n)+")
"""An empty line, which is one between paragraphs where there are no tags."""
KEPT_LINES = '[style*="white-space"]'
"""Elements that may state whether the line breaks of their texts are shown."""
WHITE_SPACE = re.compile(r"(?<![\w-])white-space\s{0,9}:\s{0,9}([a-z-]{1,20})", re.IGNORECASE)
SHOWN_LINES = frozenset({"break-spaces", "pre", "pre-line", "pre-wrap"})
ANY_HTML_TAG = re.compile(r"<[^<>]*>")


def html_to_text(html: str, base: str = "") -> str:
    """Return the text of an HTML page or fragment, with an empty line between paragraphs.

    Headings, lists, quotes, code and http links are written as Markdown; without a base URL, relative links
    lose their address. The text must still be sanitized: an entity may stand for a control character.
    """
    if "<" not in html and PARAGRAPH_BREAK.search(html):
        return "\n\n".join(filter(None, map(html_to_text, PARAGRAPH_BREAK.split(html))))
    if "<" not in html and "&" not in html:
        lines = join_cjk_lines(CONTROLS.sub("", html))
        return escape_markdown(" ".join(lines.split()))
    page = parse_html(html)
    if page is None:
        return escape_markdown(" ".join(CONTROLS.sub("", ANY_HTML_TAG.sub(" ", html)).split()))
    return node_to_text(page.body, base)


def html_to_line(html: str) -> str:
    """Return the text of a little HTML in one line, for a title or a name."""
    if "<" not in html and "&" not in html:  # mostly, and much faster than parsing
        return " ".join(html.split())
    text = " ".join(html_to_text(html).split()).removeprefix("## ")
    return strip_inline_markdown(text)


def parse_html_page(html: str, base: str = "") -> dict[str, Any]:
    """Return title, URL, language and text of a page, or of its only `<article>`."""
    page = parse_html(html)
    if page is None:
        return {"text": html_to_text(html, base)}
    title = _find_title(page)
    articles = page.css("article")
    main = articles[0] if len(articles) == 1 else page.css_first("main")
    text = node_to_text(main or page.body, base)
    canonical = page.css_first('link[rel="canonical"]')
    root = page.css_first("html")
    return {
        "title": title,
        "url": canonical.attributes.get("href") if canonical else None,
        "language": root.attributes.get("lang") if root else None,
        "text": remove_title_heading(text, title),
    }


def remove_title_heading(text: str, title: str) -> str:
    """Return a text without the heading at its start that repeats the title."""
    first, _, rest = text.partition("\n\n")
    is_title = first.startswith("## ") and strip_inline_markdown(first[3:]) == title
    return rest if is_title else text


def _find_title(page: LexborHTMLParser) -> str:
    """Return the title of a page, or its heading if the title only adds the name of the site."""
    nodes = (page.css_first("head > title"), page.css_first("h1"))
    title, heading = (" ".join(node.text().split()) if node else "" for node in nodes)
    return heading if heading and (heading in title or not title) else title


def node_to_text(root: LexborNode | None, base: str = "") -> str:
    """Return the text of one element."""
    if root is None:
        return ""
    writer = MarkdownWriter(base)
    _write_inside(root, writer)
    return writer.finish()


def _write_inside(root: LexborNode, writer: MarkdownWriter, *, is_in_frame: bool = False) -> None:
    """Write what is inside of an element; walks the tree without recursion, but into a page of a frame."""
    is_root_kept = _keeps_lines(root, False)
    has_styles = is_root_kept or root.css_first(KEPT_LINES) is not None
    open_nodes: list[tuple[LexborNode, str, bool]] = []
    """With their tags, and whether line breaks in their texts are shown."""
    node: LexborNode | None = root.first_child
    while node is not None or open_nodes:
        if node is None:
            done, tag, _ = open_nodes.pop()
            writer.leave(tag)
            node = done.next
            continue
        tag = effective_tag(node)
        is_kept = open_nodes[-1][2] if open_nodes else is_root_kept
        if writer.is_in_listing and starts_line(node, BLOCK_TAGS):
            writer.write("\n")
        if tag == "-text":
            text = node.text_content or ""
            if is_kept and "\n" in text and not _is_indentation(text, node):
                writer.write_lines(text)
            else:
                writer.write(text)
            node = node.next
        elif node.first_child is None and (formula := find_stated_formula(node)):
            writer.write(formula)
            node = node.next
        elif tag in LEAF_TAGS and not is_hidden(node):
            page = None if is_in_frame else _find_frame_page(tag, node)
            if page is not None and page.body is not None:
                writer.enter("div", node)
                _write_inside(page.body, writer, is_in_frame=True)
                writer.leave("div")
            else:
                writer.write_leaf(tag, node)
            node = node.next
        elif _is_skipped(tag, node) or (writer.is_in_listing and is_line_number(node)):
            node = node.next
        else:
            writer.enter(tag, node)
            open_nodes.append((node, tag, has_styles and _keeps_lines(node, is_kept)))
            node = node.first_child


def _keeps_lines(node: LexborNode, is_parent_kept: bool) -> bool:
    """Return True for an element whose line breaks are shown, as its style or else its parent's states."""
    stated = WHITE_SPACE.search(node.attributes.get("style") or "")
    return is_parent_kept if stated is None else stated[1].lower() in SHOWN_LINES


def _is_indentation(text: str, node: LexborNode) -> bool:
    """Return True for blanks beside a block, which only indent the source."""
    return text.isspace() and any(
        beside is not None and beside.tag in BLOCK_TAGS for beside in (node.prev, node.next)
    )


def _find_frame_page(tag: str, node: LexborNode) -> LexborHTMLParser | None:
    """Return the page that a frame has in itself; None if it has none, or an address as well."""
    given = node.attributes if tag == "iframe" else {}
    written = given.get("srcdoc")
    return parse_html(written) if written and not given.get("src") else None


def _is_skipped(tag: str, node: LexborNode) -> bool:
    if tag in SKIPPED_TAGS or tag.startswith("-") or is_hidden(node) or is_page_control(node):
        return True
    return tag in CELL_TAGS and is_line_number(node)
