"""Conversion of HTML to the plain, Markdown-like text of an article.

Nothing is fetched or run: scripts, styles and what forms ask for are dropped; links, pictures, frames and recordings keep
a text and their http address. What is text is escaped, so that it is never drawn as markup.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from store.text.decoding import limit_attributes
from store.text.html_media import (
    EMBED_PAGES,
    describe_embed,
    find_formula,
    find_picture,
    find_stated_formula,
    is_hidden,
    is_line_number,
    is_note_mark,
    is_page_control,
    math_to_text,
    script_text,
    starts_line,
)
from store.text.markdown import (
    VERBATIM_PATTERN,
    escape_address,
    escape_markdown,
    format_picture,
    strip_inline_markdown,
    verbatim,
)

SKIPPED_TAGS = frozenset(
    str.split(
        "script style frameset noframes template svg applet rp"
        " canvas map head title link meta base button input select textarea"
        " datalist dialog nav"
    )
)
HEADING_TAGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
BLOCK_TAGS = HEADING_TAGS | frozenset(
    str.split(
        "p div section article main header footer aside address figure figcaption hgroup hr center"
        " ul ol menu dl dt dd li blockquote pre xmp listing plaintext table caption tr details summary"
        " form fieldset legend"
    )
)
LIST_TAGS = frozenset({"ul", "ol", "menu"})
PRE_TAGS = frozenset({"pre", "xmp", "listing", "plaintext"})
LINE_TAGS = BLOCK_TAGS - PRE_TAGS
"""Blocks that are lines inside of a listing."""
CELL_TAGS = frozenset({"td", "th"})

PICTURE_TAGS = frozenset({"img", "amp-img", "amp-anim"})
EMBED_TAGS = frozenset(EMBED_PAGES) | frozenset(
    str.split("iframe frame video audio embed object amp-iframe amp-video amp-audio")
)
LEAF_TAGS = EMBED_TAGS | PICTURE_TAGS | {"math", "noscript", "input", "script"}
"""Elements that are written as a whole, whatever is inside them."""
LAYOUT_CONTENT = "table, ul, ol, pre, blockquote, h1, h2, h3, h4, figure"
"""Content of a row that is no row of data."""
MAX_TABLE_DEPTH = 8
"""Tables inside each other that may have rows of data; looking into deeper ones would take long."""
VOID_TAGS = frozenset(
    str.split("br img hr input meta link source col area track wbr embed base param")
)
SELF_CLOSED_TAG = re.compile(r"<(?!br\b|img\b|hr\b)[a-z][\w:-]*+(?:\s[^<>]*)?/>", re.IGNORECASE)
ANY_TAG = re.compile(r"<(/?)([a-z][\w:-]*+)([^<>]*+)>", re.IGNORECASE)
CJK_LINE_BREAK = re.compile(
    r"(?<=[\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef])[ \t]*\n\s*"
    r"(?=[\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef])"
)
PARAGRAPH_BREAK = re.compile(r"\r?\n(?:[ \t]*\r?\n)+")
"""An empty line, which is one between paragraphs where there are no tags."""
WEB_ADDRESS = re.compile(r"https?://", re.IGNORECASE)
OTHER_ADDRESS = re.compile(
    r"(?:mailto:|tel:)?((?<=:)[^?]+|(?:ftps?|gemini|gopher|ircs?|magnet|matrix|news|sips?|xmpp):.+)",
    re.IGNORECASE | re.DOTALL,
)
"""An address to write to or to open with another program; the reader shows it as text."""
CODE_LANGUAGE = re.compile(
    r"(?:^|\s)(?:language-|lang-|highlight-source-|brush:\s?)([a-z0-9][a-z0-9+#._-]{0,29})(?=[\s;]|$)",
    re.IGNORECASE,
)
"""The class of code in HTML (https://html.spec.whatwg.org/#the-code-element), and of common highlighters."""
CONTROLS = re.compile("[\x00-\x08]")
CELL_END = "\x04"
EMPHASIS = {
    **dict.fromkeys(("b", "strong"), ("\x05", "\x06")),
    **dict.fromkeys(("i", "em"), ("\x07", "\x08")),
}
"""The marks around what is emphasized, until its line is written."""
EMPHASIZED = re.compile("\x05([^\x05-\x08]*)\x06|\x07([^\x05-\x08]*)\x08")
EMPHASIS_MARK = re.compile("[\x05-\x08]")
ADJOINING_EMPHASIS = re.compile("\x06\x05|\x08\x07")
"""The end of emphasis where the same begins again: the signs of both would be one."""
MAX_EMPHASIS_DEPTH = 3
MAX_SPAN = 100
MAX_COVERED_CELLS = 100_000
"""Cells of all tables of a page that are covered by those that span several columns or rows."""
HEADING_MARKER = "## "
TAB_COLUMNS = 8
"""The distance of tab stops in listings, as in browsers."""

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
    if "<" not in html and PARAGRAPH_BREAK.search(html):
        return "\n\n".join(filter(None, map(html_to_text, PARAGRAPH_BREAK.split(html))))
    if "<" not in html and "&" not in html:
        lines = CJK_LINE_BREAK.sub("", CONTROLS.sub("", html))
        return escape_markdown(" ".join(lines.split()))
    page = _parse_html(html)
    if page is None:
        return escape_markdown(" ".join(CONTROLS.sub("", ANY_HTML_TAG.sub(" ", html)).split()))
    return node_to_text(page.body, base)


def parse_html_page(html: str, base: str = "") -> dict[str, Any]:
    """Return title, URL, language and text of a page, or of its only `<article>`."""
    page = _parse_html(html)
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


def _parse_html(html: str) -> LexborHTMLParser | None:
    """Parse a page; None if its tags are nested too deeply."""
    if is_too_deep(html):
        return None
    html = limit_attributes(html)
    try:
        html.encode()
    except UnicodeEncodeError:
        html = LONE_SURROGATE.sub("\ufffd", html)  # the parser would drop them silently
    html = _keep_literal_tags(html)
    return LexborHTMLParser(_close_empty_tags(html) if "/>" in html else html)


def is_too_deep(html: str) -> bool:
    """Return True if tags are nested so deeply that parsing the page would take minutes."""
    return html.count("<") > MAX_TAG_DEPTH and _max_depth(html) > MAX_TAG_DEPTH


def _close_empty_tags(html: str) -> str:
    """Give `<iframe/>` and its like an end tag, as in XML, unless one follows; HTML would go on inside."""
    if not SELF_CLOSED_TAG.search(html):
        return html
    pending: dict[str, int] = {}
    closed: set[int] = set()
    for tag in ANY_TAG.finditer(html):
        name = tag[2].lower()
        if not tag[1] and name in pending:
            closed.add(pending.pop(name))
        elif tag[1]:
            pending.pop(name, None)
        if not tag[1] and tag[3].endswith("/") and name not in VOID_TAGS:
            pending[name] = tag.end()
    closed.update(pending.values())
    return ANY_TAG.sub(
        lambda tag: f"<{tag[2]}{tag[3][:-1]}></{tag[2]}>" if tag.end() in closed else tag[0], html
    )


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
        tag = "sup" if is_note_mark(node) else node.tag or ""
        if writer.pre_depth and starts_line(node, BLOCK_TAGS):
            writer.write("\n")
        if tag == "-text":
            writer.write(node.text_content or "")
            node = node.next
        elif node.first_child is None and (formula := find_stated_formula(node)):
            writer.write(formula)
            node = node.next
        elif tag in LEAF_TAGS and not is_hidden(node):
            writer.write_leaf(tag, node)
            node = node.next
        elif _is_skipped(tag, node) or (writer.pre_depth and is_line_number(node)):
            node = node.next
        else:
            writer.enter(tag, node)
            open_nodes.append((node, tag))
            node = node.first_child
    return writer.finish()


def _is_skipped(tag: str, node: LexborNode) -> bool:
    if tag in SKIPPED_TAGS or tag.startswith("-") or is_hidden(node) or is_page_control(node):
        return True
    return tag in CELL_TAGS and is_line_number(node)


_resolve_url: Callable[[str, str], str] = lru_cache(1024)(urljoin)
"""A page repeats the links to its authors and tags."""


def _join_cjk_lines(text: str) -> str:
    """Remove line breaks between Chinese or Japanese characters, which have no spaces between words."""
    return CJK_LINE_BREAK.sub("", text) if "\n" in text and not text.isascii() else text


def _collapse_spaces(line: str) -> str:
    """Collapse blanks to one space; most lines need no change, which is quick to check."""
    if line.isprintable() and "  " not in line:
        return line.strip()
    return " ".join(line.split())


STRIKE = verbatim("~~")
STRIKE_TAGS = frozenset({"del", "s", "strike"})
SPAN_SIGNS = {"q": ("“", "”"), "rt": ("(", ")")}
"""The signs around the text of an element."""


def _write_emphasis(line: str) -> str:
    """Return a line with asterisks around what is emphasized, except inside words."""
    line = ADJOINING_EMPHASIS.sub("", line)
    for _ in range(MAX_EMPHASIS_DEPTH):
        if not EMPHASIS_MARK.search(line):
            break
        line = EMPHASIZED.sub(_add_asterisks, line)
    return EMPHASIS_MARK.sub("", line)


def _add_asterisks(match: re.Match[str]) -> str:
    text = match[1] if match[2] is None else match[2]
    words = text.strip()
    start = text.find(words)
    before, after = text[:start], text[start + len(words) :]
    line, at = match.string, match.start()
    left = before or line[max(0, at - 1) : at]
    right = after or line[match.end() : match.end() + 1]
    if not words or left.isalnum() or right.isalnum():
        return text
    sign = verbatim("**" if match[2] is None else "*")
    return f"{before}{sign}{words}{sign}{after}"


def _escape_line(text: str) -> str:
    return escape_markdown(_collapse_spaces(_write_emphasis(text)))


def _escape_bracket(match: re.Match[str]) -> str:
    return match[0] if len(match[0]) > 1 else verbatim(f"\\{match[0]}")


def _code_span(text: str) -> str:
    ticks = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    pad = " " if "`" in (text[0], text[-1]) else ""
    return f"{ticks}{pad}{text}{pad}{ticks}"


KNOWN_TAGS = (
    BLOCK_TAGS
    | LEAF_TAGS
    | SKIPPED_TAGS
    | VOID_TAGS
    | CELL_TAGS
    | frozenset(SPAN_SIGNS)
    | STRIKE_TAGS
    | frozenset(EMPHASIS)
    | frozenset(
        str.split(
            "html body a code sup sub u ins mark small big font span kbd samp var tt cite abbr dfn"
            " time ruby rb rt picture source tbody thead tfoot colgroup label bdi bdo"
        )
    )
)
"""Tags that are HTML wherever they stand; others in a text may be meant literally."""
RARE_TAGS = frozenset(
    str.split(
        "acronym basefont bgsound blink data image isindex keygen marquee meter nobr noembed optgroup option"
        " output progress rtc search slot spacer path"
    )
)
BARE_TAG = re.compile(
    r"<([a-z][^\s<>/=]{0,60}+)(?:\s[^<>=/]{0,60}+)?>"
    r"|<(?=https?://[^\s<>\"]{1,2000}+>|[a-z][^<>=\"']{0,500}+(?:<|\Z))",
    re.IGNORECASE,
)
"""A tag without attributes, or what looks like one: `Map<K, V>`, the beginning of `<https://…>`, or of no tag at all."""
RAW_TAG = re.compile(r"<(?:xmp|plaintext)\b", re.IGNORECASE)
"""A listing in which nothing is escaped, not even by a reference."""
END_TAG = re.compile(r"</([a-z][^\s<>/]{0,60}+)", re.IGNORECASE)


def _keep_literal_tags(html: str) -> str:
    """Return HTML in which tags that HTML does not have, and that nothing closes, are text."""
    unknown = {name.lower() for name in BARE_TAG.findall(html)} - KNOWN_TAGS - RARE_TAGS
    unknown -= {name.lower() for name in END_TAG.findall(html)} if unknown else set()
    if not unknown or RAW_TAG.search(html):
        return html
    return BARE_TAG.sub(
        lambda tag: f"&lt;{tag[0][1:]}" if (tag[1] or "").lower() in unknown else tag[0], html
    )


def _strike_out(cell: str) -> str:
    text = cell.replace(STRIKE, "")
    return f"{STRIKE}{text.strip()}{STRIKE}" if text.strip() else text


def _integer(value: str | None) -> int | None:
    try:
        return int(value) if value and len(value) < 10 else None
    except ValueError:
        return None


def _span(cell: LexborNode, name: str) -> int:
    """Return the number of columns or rows of a cell."""
    return min(max(1, _integer(cell.attributes.get(name)) or 1), MAX_SPAN)


def _find_code_language(pre: LexborNode | None) -> str:
    """Return the language that the classes of code, or of what is around it, name; empty if none do."""
    if pre is None:
        return ""
    for node in (pre.css_first("code"), pre, pre.parent):
        classes = (node.attributes.get("class") or "") if node is not None else ""
        if named := CODE_LANGUAGE.search(classes):
            return named[1].lower()
    return ""


def _start_list(node: LexborNode | None) -> list[int]:
    """Return the first number of a list, and its step."""
    if node is None:
        return [1, 1]
    is_reversed = "reversed" in node.attributes
    start = _integer(node.attributes.get("start"))
    if start is None and is_reversed:
        start, child = 0, node.first_child
        while child is not None:
            start += child.tag == "li"
            child = child.next
    return [1 if start is None else start, -1 if is_reversed else 1]


def _next_number(counter: list[int] | None, node: LexborNode | None) -> int:
    if counter is None:
        return 0
    value = _integer(node.attributes.get("value")) if node is not None else None
    number = counter[0] if value is None else value
    counter[0] = number + counter[1]
    return number


class _MarkdownWriter:
    """Receives the tags and texts of a page in order, and writes Markdown blocks."""

    def __init__(self, base: str = "") -> None:
        self.base = base
        self.blocks: list[str] = []
        self.inline: list[str] = []
        self.has_text = False
        self.open_lists: list[list[int] | None] = []
        """The next number and the step of each open list; None for a bulleted one."""
        self.open_spans: list[tuple[str, int]] = []
        self.pictures: set[str] = set()
        self.figure_captions: dict[int, str] = {}
        self.captions: set[str] = set()
        """The texts of the pictures, which a caption need not repeat."""
        self.table_depth = 0
        self.in_row = self.has_heads = self.in_table = False
        self.cell_count = self.pending_cells = 0
        self.row_spans: dict[int, int] = {}
        """The rows that a cell above still covers, by column."""
        self.coverable_cells = MAX_COVERED_CELLS
        self.quote_depth = 0
        self.pre_depth = 0
        self.strike_depth = 0
        self.code_language = ""
        self.line_marker = ""
        self.is_tight = False
        """True if the next block follows without an empty line."""
        self.open_link: tuple[int, str] | None = None

    def write(self, text: str) -> None:
        if not text.isprintable():
            text = CONTROLS.sub("", text)
        self.inline.append(text)
        self.has_text = self.has_text or not text.isspace()

    def write_markup(self, markup: str) -> None:
        """Write markup, which is text that is seen and not escaped."""
        self.inline.append(verbatim(markup))
        self.has_text = True

    def write_leaf(self, tag: str, node: LexborNode) -> None:
        """Write a picture, a formula, or a link to what is embedded."""
        if tag in ("math", "script"):
            formula = math_to_text(node) if tag == "math" else find_formula(node)
            if formula:
                self.write(formula)
        elif tag == "input":
            self.write_checkbox(node)
        elif tag == "noscript":
            for picture in node.css("img"):
                self.write_picture(picture)
        elif tag in PICTURE_TAGS:
            self.write_picture(node)
        elif embed := describe_embed(tag, node):
            label, address = embed
            if WEB_ADDRESS.match(href := self.resolve_href(address)):
                self.inline.append(" ")
                self.write_markup("[")
                self.write(f"{label}: {urlsplit(href).hostname or ''}")
                self.write_markup(f"]({escape_address(href)})")
                self.inline.append(" ")
        elif tag == "object":
            for child in node.css("embed, img"):
                self.write_leaf(child.tag or "", child)

    def write_checkbox(self, node: LexborNode) -> None:
        """Write the box of a task; other fields ask for something."""
        if node.attributes.get("type", "") == "checkbox" and self.line_marker and not self.has_text:
            self.inline += [verbatim("[x]" if "checked" in node.attributes else "[ ]"), " "]

    def write_picture(self, node: LexborNode) -> None:
        """Write a picture with its address, or its text if it has no address; never a tracking pixel."""
        picture = find_picture(node, self.figure_captions)
        if picture is None:
            return
        href = self.resolve_href(picture.address)
        if not WEB_ADDRESS.match(href):
            self.write(f"({picture.alt})" if picture.alt else "")
        elif picture.is_text:
            self.write(picture.alt)
        elif href not in self.pictures:
            self.pictures.add(href)
            self.captions.add(picture.alt)
            self.write_markup(format_picture(picture.name(href), href))

    def enter(self, tag: str, node: LexborNode) -> None:
        if tag in CELL_TAGS and self.in_row:
            self.enter_cell(tag, node)
        elif tag == "tr" and self.is_data_row(node):
            self.enter_block(tag)
            self.in_row, self.cell_count, self.has_heads = True, 0, True
        elif tag in CELL_TAGS and self.pre_depth and self.inline:
            self.inline.append("" if self.inline[-1].endswith("\n") else " ")
        elif tag in LINE_TAGS and self.pre_depth:
            return
        elif tag in BLOCK_TAGS and self.in_row:
            self.inline.append(" ")
        elif tag in BLOCK_TAGS:
            self.enter_block(tag, node)
        elif tag == "br":
            self.inline.append(" " if self.in_row else BR_PLACEHOLDER)
        elif tag == "a":
            href = self.resolve_href((node.attributes.get("href") or "").strip())
            is_kept = WEB_ADDRESS.match(href) or OTHER_ADDRESS.match(href)
            self.open_link = (len(self.inline), href) if is_kept else None
        elif tag in ("code", "sup", "sub") and not self.pre_depth:
            self.open_spans.append((tag, len(self.inline)))
        elif tag in STRIKE_TAGS:
            self.enter_strike()
        elif tag in SPAN_SIGNS:
            self.inline.append(SPAN_SIGNS[tag][0])
        elif tag in EMPHASIS:
            self.inline.append(EMPHASIS[tag][0])

    def enter_strike(self) -> None:
        self.strike_depth += 1
        if self.strike_depth == 1 and self.inline[-1:] == [STRIKE]:
            self.inline.pop()  # struck out as what is before it
        elif self.strike_depth == 1:
            self.inline.append(STRIKE)

    def leave_strike(self) -> None:
        self.strike_depth -= 1
        if not self.strike_depth:
            self.close_strike()

    def close_strike(self) -> None:
        """Write the sign that ends what is struck out, or take back the one that began nothing."""
        if STRIKE not in self.inline:
            return
        begin = len(self.inline) - 1 - self.inline[::-1].index(STRIKE)
        is_in_strike = self.open_link is not None and begin < self.open_link[0]
        if not "".join(self.inline[begin + 1 :]).strip():
            del self.inline[begin]
            if self.open_link and is_in_strike:
                self.open_link = (self.open_link[0] - 1, self.open_link[1])
            return
        if is_in_strike:
            self.close_link()
        self.inline.append(STRIKE)

    def is_data_row(self, node: LexborNode) -> bool:
        """Return True for a row of several cells without blocks that are no data."""
        if self.in_row or self.table_depth > MAX_TABLE_DEPTH or self.pre_depth:
            return False
        child, cells = node.first_child, 0
        while child is not None:
            cells += child.tag in CELL_TAGS
            child = child.next
        cells += len(self.row_spans) if cells else 0
        return cells > 1 and node.css_first(LAYOUT_CONTENT) is None

    def enter_cell(self, tag: str, node: LexborNode) -> None:
        columns = 1 + self.cover_cells(_span(node, "colspan") - 1)
        before = self.pending_cells + 1 if self.cell_count else 0
        self.cell_count += max(0, before - 1)
        self.inline.append(CELL_END * (before + self.skip_covered()))
        wanted = (_span(node, "rowspan") - 1) * columns
        if rows := self.cover_cells(wanted) // columns:
            covered = range(self.cell_count, self.cell_count + columns)
            self.row_spans |= dict.fromkeys(covered, rows)
        self.cell_count += 1
        self.pending_cells = columns - 1
        self.has_heads = self.has_heads and tag == "th"

    def cover_cells(self, wanted: int) -> int:
        """Return how many of so many cells may still be covered by another one."""
        covered = min(wanted, self.coverable_cells)
        self.coverable_cells -= covered
        return covered

    def skip_covered(self) -> int:
        """Go on behind the cells that one above covers; return their number."""
        start = self.cell_count
        while rows := self.row_spans.pop(self.cell_count, 0):
            if rows > 1:
                self.row_spans[self.cell_count] = rows - 1
            self.cell_count += 1
        return self.cell_count - start

    def resolve_href(self, href: str) -> str:
        """Return the absolute target of a link; empty if it cannot be resolved."""
        if href.startswith("//") and not self.base:
            href = f"https:{href}"
        is_whole = not self.base or href.startswith(("#", "https://", "http://"))
        try:
            if is_whole and href:
                urlsplit(href)  # fails where an address of a host is meant, and is none
            return href if is_whole or not href else _resolve_url(self.base, href)
        except ValueError:
            return ""

    def enter_block(self, tag: str, node: LexborNode | None = None) -> None:
        self.flush()
        if tag == "table":
            self.table_depth += 1
        if tag in LIST_TAGS:
            self.is_tight = bool(self.open_lists)
            self.open_lists.append(_start_list(node) if tag == "ol" else None)
        elif tag == "li" and self.open_lists and self.open_lists[-1] is not None:
            self.line_marker = f"{_next_number(self.open_lists[-1], node)}. "
        elif tag == "li":
            self.line_marker = "- "
        elif tag == "blockquote":
            self.quote_depth += 1
        elif tag in HEADING_TAGS:
            self.line_marker = self.line_marker or HEADING_MARKER
        elif tag in PRE_TAGS:
            self.pre_depth += 1
            self.code_language = _find_code_language(node)

    def leave(self, tag: str) -> None:
        if tag == "a":
            self.close_link()
        elif tag in ("code", "sup", "sub") and not self.pre_depth:
            self.close_span(tag)
        elif tag in STRIKE_TAGS:
            self.leave_strike()
        elif tag in SPAN_SIGNS:
            self.inline.append(SPAN_SIGNS[tag][1])
        elif tag in EMPHASIS:
            self.inline.append(EMPHASIS[tag][1])
        elif tag == "tr" and self.in_row:
            self.leave_row()
        elif tag in BLOCK_TAGS and self.in_row:
            self.inline.append(" ")
        elif tag in LINE_TAGS and self.pre_depth:
            return
        elif tag in BLOCK_TAGS:
            self.flush(is_caption=tag == "figcaption")
            self.leave_block(tag)

    def leave_row(self) -> None:
        """Finish a row of a table, with a delimiter row below its heads."""
        self.cell_count += self.pending_cells
        self.inline.append(CELL_END * (self.pending_cells + self.skip_covered()))
        columns = self.cell_count
        self.in_row, self.pending_cells = False, 0
        self.open_spans.clear()
        cells = "".join(self.inline).split(CELL_END)
        if self.strike_depth:
            cells = [_strike_out(cell) for cell in cells]
        line = " | ".join(
            re.sub(r"\\?\|", r"\\|", _escape_line(_join_cjk_lines(cell))) for cell in cells
        )
        if self.has_text:
            lines = [f"| {line} |"]
            lines += ["|" + " --- |" * columns] if self.has_heads and not self.in_table else []
            self.in_table = True
            self.add_block(lines)
        self.inline[:] = [STRIKE] if self.strike_depth else []
        self.has_text = False
        self.is_tight = True

    def close_span(self, tag: str) -> None:
        """Write code, or text that is raised or lowered."""
        if not self.open_spans or self.open_spans[-1][1] > len(self.inline):
            return
        _, start = self.open_spans.pop()
        text = EMPHASIS_MARK.sub("", "".join(self.inline[start:]))
        if tag != "code":
            before = "".join(self.inline[max(0, start - 3) : start])
            self.inline[start:] = [script_text(tag, text, before)]
        elif text.strip() and "\x02" not in text:
            lines = [" ".join(line.split()) for line in text.split(BR_PLACEHOLDER)]
            parts = (verbatim(_code_span(line)) if line else "" for line in lines)
            self.inline[start:] = [BR_PLACEHOLDER.join(parts)]

    def leave_block(self, tag: str) -> None:
        self.is_tight = tag in ("li", "tr") or (
            self.is_tight and tag in LIST_TAGS and len(self.open_lists) > 1
        )
        if tag in LIST_TAGS:
            self.open_lists.pop()
        elif tag == "table":
            self.table_depth -= 1
            self.in_table = False
            self.row_spans.clear()
        elif tag == "blockquote":
            self.quote_depth -= 1
        elif tag in PRE_TAGS:
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
        if not EMPHASIS_MARK.sub("", label) or self.pre_depth:
            return
        if other := OTHER_ADDRESS.match(href):
            address = unquote(other[1])
            self.write("" if address in label else f" ({address})")
            return
        if EMPHASIS_MARK.sub("", label) == href or label.endswith(f"]({escape_address(href)})\x03"):
            return  # a picture that links to itself
        label = re.sub(rf"{VERBATIM_PATTERN}|[\[\]]", _escape_bracket, label)
        self.inline[start:] = [verbatim("["), label, verbatim(f"]({escape_address(href)})")]

    def flush(self, *, is_caption: bool = False) -> None:
        """Finish the open block, if it has any text."""
        link = self.open_link
        if self.strike_depth:
            self.close_strike()
        if link and self.has_text and not self.pre_depth:
            self.close_link()
        has_text, written = self.has_text, self.inline
        self.open_spans.clear()
        if has_text:
            lines = self.pre_lines() if self.pre_depth else self.prose_lines()
            if not (is_caption and strip_inline_markdown(" ".join(lines)) in self.captions):
                self.add_block(lines)
        written.clear()
        if self.strike_depth:  # around several blocks, it is that of each, and so is a link
            written.append(STRIKE)
        self.has_text = False
        self.open_link = link and (len(written), link[1])

    def pre_lines(self) -> list[str]:
        text = re.sub("[\x02-\x08]", "", "".join(self.inline)).replace(BR_PLACEHOLDER, "\n")
        runs = re.findall("`{3,}", text)
        fence = "`" * max(3, *(len(run) + 1 for run in runs), 3)
        return [
            fence + self.code_language,
            *(line.expandtabs(TAB_COLUMNS) for line in text.strip("\n").split("\n")),
            fence,
        ]

    def prose_lines(self) -> list[str]:
        text = _join_cjk_lines("".join(self.inline))
        parts = text.strip().strip(BR_PLACEHOLDER).split(BR_PLACEHOLDER)
        if self.line_marker == HEADING_MARKER:
            parts = [EMPHASIS_MARK.sub("", part) for part in parts]
        return [_escape_line(part) for part in parts]

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
    text = " ".join(html_to_text(html).split()).removeprefix("## ")
    return strip_inline_markdown(text)
