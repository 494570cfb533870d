"""Conversion of HTML to the plain, Markdown-like text of an article.

Nothing is fetched or run: scripts, styles, frames and forms are dropped; links keep their text and http
address, images their alternative text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser, LexborNode

from store.text.prose import MARKDOWN_LINK

SKIPPED_TAGS = frozenset(
    str.split(
        "script style iframe frame frameset noscript noframes template svg math object embed applet"
        " canvas audio video map head title link meta base form button input select textarea"
        " datalist dialog nav"
    )
)
HEADING_TAGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
BLOCK_TAGS = HEADING_TAGS | frozenset(
    str.split(
        "p div section article main header footer aside address figure figcaption hgroup hr center"
        " ul ol menu dl dt dd li blockquote pre table caption tr details summary fieldset"
        " legend"
    )
)
LIST_TAGS = frozenset({"ul", "ol", "menu"})
CELL_TAGS = frozenset({"td", "th"})

MAX_NESTING_SHOWN = 8
"""Levels of lists and quotes that are indented; deeper ones stay at the last level."""

MAX_TAG_DEPTH = 5_000
"""Depth of nested tags; the parser's time grows with its square."""

BR_PLACEHOLDER = "\0"
"""Marks a `<br>` until its block is written; the parser never returns this character."""

LONE_SURROGATE = re.compile("[\ud800-\udfff]")
ANY_HTML_TAG = re.compile(r"<[^<>]*>")
TAG_NAME = re.compile(r"<(/?)([a-z][a-z0-9:-]*)", re.IGNORECASE)
UNNESTED_TAGS = frozenset(
    str.split(
        "p li br img hr input meta link tr td th dt dd option wbr source col area track embed"
    )
)


def html_to_text(html: str, base: str = "") -> str:
    """Return the text of an HTML page or fragment, with an empty line between paragraphs.

    Headings, lists, quotes, code and http links are written as Markdown; without a base URL, relative links
    lose their address. The text must still be sanitized: an entity may stand for a control character.
    """
    if "<" not in html and "&" not in html:
        return " ".join(html.replace(BR_PLACEHOLDER, "").split())
    page = _parse_html(html)
    if page is None:
        return " ".join(ANY_HTML_TAG.sub(" ", html).split())
    return node_to_text(page.body, base)


def parse_html_page(html: str) -> dict[str, Any]:
    """Return title, URL, language and text of a page, or of its only `<article>`."""
    page = _parse_html(html)
    if page is None:
        return {"text": html_to_text(html)}
    title = _find_title(page)
    articles = page.css("article")
    text = node_to_text(articles[0] if len(articles) == 1 else page.css_first("main") or page.body)
    canonical = page.css_first('link[rel="canonical"]')
    root = page.css_first("html")
    return {
        "title": title,
        "url": canonical.attributes.get("href") if canonical else None,
        "language": root.attributes.get("lang") if root else None,
        "text": text.removeprefix(f"## {title}\n\n"),
    }


def _find_title(page: LexborHTMLParser) -> str:
    """Return the title of a page, or its heading if the title only adds the name of the site."""
    nodes = (page.css_first("head > title"), page.css_first("h1"))
    title, heading = (" ".join(node.text().split()) if node else "" for node in nodes)
    return heading if heading and (heading in title or not title) else title


def _parse_html(html: str) -> LexborHTMLParser | None:
    """Parse a page; None if its tags are nested so deeply that it would take minutes."""
    if html.count("<") > MAX_TAG_DEPTH and _max_depth(html) > MAX_TAG_DEPTH:
        return None
    try:
        html.encode()
    except UnicodeEncodeError:
        html = LONE_SURROGATE.sub("\ufffd", html)  # the parser would drop them silently
    return LexborHTMLParser(html)


def _max_depth(html: str) -> int:
    depth = deepest = 0
    for slash, name in TAG_NAME.findall(html):
        if name.lower() not in UNNESTED_TAGS:
            depth += -1 if slash else 1
            deepest = max(deepest, depth)
    return deepest


def node_to_text(root: LexborNode | None, base: str = "") -> str:
    """Return the text of one element; walks the tree without recursion."""
    if root is None:
        return ""
    writer = _MarkdownWriter(base)
    open_nodes: list[tuple[LexborNode, str]] = []
    node: LexborNode | None = root.first_child
    while node is not None or open_nodes:
        if node is None:
            done, tag = open_nodes.pop()
            writer.leave(tag)
            node = done.next
            continue
        tag = node.tag or ""
        if tag == "-text":
            writer.write(node.text_content or "")
            node = node.next
        elif tag in SKIPPED_TAGS or tag.startswith("-"):
            node = node.next
        else:
            writer.enter(tag, node)
            open_nodes.append((node, tag))
            node = node.first_child
    return writer.finish()


_resolve_url: Callable[[str, str], str] = lru_cache(1024)(urljoin)
"""A page repeats the links to its authors and tags."""


def _collapse_spaces(line: str) -> str:
    """Collapse blanks to one space; most lines need no change, which is quick to check."""
    if line.isprintable() and "  " not in line:
        return line.strip()
    return " ".join(line.split())


