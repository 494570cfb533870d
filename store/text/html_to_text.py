"""HTML to the plain, Markdown-like text an article is kept as.

Nothing is fetched, nothing is run: scripts, styles, frames and forms are left out, of links and
pictures only their words and http addresses stay.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser, LexborNode

from store.text.prose import LINK

DROPPED = frozenset(
    str.split(
        "script style iframe frame frameset noscript noframes template svg math object embed applet"
        " canvas audio video map head title link meta base form button input select textarea"
        " datalist dialog nav"
    )
)
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
BLOCKS = HEADINGS | frozenset(
    str.split(
        "p div section article main header footer aside address figure figcaption hgroup hr center"
        " ul ol menu dl dt dd li blockquote pre table caption tr details summary fieldset"
        " legend"
    )
)
LISTS = frozenset({"ul", "ol", "menu"})
CELLS = frozenset({"td", "th"})

MAX_INDENT = 8
"""Levels of lists and quotes that are shown; what is nested deeper stands at the last one."""

MAX_DEPTH = 5_000
"""Open tags within each other; the parser's time grows with their square."""

BREAK = "\0"
"""Stands for a `<br>` until its block is written; the parser gives out no such character."""

SURROGATE = re.compile("[\ud800-\udfff]")
TAG = re.compile(r"<[^<>]*>")
NESTING = re.compile(r"<(/?)([a-z][a-z0-9:-]*)", re.IGNORECASE)
NEVER_OPEN = frozenset(
    str.split(
        "p li br img hr input meta link tr td th dt dd option wbr source col area track embed"
    )
)


def html_to_text(html: str, base: str = "") -> str:
    """Return the text of an HTML page or fragment, paragraphs with an empty line between.

    Headings, lists, quotes, code and http links are written as in Markdown. The text still has to
    be cleaned: an entity may stand for a control character.

    Args:
        html: The page or fragment.
        base: What relative links are relative to; they are left out where it is not known.
    """
    if "<" not in html and "&" not in html:
        return " ".join(html.split())
    page = _parse(html)
    if page is None:
        return " ".join(TAG.sub(" ", html).split())
    return node_to_text(page.body, base)


def page_fields(html: str) -> dict[str, Any]:
    """Return title, address, language and text of a whole page: of its article, if it marks one."""
    page = _parse(html)
    if page is None:
        return {"text": html_to_text(html)}
    title = _title(page)
    articles = page.css("article")
    text = node_to_text(articles[0] if len(articles) == 1 else page.css_first("main") or page.body)
    address = page.css_first('link[rel="canonical"]')
    root = page.css_first("html")
    return {
        "title": title,
        "url": address.attributes.get("href") if address else None,
        "language": root.attributes.get("lang") if root else None,
        "text": text.removeprefix(f"## {title}\n\n"),
    }


def _title(page: LexborHTMLParser) -> str:
    """The page's title; its heading where the title is that and the name of the site."""
    found = (page.css_first("head > title"), page.css_first("h1"))
    named, heading = (" ".join(node.text().split()) if node else "" for node in found)
    return heading if heading and (heading in named or not named) else named


def _parse(html: str) -> LexborHTMLParser | None:
    """Parse a page, or return None if its tags are nested so deep that it would take minutes."""
    if html.count("<") > MAX_DEPTH and _depth(html) > MAX_DEPTH:
        return None
    try:
        html.encode()
    except UnicodeEncodeError:
        html = SURROGATE.sub("\ufffd", html)  # the parser would drop them in silence
    return LexborHTMLParser(html)


def _depth(html: str) -> int:
    depth = deepest = 0
    for slash, name in NESTING.findall(html):
        if name.lower() not in NEVER_OPEN:
            depth += -1 if slash else 1
            deepest = max(deepest, depth)
    return deepest


def node_to_text(root: LexborNode | None, base: str = "") -> str:
    """Return the text of one element. Goes through the tree without recursion."""
    if root is None:
        return ""
    writer = _Writer(base)
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
        elif tag in DROPPED or tag.startswith("-"):
            node = node.next
        else:
            writer.enter(tag, node)
            open_nodes.append((node, tag))
            node = node.first_child
    return writer.text()


_absolute: Callable[[str, str], str] = lru_cache(1024)(urljoin)
"""A page repeats the links to its authors and tags."""


def _squeezed(line: str) -> str:
    """The line with one space between words; most have no more, which is quick to see."""
    if line.isprintable() and "  " not in line:
        return line.strip()
    return " ".join(line.split())


