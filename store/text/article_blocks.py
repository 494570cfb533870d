"""The blocks of a page that belong to its article, found by the text of the article.

An extractor says which text of a page is the article, but loses what HTML says beside it: code, numbers of
lists, pictures. So its text only selects blocks of the page itself, which are then converted as all HTML is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from store.text.html_media import is_hidden
from store.text.html_tags import BLOCK_TAGS

BLOCKS = ", ".join(sorted(BLOCK_TAGS))
MEDIA = "img, iframe, video, audio, embed, object, math"
DROPPED = "math, time, rt, rp, label, output"
"""Elements whose text extractors leave out of that of their paragraph."""
NO_CONTENT = "script:not([type^='math/tex']), style, template, svg, nav, input:not([type='checkbox']), button, select, textarea, dialog, annotation"
"""`annotation` is the source of a formula, which MathML has as well."""
HIDDEN_CLASSES = ".katex-html, .sr-only, .visually-hidden, .screen-reader-text"
MAX_DEPTH = 60
"""Blocks inside each other that are looked into; the time grows with it."""
CAPTION_CLASS = re.compile(r"caption|figure|image|photo|picture|media", re.IGNORECASE)
NO_LETTER = re.compile(r"[\W_]+")
MIN_TELLING_CHARS = 24
"""A shorter block may stand anywhere on a page: it has to follow the block before it."""
MAX_GAP_CHARS = 60
GAP_FACTOR = 4
SHINGLE_CHARS = 12
MIN_KNOWN_SHARE = 0.7
"""The share of a block that must be text of the article; extractors drop notes and labels inside."""
MAX_CAPTION_CHARS = 600
MIN_ICON_PIXELS = 50
ICON_ADDRESS = re.compile(
    r"\b(?:icons?|logos?|sprites?|avatars?|gravatar|share|sharer|shares|buttons?|badges?|spacer|pixel"
    r"|ads?|advert\w*|plugins|tweet|intent)\b",
    re.IGNORECASE,
)


class ArticleBlocks:
    """Removes from a page all blocks that are no text of its article."""

    def __init__(self, text: str, title: str) -> None:
        self.text = _fold(text)
        self.title = _fold(title)
        self.shingles = set(_shingles(self.text, 1))
        self.position = 0
        """Where in the text of the article the last block that was found ends."""
        self.has_begun = False
        self.pending: list[LexborNode] = []
        """Pictures after the last block; they stay if another block follows."""
        self.has_dropped = False
        """True if the page has elements whose text extractors leave out."""
        self.tables_with_heads: dict[int, bool] = {}
        """The tables that were looked into, by their address in memory."""

    def prune(self, body: LexborNode) -> None:
        """Leave the blocks of the article, and the pictures and formulas in them and between them."""
        self.has_dropped = body.css_first(DROPPED) is not None
        self._select(body, 0)
        for node in self.pending:
            node.decompose()

    def _select(self, parent: LexborNode, depth: int) -> bool:
        """Remove what is not of the article from an element; return True if anything remains."""
        kept = False
        for run in list(_iter_runs(parent)):
            block, folded = run[0], _fold("".join(map(_text_of, run)))
            words = _fold("".join(map(_words_of, run))) if self.has_dropped else folded
            is_leaf = not _has_blocks(block)
            if not folded or (words != folded and _is_formula(block, words)):
                self._hold_pictures(run)
            elif self._is_known(folded, is_leaf=is_leaf) or (
                words != folded and self._is_known(words, is_leaf=is_leaf)
            ):
                self._keep()
                kept = True
            elif self.has_begun and (
                _is_captioned_picture(block, folded) or _is_text_figure(block)
            ):
                self.pending.append(block)
            elif kept and _is_caption(block, folded):
                pass  # of a quotation, a listing or a table that is kept
            elif self._has_known_cell(block):
                self._keep()
                kept = True
            elif depth < MAX_DEPTH and _has_blocks(block) and self._select_inside(block, depth):
                kept = True
            else:
                self.has_begun = self.has_begun or (block.tag == "h1" and folded == self.title)
                for node in run:
                    node.decompose()
        return kept

    def _select_inside(self, block: LexborNode, depth: int) -> bool:
        """Select blocks inside of another; if there are none, its pictures are of something else."""
        before = list(self.pending)
        if self._select(block, depth + 1):
            return True
        self.pending = before
        return False

    def _has_known_cell(self, block: LexborNode) -> bool:
        """Return True for a row of data with a cell of the article; extractors drop lists inside of cells."""
        if block.tag != "tr" or not self._is_in_table_with_heads(block):
            return False
        if block.css_first("table") is not None:
            return False
        cells = [_fold(cell.text()) for cell in block.css("td, th")]
        known = [self._is_known(cell, is_leaf=True) for cell in cells if cell]
        return any(known)

    def _is_in_table_with_heads(self, row: LexborNode) -> bool:
        node = row.parent
        while node is not None and node.tag != "table":
            node = node.parent
        if node is None:
            return False
        if node.mem_id not in self.tables_with_heads:
            self.tables_with_heads[node.mem_id] = node.css_first("th") is not None
        return self.tables_with_heads[node.mem_id]

    def _keep(self) -> None:
        self.has_begun = True
        self.pending.clear()

    def _hold_pictures(self, run: list[LexborNode]) -> None:
        for node in run:
            if node.css_first(MEDIA) is None:
                continue
            if self.has_begun and not _has_icons(node):
                self.pending.append(node)
            else:
                node.decompose()

    def _is_known(self, folded: str, *, is_leaf: bool) -> bool:
        """Return True for a block of the article, and go on behind it."""
        is_short = len(folded) < MIN_TELLING_CHARS
        gap = min(MAX_GAP_CHARS, GAP_FACTOR * len(folded)) if self.has_begun else 0
        end = self.position + len(folded) + gap if is_short else len(self.text)
        at = self.text.find(folded, self.position, end)
        if at >= 0:
            self.position = at + len(folded)
            return True
        if is_short:
            return False
        if not is_leaf or folded in self.text:  # out of order
            return folded in self.text
        parts = list(_shingles(folded, SHINGLE_CHARS // 2))
        known = [each for each in parts if each in self.shingles]
        if len(known) < MIN_KNOWN_SHARE * len(parts):
            return False
        self.position = max(self.position, self.text.find(known[-1], self.position))
        return True


def select_article(page: LexborHTMLParser, text: str, title: str) -> None:
    """Remove from a page all blocks that are no text of its article; see `ArticleBlocks`."""
    for node in page.css(NO_CONTENT):
        node.decompose()
    for node in page.css(f"[hidden], [style], {HIDDEN_CLASSES}"):
        if is_hidden(node):
            node.decompose()
    if page.body is not None:
        ArticleBlocks(text, title).prune(page.body)


def _fold(text: str) -> str:
    return NO_LETTER.sub("", text).casefold()


def _shingles(text: str, step: int) -> Iterator[str]:
    for start in range(0, max(1, len(text) - SHINGLE_CHARS + 1), step):
        yield text[start : start + SHINGLE_CHARS]


def _text_of(node: LexborNode) -> str:
    return "" if node.tag == "-comment" else node.text()


def _words_of(node: LexborNode) -> str:
    """Return the text of a node as extractors have it."""
    text, at = _text_of(node), 0
    kept: list[str] = []
    for dropped in (each.text() for each in node.css(DROPPED)):
        start = text.find(dropped, at)
        if start >= 0:
            kept.append(text[at:start])
            at = start + len(dropped)
    return "".join([*kept, text[at:]])


def _is_formula(block: LexborNode, words: str) -> bool:
    """Return True for a formula alone, or with its number."""
    return (not words or words.isdecimal()) and block.css_first("math") is not None


def _has_blocks(node: LexborNode) -> bool:
    """Return True if there are blocks inside of an element."""
    return len(node.css(BLOCKS)) > (node.tag in BLOCK_TAGS)


def _has_icons(node: LexborNode) -> bool:
    """Return True for small pictures, and for those of buttons and advertisements."""
    for each in node.css("a[href], img, iframe"):
        given = each.attributes
        sizes = [(given.get(name) or "").removesuffix("px") for name in ("width", "height")]
        if any(size.isdecimal() and int(size) < MIN_ICON_PIXELS for size in sizes):
            return True
        if ICON_ADDRESS.search(given.get("src") or given.get("href") or ""):
            return True
    return False


def _is_captioned_picture(node: LexborNode, folded: str) -> bool:
    """Return True for a picture with a caption, which extractors drop."""
    is_named = node.tag == "figure" or CAPTION_CLASS.search(node.attributes.get("class") or "")
    return bool(is_named) and len(folded) < MAX_CAPTION_CHARS and len(node.css(MEDIA)) == 1


def _is_text_figure(node: LexborNode) -> bool:
    """Return True for a listing, a quotation or a table with its caption, which extractors drop."""
    return (
        node.tag == "figure"
        and node.css_first("pre, blockquote, table") is not None
        and node.css_first("a[href] img, form, nav") is None
    )


def _is_caption(node: LexborNode, folded: str) -> bool:
    """Return True for the source of a quotation or a caption, which extractors take for the foot of a page."""
    parent = node.parent.tag if node.parent is not None else ""
    is_named = node.tag in ("footer", "figcaption", "cite") and parent in ("blockquote", "figure")
    return is_named and len(folded) < MAX_CAPTION_CHARS


def _iter_runs(parent: LexborNode) -> Iterator[list[LexborNode]]:
    """Yield each block of an element alone, and what stands between blocks together."""
    run: list[LexborNode] = []
    child = parent.first_child
    while child is not None:
        is_block = child.is_element_node and child.css_first(BLOCKS) is not None
        if is_block and run:
            yield run
            run = []
        if is_block:
            yield [child]
        else:
            run.append(child)
        child = child.next
    if run:
        yield run
