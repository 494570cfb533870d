"""Writing of Markdown from the tags and texts of a page, in the order in which they come."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from urllib.parse import unquote, urljoin, urlsplit

from selectolax.lexbor import LexborNode

from store.text.html_lists import ListNumbers, to_integer
from store.text.html_media import (
    LISTINGS,
    describe_embed,
    find_formula,
    find_picture,
    math_to_text,
    script_text,
)
from store.text.html_tags import (
    ABBREVIATION_TAGS,
    BLOCK_TAGS,
    CELL_TAGS,
    HEADING_TAGS,
    LINE_TAGS,
    LIST_TAGS,
    PICTURE_TAGS,
    PRE_TAGS,
    STRIKE_TAGS,
)
from store.text.markdown import (
    VERBATIM_PATTERN,
    escape_address,
    escape_markdown,
    format_picture,
    strip_inline_markdown,
    verbatim,
)
from store.text.urls import complete_web_url

LAYOUT_CONTENT = f"table, ul, ol, blockquote, h1, h2, h3, h4, figure, {LISTINGS}"
"""Content of a row that is no row of data."""
UNCELLED_CONTENT = f"table, {LISTINGS}"
"""Content that no cell can hold; a table with heads has data, whatever else is in it."""
MAX_TABLE_DEPTH = 8
"""Tables inside each other that may have rows of data; looking into deeper ones would take long."""
_WIDE = r"\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef"
WIDE_LETTER = re.compile(f"[{_WIDE}]")
_SHARED_SIGNS = "“”‘’…—·"
"""Signs of Chinese that other languages have, too."""
_MARKS = r"(?>(?:[\x05-\x08]|\x02[^\x02\x03]*+\x03)*)"
CJK_LINE_BREAK = re.compile(
    rf"([{_WIDE}]{_MARKS})[ \t]*+\n\s*+(?={_MARKS}[{_WIDE}{_SHARED_SIGNS}])"
    rf"|([{_SHARED_SIGNS}]{_MARKS})[ \t]*+\n\s*+(?={_MARKS}[{_WIDE}])"
)
"""A line break between characters without spaces between words, and markup around it."""
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
LANGUAGE_ATTRIBUTES = ("data-language", "data-lang", "data-enlighter-language")
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
RULE = "* * *"
"""A break between two parts of a text (`<hr>`)."""
TAB_COLUMNS = 8
"""The distance of tab stops in listings, as in browsers."""
MAX_NESTING_SHOWN = 8
"""Levels of lists and quotes that are indented; deeper ones stay at the last level."""
BR_PLACEHOLDER = "\0"
"""Marks a `<br>` until its block is written; the parser never returns this character."""
LISTING_MARKS = re.compile("[\x02-\x08]")
LISTING_BLANKS = str.maketrans({BR_PLACEHOLDER: "\n", "\xa0": " "})
"""Characters of a listing that are written as others: its blanks are meant to be copied."""
BLANKS = f" \t\r\n\f\xa0{BR_PLACEHOLDER}"
BULLET = "• "
"""Begins an item of a list inside of a cell."""
_resolve_url: Callable[[str, str], str] = lru_cache(1024)(urljoin)
"""A page repeats the links to its authors and tags."""
STRIKE = verbatim("~~")
SPAN_SIGNS = {"q": ("“", "”"), "rt": ("(", ")")}
"""The signs around the text of an element."""
SPELLED_OUT_WORD = re.compile(r"[^\W\d_]{2}")
"""What the title of an abbreviation has, and a timestamp in its place has not."""
SEEN_BEFORE_PIECES = 8
"""Pieces of a line before an abbreviation that may spell it out."""


def join_cjk_lines(text: str) -> str:
    """Remove line breaks between Chinese or Japanese characters, which have no spaces between words."""
    if "\n" not in text or text.isascii():
        return text
    return CJK_LINE_BREAK.sub(r"\1\2", text)


def _collapse_spaces(line: str) -> str:
    """Collapse blanks to one space; most lines need no change, which is quick to check."""
    if line.isprintable() and "  " not in line:
        return line.strip()
    return " ".join(line.split())


def _write_emphasis(line: str) -> str:
    """Return a line with asterisks around what is emphasized, except inside words."""
    line = ADJOINING_EMPHASIS.sub("", line)
    for _ in range(MAX_EMPHASIS_DEPTH):
        if not EMPHASIS_MARK.search(line):
            break
        line = EMPHASIZED.sub(_add_asterisks, line)
    return EMPHASIS_MARK.sub("", line)


def _add_asterisks(match: re.Match[str]) -> str:
    is_bold = match[2] is None
    sign = verbatim("**" if is_bold else "*")
    emphasized = match[1] if is_bold else match[2]
    text = emphasized.replace(sign, "")  # emphasis in it is the same
    words = text.strip()
    start = text.find(words)
    before, after = text[:start], text[start + len(words) :]
    line, at = match.string, match.start()
    left = before or line[max(0, at - 1) : at]
    right = after or line[match.end() : match.end() + 1]
    if not words or _joins(left, words[0], is_bold) or _joins(right, words[-1], is_bold):
        return text
    return f"{before}{sign}{words}{sign}{after}"


def _joins(beside: str, edge: str, is_bold: bool) -> bool:
    """Return True if emphasis would begin or end inside of a word, where its sign would be text.

    In Chinese and Japanese every character is inside of one, and two asterisks are no text between letters.
    """
    return beside.isalnum() and not (is_bold and edge.isalnum() and WIDE_LETTER.match(beside))


def _escape_line(text: str) -> str:
    return escape_markdown(_collapse_spaces(_write_emphasis(text)))


def _escape_bracket(match: re.Match[str]) -> str:
    return match[0] if len(match[0]) > 1 else verbatim(f"\\{match[0]}")


def _code_span(text: str) -> str:
    ticks = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    pad = " " if "`" in (text[0], text[-1]) else ""
    return f"{ticks}{pad}{text}{pad}{ticks}"


def _strike_out(cell: str) -> str:
    text = cell.replace(STRIKE, "")
    return f"{STRIKE}{text.strip()}{STRIKE}" if text.strip() else text


def _span(cell: LexborNode, name: str) -> int:
    """Return the number of columns or rows of a cell."""
    return min(max(1, to_integer(cell.attributes.get(name)) or 1), MAX_SPAN)


def _find_code_language(pre: LexborNode | None) -> str:
    """Return the language that the classes of code, or of what is around it, name; empty if none do."""
    if pre is None:
        return ""
    for node in (pre.css_first("code"), pre, pre.parent):
        given = node.attributes if node is not None else {}
        classes = given.get("class") or ""
        stated = (f"language-{given[name]}" for name in LANGUAGE_ATTRIBUTES if given.get(name))
        for each in (classes, *stated):
            if named := CODE_LANGUAGE.search(each):
                return named[1].lower()
    return ""


class MarkdownWriter:
    """Writes the elements and texts of a page, which come in the order of the page, as blocks of Markdown.

    The text of the open block is held in pieces until the block ends: only then it is known what a line is, and what
    in it has to be escaped.
    """

    def __init__(self, base: str = "") -> None:
        self._base = base
        self._blocks: list[str] = []
        self._inline: list[str] = []
        self._has_text = False
        self._open_lists: list[ListNumbers | None] = []
        """None for a list with bullets."""
        self._open_spans: list[tuple[str, int]] = []
        self._pictures: set[str] = set()
        self._figure_captions: dict[int, str] = {}
        self._captions: set[str] = set()
        """The texts of the pictures, which a caption need not repeat."""
        self._tables_with_heads: list[bool] = []
        """The open tables, and whether they have cells that are heads."""
        self._in_row = self._has_heads = self._in_table = self._in_table_head = False
        self._is_after_row = self._is_row_of_blocks = False
        self._cell_count = self._pending_cells = 0
        self._row_spans: dict[int, int] = {}
        """The rows that a cell above still covers, by column."""
        self._coverable_cells = MAX_COVERED_CELLS
        self._quote_depth = 0
        self._pre_depth = 0
        self._strike_depth = 0
        self._code_language = ""
        self._expansions: list[str] = []
        """What the open abbreviations stand for."""
        self._spelled_out: set[str] = set()
        self._line_marker = ""
        self._marker_level = 0
        """The number of lists around the item that the marker begins."""
        self._is_tight = False
        """True if the next block follows without an empty line."""
        self._has_rule = False
        """True if a rule stands before the next block."""
        self._open_link: tuple[int, str] | None = None

    @property
    def is_in_listing(self) -> bool:
        """True inside of `<pre>`, where blanks and lines are kept."""
        return self._pre_depth > 0

    def write(self, text: str) -> None:
        """Write text, which is escaped when its line is written."""
        if not text.isprintable():
            text = CONTROLS.sub("", text)
        self._inline.append(text)
        self._has_text = self._has_text or not text.isspace()

    def write_lines(self, text: str) -> None:
        """Write text whose line breaks are shown."""
        first, *others = text.split("\n")
        self.write(first)
        for line in others:
            self._inline.append(self._line_break())
            self.write(line)

    def _line_break(self) -> str:
        if self._pre_depth:
            return "\n"
        return " " if self._in_row else BR_PLACEHOLDER

    def write_leaf(self, tag: str, node: LexborNode) -> None:
        """Write a picture, a formula, or a link to what is embedded."""
        if tag in ("math", "script"):
            formula = math_to_text(node) if tag == "math" else find_formula(node)
            if formula:
                self.write(formula)
        elif tag == "input":
            self._write_checkbox(node)
        elif tag == "noscript":
            for picture in node.css("img"):
                self._write_picture(picture)
        elif tag in PICTURE_TAGS:
            self._write_picture(node)
        elif tag == "area":
            label = node.attributes.get("alt") or node.attributes.get("title") or ""
            self._write_link(label.strip(), self._resolve_href(node.attributes.get("href") or ""))
        elif embed := describe_embed(tag, node):
            if WEB_ADDRESS.match(href := self._resolve_href(embed[1])):
                self._write_link(f"{embed[0]}: {urlsplit(href).hostname or ''}", href)
        elif tag == "object":
            for child in node.css("embed, img"):
                self.write_leaf(child.tag or "", child)

    def _write_link(self, label: str, href: str) -> None:
        """Write a link of its own, if it has a label and leads to a page."""
        if label and WEB_ADDRESS.match(href):
            self._inline.append(" ")
            self._write_markup("[")
            self.write(label)
            self._write_markup(f"]({escape_address(href)})")
            self._inline.append(" ")

    def enter(self, tag: str, node: LexborNode) -> None:
        """Begin an element; what is inside follows."""
        if tag in CELL_TAGS and self._in_row:
            self._enter_cell(tag, node)
        elif tag == "tr" and self._is_data_row(node):
            self._enter_block(tag)
            self._in_row, self._cell_count, self._has_heads = True, 0, True
            self._in_table_head = node.parent is not None and node.parent.tag == "thead"
        elif tag in CELL_TAGS and self._pre_depth and self._inline:
            self._inline.append("" if self._inline[-1].endswith("\n") else " ")
        elif tag in LINE_TAGS and self._pre_depth:
            return
        elif tag in BLOCK_TAGS and self._in_row:
            self._enter_block_of_cell(tag, node)
        elif tag in BLOCK_TAGS:
            self._enter_block(tag, node)
        elif tag == "br":
            self._inline.append(" " if self._in_row else BR_PLACEHOLDER)
        elif tag == "a":
            href = self._resolve_href((node.attributes.get("href") or "").strip())
            is_kept = WEB_ADDRESS.match(href) or OTHER_ADDRESS.match(href)
            self._open_link = (len(self._inline), href) if is_kept else None
        elif tag in ("sup", "sub") or (tag == "code" and not self._pre_depth):
            self._open_spans.append((tag, len(self._inline)))
        elif tag in STRIKE_TAGS:
            self._enter_strike()
        elif tag in SPAN_SIGNS:
            self._inline.append(SPAN_SIGNS[tag][0])
        elif tag in ABBREVIATION_TAGS:
            self._expansions.append(self._find_expansion(node))
        elif tag in EMPHASIS:
            self._inline.append(EMPHASIS[tag][0])

    def leave(self, tag: str) -> None:
        """End the element that was begun last."""
        if tag == "a":
            self._close_link()
        elif tag in ("sup", "sub") or (tag == "code" and not self._pre_depth):
            self._close_span(tag)
        elif tag in STRIKE_TAGS:
            self._leave_strike()
        elif tag in SPAN_SIGNS:
            self._inline.append(SPAN_SIGNS[tag][1])
        elif tag in ABBREVIATION_TAGS:
            if expansion := self._expansions.pop():
                self.write(f" ({expansion})")
        elif tag in EMPHASIS:
            self._inline.append(EMPHASIS[tag][1])
        elif tag == "tr" and self._in_row:
            self._leave_row()
        elif tag in BLOCK_TAGS and self._in_row:
            self._inline.append(" ")
            if tag in LIST_TAGS:
                self._open_lists.pop()
        elif tag in LINE_TAGS and self._pre_depth:
            return
        elif tag in BLOCK_TAGS:
            self._flush(is_caption=tag == "figcaption")
            self._leave_block(tag)

    def finish(self) -> str:
        """Return the Markdown of all that was written."""
        self._flush()
        return "".join(self._blocks)

    def _write_markup(self, markup: str) -> None:
        """Write markup, which is text that is seen and not escaped."""
        self._inline.append(verbatim(markup))
        self._has_text = True

    def _find_expansion(self, node: LexborNode) -> str:
        """Return what an abbreviation stands for, unless the text has said it."""
        title = " ".join((node.attributes.get("title") or "").split())
        if not SPELLED_OUT_WORD.search(title) or title in self._spelled_out:
            return ""
        self._spelled_out.add(title)
        known = "".join([*self._inline[-SEEN_BEFORE_PIECES:], node.text()])
        return "" if title in known or self._pre_depth else title

    def _write_checkbox(self, node: LexborNode) -> None:
        """Write the box of a task; other fields ask for something."""
        if (
            node.attributes.get("type", "") == "checkbox"
            and self._line_marker
            and not self._has_text
        ):
            self._inline += [verbatim("[x]" if "checked" in node.attributes else "[ ]"), " "]

    def _write_picture(self, node: LexborNode) -> None:
        """Write a picture with its address, or its text if it has no address; never a tracking pixel."""
        picture = find_picture(node, self._figure_captions)
        if picture is None:
            return
        href = self._resolve_href(picture.address)
        if not WEB_ADDRESS.match(href):
            self.write(f"({picture.alt})" if picture.alt else "")
        elif picture.is_text:
            self.write(picture.alt)
        elif href not in self._pictures:
            self._pictures.add(href)
            self._captions.add(picture.alt)
            self._write_markup(format_picture(picture.name(href), href))

    def _resolve_href(self, href: str) -> str:
        """Return the absolute target of a link; empty if it cannot be resolved."""
        href = complete_web_url(href, self._base)
        if href.startswith("//") and not self._base:
            href = f"https:{href}"
        is_whole = not self._base or href.startswith(("#", "https://", "http://"))
        try:
            if is_whole and href:
                urlsplit(href)  # fails where an address of a host is meant, and is none
            return href if is_whole or not href else _resolve_url(self._base, href)
        except ValueError:
            return ""

    def _enter_block(self, tag: str, node: LexborNode | None = None) -> None:
        self._flush()
        if tag == "tr":
            self._is_row_of_blocks = False
        elif tag == "table":
            is_deep = len(self._tables_with_heads) >= MAX_TABLE_DEPTH
            head = None if is_deep or node is None else node.css_first("th")
            self._tables_with_heads.append(head is not None)
        if tag in LIST_TAGS:
            self._is_tight = bool(self._open_lists)
            self._open_lists.append(ListNumbers(node) if tag == "ol" else None)
        elif tag == "li":
            self._begin_line(self._number_item(node) or "- ")
        elif tag == "blockquote":
            self._quote_depth += 1
        elif tag == "hr":
            self._has_rule = bool(self._blocks) and not self._open_lists
        elif tag in HEADING_TAGS:
            if not self._line_marker:
                self._begin_line(HEADING_MARKER)
        elif tag in PRE_TAGS:
            self._pre_depth += 1
            self._code_language = _find_code_language(node)

    def _begin_line(self, marker: str) -> None:
        """Let a marker stand before the next line, after that of an item around it without text of its own."""
        if not self._line_marker:
            self._marker_level = len(self._open_lists)
        if len(self._open_lists) - self._marker_level < MAX_NESTING_SHOWN:
            self._line_marker += marker

    def _leave_block(self, tag: str) -> None:
        self._is_tight = (
            tag == "li"
            or (tag == "tr" and not self._is_row_of_blocks)
            or (self._is_tight and tag in LIST_TAGS and len(self._open_lists) > 1)
        )
        self._is_row_of_blocks = tag != "caption"
        if tag in LIST_TAGS:
            self._open_lists.pop()
        elif tag == "table":
            self._tables_with_heads.pop()
            self._in_table = False
            self._row_spans.clear()
        elif tag == "blockquote":
            self._quote_depth -= 1
        elif tag in PRE_TAGS:
            self._pre_depth -= 1
        if tag in HEADING_TAGS or tag == "li":
            self._line_marker = ""

    def _enter_strike(self) -> None:
        self._strike_depth += 1
        if self._strike_depth == 1 and self._inline[-1:] == [STRIKE]:
            self._inline.pop()  # struck out as what is before it
        elif self._strike_depth == 1:
            self._inline.append(STRIKE)

    def _leave_strike(self) -> None:
        self._strike_depth -= 1
        if not self._strike_depth:
            self._close_strike()

    def _close_strike(self) -> None:
        """Write the sign that ends what is struck out, or take back the one that began nothing."""
        if STRIKE not in self._inline:
            return
        begin = len(self._inline) - 1 - self._inline[::-1].index(STRIKE)
        is_in_strike = self._open_link is not None and begin < self._open_link[0]
        if not "".join(self._inline[begin + 1 :]).strip():
            del self._inline[begin]
            if self._open_link and is_in_strike:
                self._open_link = (self._open_link[0] - 1, self._open_link[1])
            return
        if is_in_strike:
            self._close_link()
        self._inline.append(STRIKE)

    def _close_span(self, tag: str) -> None:
        """Write code, or text that is raised or lowered."""
        if not self._open_spans or self._open_spans[-1][1] > len(self._inline):
            return
        _, start = self._open_spans.pop()
        text = EMPHASIS_MARK.sub("", "".join(self._inline[start:]))
        if tag != "code":
            before = "".join(self._inline[max(0, start - 3) : start])
            self._inline[start:] = [script_text(tag, text, before)]
        elif text.strip() and "\x02" not in text:
            lines = [" ".join(line.split()) for line in text.split(BR_PLACEHOLDER)]
            parts = (verbatim(_code_span(line)) if line else "" for line in lines)
            self._inline[start:] = [BR_PLACEHOLDER.join(parts)]

    def _close_link(self) -> None:
        """Write the text of a link, followed by its address."""
        if self._open_link is None:
            return
        start, href = self._open_link
        text = "".join(self._inline[start:])
        label = " ".join(text.replace(BR_PLACEHOLDER, " ").split())
        before = text[: len(text) - len(text.lstrip(BLANKS))]
        after = text[len(text.rstrip(BLANKS)) :]
        self._open_link = None
        if not EMPHASIS_MARK.sub("", label) or self._pre_depth:
            return
        if other := OTHER_ADDRESS.match(href):
            address = unquote(other[1])
            self.write("" if address in label else f" ({address})")
            return
        if EMPHASIS_MARK.sub("", label) == href or label.endswith(f"]({escape_address(href)})\x03"):
            return  # a picture that links to itself
        label = re.sub(rf"{VERBATIM_PATTERN}|[\[\]]", _escape_bracket, label)
        address = verbatim(f"]({escape_address(href)})")
        self._inline[start:] = [before, verbatim("["), label, address, after]

    def _is_data_row(self, node: LexborNode) -> bool:
        """Return True for a row of several cells without blocks that are no data."""
        if self._in_row or len(self._tables_with_heads) > MAX_TABLE_DEPTH or self._pre_depth:
            return False
        child, cells = node.first_child, 0
        while child is not None:
            cells += child.tag in CELL_TAGS
            child = child.next
        cells += len(self._row_spans) if cells else 0
        has_heads = self._tables_with_heads[-1:] == [True]
        other_content = UNCELLED_CONTENT if has_heads else LAYOUT_CONTENT
        return cells > 1 and node.css_first(other_content) is None

    def _enter_block_of_cell(self, tag: str, node: LexborNode) -> None:
        """Begin a paragraph or an item of a list in a cell, which is one line."""
        self._inline.append(" ")
        if tag in LIST_TAGS:
            self._open_lists.append(ListNumbers(node) if tag == "ol" else None)
        elif tag == "li":
            self._inline.append(self._number_item(node) or BULLET)

    def _number_item(self, node: LexborNode | None) -> str:
        """Return the number of an item of the open list; empty if that has none."""
        numbers = self._open_lists[-1] if self._open_lists else None
        return f"{numbers.take(node)} " if numbers else ""

    def _enter_cell(self, tag: str, node: LexborNode) -> None:
        columns = 1 + self._cover_cells(_span(node, "colspan") - 1)
        before = self._pending_cells + 1 if self._cell_count else 0
        self._cell_count += max(0, before - 1)
        self._inline.append(CELL_END * (before + self._skip_covered()))
        wanted = (_span(node, "rowspan") - 1) * columns
        if rows := self._cover_cells(wanted) // columns:
            covered = range(self._cell_count, self._cell_count + columns)
            self._row_spans |= dict.fromkeys(covered, rows)
        self._cell_count += 1
        self._pending_cells = columns - 1
        self._has_heads = self._has_heads and (tag == "th" or self._in_table_head)

    def _cover_cells(self, wanted: int) -> int:
        """Return how many of so many cells may still be covered by another one."""
        covered = min(wanted, self._coverable_cells)
        self._coverable_cells -= covered
        return covered

    def _skip_covered(self) -> int:
        """Go on behind the cells that one above covers; return their number."""
        start = self._cell_count
        while rows := self._row_spans.pop(self._cell_count, 0):
            if rows > 1:
                self._row_spans[self._cell_count] = rows - 1
            self._cell_count += 1
        return self._cell_count - start

    def _leave_row(self) -> None:
        """Finish a row of a table, with a delimiter row below its heads."""
        self._cell_count += self._pending_cells
        self._inline.append(CELL_END * (self._pending_cells + self._skip_covered()))
        columns = self._cell_count
        self._in_row, self._pending_cells = False, 0
        self._open_spans.clear()
        cells = "".join(self._inline).split(CELL_END)
        if self._strike_depth:
            cells = [_strike_out(cell) for cell in cells]
        line = " | ".join(
            re.sub(r"\\?\|", r"\\|", _escape_line(join_cjk_lines(cell))) for cell in cells
        )
        if self._has_text:
            lines = [f"| {line} |"]
            lines += ["|" + " --- |" * columns] if self._has_heads and not self._in_table else []
            self._add_block(lines, is_row=True)
            self._in_table = True
        self._inline[:] = [STRIKE] if self._strike_depth else []
        self._has_text = False
        self._is_tight = True

    def _flush(self, *, is_caption: bool = False) -> None:
        """Finish the open block, if it has any text."""
        link = self._open_link
        if self._strike_depth:
            self._close_strike()
        if link and self._has_text and not self._pre_depth:
            self._close_link()
        has_text, written = self._has_text, self._inline
        self._open_spans.clear()
        if has_text:
            lines = self._pre_lines() if self._pre_depth else self._prose_lines()
            if not (is_caption and strip_inline_markdown(" ".join(lines)) in self._captions):
                self._add_block(lines)
        written.clear()
        if self._strike_depth:  # around several blocks, it is that of each, and so is a link
            written.append(STRIKE)
        self._has_text = False
        self._open_link = link and (len(written), link[1])

    def _pre_lines(self) -> list[str]:
        text = LISTING_MARKS.sub("", "".join(self._inline)).translate(LISTING_BLANKS)
        runs = re.findall("`{3,}", text)
        fence = "`" * max(3, *(len(run) + 1 for run in runs), 3)
        return [
            fence + self._code_language,
            *(line.expandtabs(TAB_COLUMNS) for line in text.strip("\n").split("\n")),
            fence,
        ]

    def _prose_lines(self) -> list[str]:
        text = join_cjk_lines("".join(self._inline))
        parts = text.strip().strip(BR_PLACEHOLDER).split(BR_PLACEHOLDER)
        if self._line_marker == HEADING_MARKER:
            parts = [EMPHASIS_MARK.sub("", " ".join(parts))]
        return [_escape_line(part) for part in parts]

    def _add_block(self, lines: list[str], *, is_row: bool = False) -> None:
        if self._has_rule:
            quote = "> " * min(self._quote_depth, MAX_NESTING_SHOWN)
            self._blocks.append(f"\n\n{quote}{RULE}")
            self._has_rule = self._is_tight = False
        is_heading = self._line_marker == HEADING_MARKER
        continues = is_row or self._line_marker or not self._open_lists
        follows = self._is_tight and continues and not is_heading and is_row == self._is_after_row
        if self._blocks:
            self._blocks.append("\n" if follows else "\n\n")
        self._is_after_row = is_row
        if self._quote_depth or self._open_lists or self._line_marker:
            lines = self._prefix_lines(lines)
        self._blocks.append("\n".join(lines))
        self._line_marker = ""
        self._is_tight = False

    def _prefix_lines(self, lines: list[str]) -> list[str]:
        """Return the lines of a block with the markers of the quotes and lists around it."""
        quote = "> " * min(self._quote_depth, MAX_NESTING_SHOWN)
        lists = self._marker_level if self._line_marker else len(self._open_lists)
        level = min(lists, MAX_NESTING_SHOWN) - (1 if self._line_marker else 0)
        first = "  " * max(level, 0) + self._line_marker
        rest = " " * len(first)
        return [quote + (rest if number else first) + line for number, line in enumerate(lines)]