class _Writer:
    """Takes the tags and texts of a page in order and makes blocks of them."""

    def __init__(self, base: str = "") -> None:
        self.base = base
        self.blocks: list[str] = []
        self.inline: list[str] = []
        self.filled = False
        self.lists: list[int] = []
        """For each open list the number of its last item, or -1 if it has bullets."""
        self.quotes = 0
        self.pre = 0
        self.marker = ""
        self.tight = False
        """Whether the next block follows the one before without an empty line."""
        self.link: tuple[int, str] | None = None

    def write(self, text: str) -> None:
        """Add text to the block that is open."""
        self.inline.append(text)
        self.filled = self.filled or not text.isspace()

    def enter(self, tag: str, node: LexborNode) -> None:
        """Open an element."""
        if tag in BLOCKS:
            self.enter_block(tag)
        elif tag == "br":
            self.inline.append(BREAK)
        elif tag == "a":
            href = self.absolute((node.attributes.get("href") or "").strip())
            is_web = href[:8].lower().startswith(("http://", "https://"))
            self.link = (len(self.inline), href) if is_web else None
        elif tag == "img":
            if alt := " ".join((node.attributes.get("alt") or "").split()):
                self.write(f"({alt})")
        elif tag == "code" and not self.pre:
            self.inline.append("`")
        elif tag in CELLS and self.filled:
            self.inline.append(" | ")

    def absolute(self, href: str) -> str:
        """Return where a link leads; empty if it stays on its own page."""
        if not self.base or not href or href.startswith(("#", "https://", "http://")):
            return href
        try:
            return _absolute(self.base, href)
        except ValueError:
            return ""

    def enter_block(self, tag: str) -> None:
        """Open a block: what was written before it is finished."""
        self.flush()
        if tag in LISTS:
            self.tight = bool(self.lists)
            self.lists.append(0 if tag == "ol" else -1)
        elif tag == "li":
            self.enter_item()
        elif tag == "blockquote":
            self.quotes += 1
        elif tag in HEADINGS:
            self.marker = self.marker or "## "
        elif tag == "pre":
            self.pre += 1

    def enter_item(self) -> None:
        """Give the next block the bullet or number of its list."""
        if not self.lists or self.lists[-1] < 0:
            self.marker = "- "
        else:
            self.lists[-1] += 1
            self.marker = f"{self.lists[-1]}. "

    def leave(self, tag: str) -> None:
        """Close an element."""
        if tag == "a":
            self.close_link()
        elif tag == "code" and not self.pre:
            self.inline.append("`")
        elif tag in BLOCKS:
            self.flush()
            self.leave_block(tag)

    def leave_block(self, tag: str) -> None:
        """Close a block that has been written."""
        self.tight = tag in ("li", "tr") or (self.tight and tag in LISTS and len(self.lists) > 1)
        if tag in LISTS:
            self.lists.pop()
        elif tag == "blockquote":
            self.quotes -= 1
        elif tag == "pre":
            self.pre -= 1
        if tag in HEADINGS or tag == "li":
            self.marker = ""

    def close_link(self) -> None:
        """Write the words of a link with its address behind them."""
        if self.link is None:
            return
        start, href = self.link
        label = " ".join("".join(self.inline[start:]).replace(BREAK, " ").split())
        self.link = None
        if not label or self.pre:
            return
        address = href.replace(" ", "%20").replace("(", "%28").replace(")", "%29")
        words = label.replace("[", "(").replace("]", ")")
        self.inline[start:] = [href if label == href else f"[{words}]({address})"]

    def flush(self) -> None:
        """Finish the block that is open, if anything is in it."""
        text, filled = "".join(self.inline), self.filled
        self.inline.clear()
        self.filled = False
        self.link = None
        if not filled:
            return
        if self.pre:
            fence = "````" if "```" in text else "```"
            self.add([fence, *text.replace(BREAK, "\n").strip("\n").splitlines(), fence])
        else:
            self.add(list(map(_squeezed, text.strip().strip(BREAK).split(BREAK))))

    def add(self, lines: list[str]) -> None:
        """Add the lines of one block."""
        in_list = self.tight and (self.marker or not self.lists)
        if self.blocks:
            self.blocks.append("\n" if in_list else "\n\n")
        if self.quotes or self.lists or self.marker:
            lines = self.marked(lines)
        self.blocks.append("\n".join(lines))
        self.marker = ""
        self.tight = False

    def marked(self, lines: list[str]) -> list[str]:
        """Return the lines of a block behind the marks of the quotes and lists it stands in."""
        quote = "> " * min(self.quotes, MAX_INDENT)
        level = min(len(self.lists), MAX_INDENT) - (1 if self.marker else 0)
        first = "  " * max(level, 0) + self.marker
        rest = " " * len(first)
        return [quote + (rest if number else first) + line for number, line in enumerate(lines)]

    def text(self) -> str:
        """Return everything that was written."""
        self.flush()
        return "".join(self.blocks)


def plain(html: str) -> str:
    """The words of a little HTML in one line, for a title or a name."""
    if "<" not in html and "&" not in html:  # as most are: a parser takes its time
        return " ".join(html.split())
    return LINK.sub(r"\1", " ".join(html_to_text(html).split())).removeprefix("## ")