class _MarkdownWriter:
    """Receives the tags and texts of a page in order, and writes Markdown blocks."""

    def __init__(self, base: str = "") -> None:
        self.base = base
        self.blocks: list[str] = []
        self.inline: list[str] = []
        self.has_text = False
        self.open_lists: list[int] = []
        """The number of the last item for each open list; -1 for a bulleted one."""
        self.quote_depth = 0
        self.pre_depth = 0
        self.line_marker = ""
        self.is_tight = False
        """True if the next block follows without an empty line."""
        self.open_link: tuple[int, str] | None = None

    def write(self, text: str) -> None:
        self.inline.append(text)
        self.has_text = self.has_text or not text.isspace()

    def enter(self, tag: str, node: LexborNode) -> None:
        if tag in BLOCK_TAGS:
            self.enter_block(tag)
        elif tag == "br":
            self.inline.append(BR_PLACEHOLDER)
        elif tag == "a":
            href = self.resolve_href((node.attributes.get("href") or "").strip())
            is_web = href[:8].lower().startswith(("http://", "https://"))
            self.open_link = (len(self.inline), href) if is_web else None
        elif tag == "img":
            if alt := " ".join((node.attributes.get("alt") or "").split()):
                self.write(f"({alt})")
        elif tag == "code" and not self.pre_depth:
            self.inline.append("`")
        elif tag in CELL_TAGS and self.has_text:
            self.inline.append(" | ")

    def resolve_href(self, href: str) -> str:
        """Return the absolute target of a link; empty if it cannot be resolved."""
        if not self.base or not href or href.startswith(("#", "https://", "http://")):
            return href
        try:
            return _resolve_url(self.base, href)
        except ValueError:
            return ""

    def enter_block(self, tag: str) -> None:
        self.flush()
        if tag in LIST_TAGS:
            self.is_tight = bool(self.open_lists)
            self.open_lists.append(0 if tag == "ol" else -1)
        elif tag == "li" and self.open_lists and self.open_lists[-1] >= 0:
            self.open_lists[-1] += 1
            self.line_marker = f"{self.open_lists[-1]}. "
        elif tag == "li":
            self.line_marker = "- "
        elif tag == "blockquote":
            self.quote_depth += 1
        elif tag in HEADING_TAGS:
            self.line_marker = self.line_marker or "## "
        elif tag == "pre":
            self.pre_depth += 1

    def leave(self, tag: str) -> None:
        if tag == "a":
            self.close_link()
        elif tag == "code" and not self.pre_depth:
            self.inline.append("`")
        elif tag in BLOCK_TAGS:
            self.flush()
            self.leave_block(tag)

    def leave_block(self, tag: str) -> None:
        self.is_tight = tag in ("li", "tr") or (
            self.is_tight and tag in LIST_TAGS and len(self.open_lists) > 1
        )
        if tag in LIST_TAGS:
            self.open_lists.pop()
        elif tag == "blockquote":
            self.quote_depth -= 1
        elif tag == "pre":
            self.pre_depth -= 1
        if tag in HEADING_TAGS or tag == "li":
            self.line_marker = ""

    def close_link(self) -> None:
        """Write the text of a link, followed by its address."""
        if self.open_link is None:
            return
        start, href = self.open_link
        label = " ".join("".join(self.inline[start:]).replace(BR_PLACEHOLDER, " ").split())
        self.open_link = None
        if not label or self.pre_depth:
            return
        address = href.replace(" ", "%20").replace("(", "%28").replace(")", "%29")
        text = label.replace("[", "(").replace("]", ")")
        self.inline[start:] = [href if label == href else f"[{text}]({address})"]

    def flush(self) -> None:
        """Finish the open block, if it has any text."""
        text, has_text = "".join(self.inline), self.has_text
        self.inline.clear()
        self.has_text = False
        self.open_link = None
        if not has_text:
            return
        if self.pre_depth:
            fence = "````" if "```" in text else "```"
            lines = [fence, *text.replace(BR_PLACEHOLDER, "\n").strip("\n").splitlines(), fence]
        else:
            parts = text.strip().strip(BR_PLACEHOLDER).split(BR_PLACEHOLDER)
            lines = list(map(_collapse_spaces, parts))
        self.add_block(lines)

    def add_block(self, lines: list[str]) -> None:
        in_list = self.is_tight and (self.line_marker or not self.open_lists)
        if self.blocks:
            self.blocks.append("\n" if in_list else "\n\n")
        if self.quote_depth or self.open_lists or self.line_marker:
            lines = self.prefix_lines(lines)
        self.blocks.append("\n".join(lines))
        self.line_marker = ""
        self.is_tight = False

    def prefix_lines(self, lines: list[str]) -> list[str]:
        """Return the lines of a block with the markers of the quotes and lists around it."""
        quote = "> " * min(self.quote_depth, MAX_NESTING_SHOWN)
        level = min(len(self.open_lists), MAX_NESTING_SHOWN) - (1 if self.line_marker else 0)
        first = "  " * max(level, 0) + self.line_marker
        rest = " " * len(first)
        return [quote + (rest if number else first) + line for number, line in enumerate(lines)]

    def finish(self) -> str:
        self.flush()
        return "".join(self.blocks)


def html_to_line(html: str) -> str:
    """Return the text of a little HTML in one line, for a title or a name."""
    if "<" not in html and "&" not in html:  # mostly, and much faster than parsing
        return " ".join(html.split())
    return MARKDOWN_LINK.sub(r"\1", " ".join(html_to_text(html).split())).removeprefix("## ")
