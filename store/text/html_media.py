"""Content of HTML that is written as a whole: pictures, embedded media, formulas, raised and lowered text."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from html import unescape
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from selectolax.lexbor import LexborNode

from store.text.clean import clean_line
from store.text.markdown import VERBATIM_PATTERN, VERBATIM_START

HIDING_STYLE = re.compile(
    r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all"
    r"|(?:left|top|right|text-indent)\s*:\s*-\d{4,9}(?:px|em|pt)|clip\s*:\s*rect\([01]?(?:px)?[,\s])",
    re.IGNORECASE,
)
NO_SPACE_STYLE = re.compile(
    r"(?:^|;)\s*(?:opacity|(?:max-)?(?:height|width))\s*:\s*0(?:px|pt|em|%)?\s*(?=;|!|$)",
    re.IGNORECASE,
)
NO_LETTERS_STYLE = re.compile(
    r"(?:^|;)\s*(?:font-size|line-height)\s*:\s*(?:0(?:px|pt|em|%)?|1px)\s*(?=;|!|$)", re.IGNORECASE
)
"""With this alone, the space between pictures is hidden and not what they show."""
HIDDEN_CLASS = re.compile(
    r"(?:^|\s)(?:pre-?header|katex-html|MathJax_Preview|sr-only"
    r"|mw-editsection|visually-?hidden|screen-reader-(?:text|only))(?:\s|$)",
    re.IGNORECASE,
)
"""Text that style sheets hide, and drawings of formulas that are there as MathML or TeX, too."""
LINE_NUMBER_CLASS = re.compile(
    r"(?:^|\s)(?:ln|lnt|linenos?|line-?numbers?|hljs-ln-numbers|gutter|code-gutter|rouge-gutter|crayon-nums|blob-num|js-line-number)(?:\s|$)",
    re.IGNORECASE,
)
LISTINGS = "pre, td.code > .container, .crayon-pre, .blob-code, ol[class^='dp-']"
"""Listings, also in lists and tables with numbers, as SyntaxHighlighter, Crayon and GitHub make them."""
LISTING_TAGS = frozenset({"div", "ol", "table"})
UNSELECTABLE_STYLE = re.compile(r"(?:^|[;\s-])user-select\s*:\s*none\b", re.IGNORECASE)
NUMBERS_ALONE = re.compile(r"[\s\d]*")
SIGN_CLASS = re.compile(r"(?:^|\s)(?:emoji|wp-smiley)(?:\s|$)")
PIXEL_STYLE = re.compile(
    r"(?:^|;)\s*(?:width|height)\s*:\s*[0-2](?:px)?\s*(?:;|!|$)", re.IGNORECASE
)
SOURCE_SET = re.compile(r"([^\s,]\S*+)(?:\s++([\d.]{1,9})([wx]))?")
MAX_SOURCE_SET_CHARS = 20_000
LAZY_SOURCES = ("data-orig-file", "data-src", "data-lazy-src", "data-original", "data-lazy")
SOURCE_SETS = ("srcset", "data-srcset", "data-lazy-srcset")
"""The sizes of a picture, those that a script puts in their place, too."""
PLACEHOLDER_NAME = re.compile(
    r"(?:^|[/_.-])(?:1x1|blank|empty|grey|lazy|lazyload|loader|loading|pixel|placeholder|spacer|trans|transparent)"
    r"(?:[_.-]\w{1,20})?\.(?:gif|png|svg)(?:$|[?#])",
    re.IGNORECASE,
)
"""The picture that is shown until a script puts the real one in its place."""
EMBED_PAGES = {
    "amp-youtube": ("data-videoid", "https://www.youtube.com/watch?v="),
    "lite-youtube": ("videoid", "https://www.youtube.com/watch?v="),
    "amp-vimeo": ("data-videoid", "https://vimeo.com/"),
    "lite-vimeo": ("videoid", "https://vimeo.com/"),
    "amp-twitter": ("data-tweetid", "https://twitter.com/i/status/"),
    "amp-instagram": ("data-shortcode", "https://www.instagram.com/p/"),
    "amp-facebook": ("data-href", ""),
    "oembed": ("url", ""),
}
"""Elements that embed a page: the attribute with its id, and the address before it."""
EMBED_LABELS = {"video": "Video", "audio": "Audio", "amp-video": "Video", "amp-audio": "Audio"}
SUPERSCRIPTS = str.maketrans("0123456789+-−=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱ")
SUBSCRIPTS = str.maketrans("0123456789+-−=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ")
ORDINAL_ENDINGS = frozenset(
    str.split(
        "st nd rd th er ers re res ère ères e es ème èmes ième ièmes ie o a os as do da to ta nd nds nde de"
        " me mes lle lles gr r"
    )
)
CODE_LINE_CLASS = re.compile(r"(?:^|\s)(?:code-|token-|hljs-)?line(?:\s|$)")
PERMALINK_CLASS = re.compile(
    r"(?:^|\s)(?:(?:header-?|heading-)(?:anchor|link)|anchor|permalink)(?:\s|$)"
)
HEADING_TAG = re.compile(r"h[1-6]")
BACK_SIGNS = re.compile(r"[↩↑^⤴⤶⏎↵⇑⬆\ufe0e\ufe0f\s]++")
MAX_MATH_DEPTH = 40
FORMULA_ATTRIBUTES = ("data-tex", "data-latex", "data-formula", "data-equation")
FORMULA_IN_JSON = re.compile(
    r'"persistentExpression":("(?>(?:[^"\\\\]++|\\\\["\\\\/bfnrt]|\\\\u[0-9a-fA-F]{4})*)")'
)
"""The formula in the attribute that Substack gives to an equation."""
NOTE_CLASS = re.compile(r"(?:^|\s)(?:footnote-(?:anchor|ref(?:erence)?)|fn-?ref|noteref)(?:\s|$)")


STYLED_TAGS = frozenset({"span", "font", "u", "b", "strong"})
STYLES = {
    "del": re.compile(r"text-decoration(?:-line)?\s*:[^;]{0,99}\bline-through", re.IGNORECASE),
    "sup": re.compile(r"vertical-align\s*:\s*super\b", re.IGNORECASE),
    "sub": re.compile(r"vertical-align\s*:\s*sub\b", re.IGNORECASE),
    "b": re.compile(r"font-weight\s*:\s*(?:bold|[6-9]00)\b", re.IGNORECASE),
    "i": re.compile(r"font-style\s*:\s*(?:italic|oblique)\b", re.IGNORECASE),
}
"""The elements that a style stands for, those first that change the meaning."""
NORMAL_WEIGHT = re.compile(r"font-weight\s*:\s*(?:normal|[1-4]00)\b", re.IGNORECASE)


def is_hidden(node: LexborNode) -> bool:
    """Return True for an element that its own attributes hide."""
    attributes = node.attributes
    if not attributes:
        return False
    classes = attributes.get("class") or ""
    if "hidden" in attributes or HIDDEN_CLASS.search(classes):
        return True
    if "MathJax" in classes and node.next is not None and find_formula(node.next):
        return True
    style = attributes.get("style") or ""
    if HIDING_STYLE.search(style):
        return True
    signs = len(NO_SPACE_STYLE.findall(style))
    return signs > 0 and signs + len(NO_LETTERS_STYLE.findall(style)) > 1


def is_line_number(node: LexborNode) -> bool:
    """Return True for the numbers that stand beside the lines of a listing."""
    given = node.attributes
    is_named = (
        LINE_NUMBER_CLASS.search(given.get("class") or "")
        or UNSELECTABLE_STYLE.search(given.get("style") or "")
        or (node.tag == "td" and _is_beside_listing(node))
    )
    return bool(is_named) and NUMBERS_ALONE.fullmatch(node.text()) is not None


def _is_beside_listing(cell: LexborNode) -> bool:
    """Return True for a cell with a listing before another one: its numbers, where only a style says so."""
    cells = (cell, _find_element(cell.next))
    inside = (_find_element(each.first_child) if each is not None else None for each in cells)
    return all(each is not None and each.tag == "pre" for each in inside)


def _find_element(node: LexborNode | None) -> LexborNode | None:
    """Return a node or the first one after it that is no text."""
    while node is not None and node.tag == "-text":
        node = node.next
    return node


class Picture(NamedTuple):
    """A picture of a page."""

    address: str
    alt: str
    is_text: bool
    """True for a sign such as an emoji, of which the text says all."""

    def name(self, address: str) -> str:
        """Return its text, or the name of its file, or its host."""
        return self.alt or picture_name(address)


def picture_name(address: str) -> str:
    """Return the file name of a picture, or its host."""
    parts = urlsplit(address)
    return clean_line(unquote(parts.path.rpartition("/")[2]) or parts.hostname or "", 60)


def find_picture(node: LexborNode, captions: dict[int, str]) -> Picture | None:
    """Return the largest picture of an `<img>` and its `<picture>`; None for a tracking pixel.

    `captions` keeps those of the figures of a document that were looked for.
    """
    attributes = node.attributes
    sizes = (attributes.get("width") or "", attributes.get("height") or "")
    if any(size.strip().removesuffix("px") in ("0", "1", "2") for size in sizes):
        return None
    if PIXEL_STYLE.search(attributes.get("style") or ""):
        return None
    alt = attributes.get("alt") or attributes.get("title") or _find_caption(node, captions)
    alt = " ".join(alt.split())
    address = _find_largest(node)
    if not alt and PLACEHOLDER_NAME.search(address):
        return None
    is_sign = not alt.isascii() and not any(map(str.isalnum, alt))
    is_sign = is_sign or SIGN_CLASS.search(attributes.get("class") or "") is not None
    is_text = is_sign and 0 < len(alt) <= 8
    return Picture(address, alt, is_text)


def _find_largest(node: LexborNode) -> str:
    given = node.attributes
    owners = [given]
    parent = node.parent
    if parent is not None and parent.tag == "picture":
        owners += [each.attributes for each in parent.css("source")]
    sets = [owner.get(name) or "" for owner in owners for name in SOURCE_SETS]
    found = [
        (unit == "w", float(size or 1), address.rstrip(","))
        for each in sets
        for address, size, unit in SOURCE_SET.findall(each[:MAX_SOURCE_SET_CHARS])
        if not address.startswith("data:") and (size or "0").count(".") < 2 and size != "."
    ]
    best = max(found, key=lambda one: one[:2], default=None)
    lazy = next((each for name in LAZY_SOURCES if (each := given.get(name))), None)
    source = lazy or given.get("src") or ""
    is_absent = not source or source.startswith("data:") or PLACEHOLDER_NAME.search(source)
    if best and (best[0] or best[1] > 1 or is_absent):
        return str(best[2])
    return str(source).strip()


def _find_caption(node: LexborNode, captions: dict[int, str]) -> str:
    parent = node.parent
    for _ in range(4):
        if parent is None:
            return ""
        if parent.tag == "figure":
            if parent.mem_id not in captions:
                captions[parent.mem_id] = _read_caption(parent)
            return captions[parent.mem_id]
        parent = parent.parent
    return ""


def _read_caption(figure: LexborNode) -> str:
    """Return the caption of a figure, unless it is that of several pictures."""
    caption = figure.css_first("figcaption")
    is_only_one = len(figure.css("img")) - len(figure.css("noscript img")) < 2
    return caption.text(separator=" ") if caption and is_only_one else ""


def describe_embed(tag: str, node: LexborNode) -> tuple[str, str] | None:
    """Return label and address of an embedded page or recording; None if it has no address."""
    given = node.attributes
    address = given.get("src") or given.get("data-src") or given.get("data") or ""
    if tag in EMBED_PAGES and (number := given.get(EMBED_PAGES[tag][0])):
        address = EMBED_PAGES[tag][1] + number
    elif not address and tag in EMBED_LABELS:
        source = node.css_first("source[src]")
        address = (source.attributes.get("src") or "") if source else ""
    sizes = (given.get("width"), given.get("height"))
    if not address or any(size in ("0", "1", "2") for size in sizes):
        return None
    title = " ".join((given.get("title") or given.get("playlabel") or "").split())
    return title or EMBED_LABELS.get(tag, "Embedded"), address.strip()


def script_text(tag: str, text: str, before: str) -> str:
    """Return raised or lowered text so that it does not run into the text before it."""
    table = SUPERSCRIPTS if tag == "sup" else SUBSCRIPTS
    outside = re.sub(VERBATIM_PATTERN, "", text).strip()
    if not outside or (outside[0] in "[(" and tag == "sup" and VERBATIM_START in text):
        return text
    if all(ord(char) in table for char in outside):
        parts = re.split(f"({VERBATIM_PATTERN})", text)
        return "".join(
            each if each[:1] == VERBATIM_START else each.translate(table) for each in parts
        )
    if (
        tag == "sup" and (outside.lower() in ORDINAL_ENDINGS or outside[0] in "[™®*†‡")
    ) or not before.strip():
        return text
    sign = "^" if tag == "sup" else "_"
    return (
        f"{sign}{outside}"
        if len(outside) == 1 or outside.isdecimal()
        else f"{sign}({text.strip()})"
    )


def find_formula(script: LexborNode) -> str:
    """Return the formula that a script holds for MathJax, in TeX; nothing of any other script."""
    kind, _, mode = (script.attributes.get("type") or "").partition(";")
    if kind.strip().lower() != "math/tex":
        return ""
    sign = "$$" if "display" in mode else "$"
    return f"{sign}{unescape(script.text()).strip()}{sign}"


def find_stated_formula(node: LexborNode) -> str:
    """Return the formula, in TeX, that an empty element has in an attribute for a script to draw."""
    given = node.attributes
    if not given or node.tag in ("img", "input"):
        return ""
    stated = next(filter(None, map(given.get, FORMULA_ATTRIBUTES)), "")
    if not stated and (found := FORMULA_IN_JSON.search(given.get("data-attrs") or "")):
        stated = str(json.loads(found[1]))
    return f"${stated.strip()}$" if stated.strip() else ""


def starts_line(node: LexborNode, blocks: Collection[str]) -> bool:
    """Return True for what begins a line of a listing that no line break has ended."""
    before = node.prev
    if before is None or _ends_with_break(before):
        return False
    is_line = node.tag in blocks or (_is_code_line(node) and _is_code_line(before))
    if not is_line and before.tag not in blocks:
        return False
    written = before.text_content if before.tag == "-text" else before.text()
    follows = (node.text_content or "") if node.tag == "-text" else ""
    return not (written or "").endswith("\n") and not follows.startswith("\n")


def _ends_with_break(node: LexborNode) -> bool:
    while (last := node.last_child) is not None:
        node = last
    return node.tag == "br"


def _is_code_line(node: LexborNode) -> bool:
    if node.tag != "span":
        return False
    given = node.attributes
    return "data-line" in given or CODE_LINE_CLASS.search(given.get("class") or "") is not None


def is_page_control(node: LexborNode) -> bool:
    """Return True for a link inside the page without a word: to its own heading, or back from a note."""
    if node.tag != "a" or "#" not in (href := node.attributes.get("href") or ""):
        return False
    words = node.text().strip()
    if not words or any(map(str.isalnum, words)):
        return False
    heading = node.parent.tag if node.parent is not None else ""
    is_named = PERMALINK_CLASS.search(node.attributes.get("class") or "") is not None
    is_of_heading = is_named or HEADING_TAG.fullmatch(heading or "") is not None
    return (is_of_heading and href.startswith("#")) or BACK_SIGNS.fullmatch(words) is not None


def effective_tag(node: LexborNode) -> str:
    """Return the tag of an element, or the one that its style or its role stands for."""
    tag = node.tag or ""
    if tag == "a":
        return "sup" if is_note_mark(node) else tag
    if tag in LISTING_TAGS and (named := node.attributes.get("class")) and _is_listing(node, named):
        return "pre"
    if tag not in STYLED_TAGS or not (style := node.attributes.get("style")):
        return tag
    if tag in ("b", "strong"):  # as office programs paste a whole text
        return "span" if NORMAL_WEIGHT.search(style) else tag
    return next((name for name, pattern in STYLES.items() if pattern.search(style)), tag)


def _is_listing(node: LexborNode, classes: str) -> bool:
    """Return True for an element with these classes that is a listing, or around the lines of one."""
    names = classes.split()
    if node.tag == "ol":
        return classes.startswith("dp-")
    if node.tag == "table":
        return "highlight" in names and node.css_first("td.blob-code") is not None
    cell = node.parent
    is_in_cell = cell is not None and cell.tag == "td" and cell.attributes.get("class") == "code"
    return "crayon-pre" in names or (is_in_cell and "container" in names)


def is_note_mark(node: LexborNode) -> bool:
    """Return True for the number of a footnote that only a style sheet raises."""
    if node.parent is not None and node.parent.tag == "sup":
        return False
    given = node.attributes
    is_mark = given.get("role") == "doc-noteref" or NOTE_CLASS.search(given.get("class") or "")
    return bool(is_mark) and (given.get("href") or "").startswith("#")


def math_to_text(node: LexborNode, depth: int = 0) -> str:
    """Return a formula of MathML in one line."""
    if depth > MAX_MATH_DEPTH:
        return " ".join(node.text().split())
    tag = node.tag or ""
    if tag == "-text":
        return " ".join((node.text_content or "").split())
    if tag.startswith("-") or tag in ("annotation", "annotation-xml"):
        return ""
    if tag == "mspace":
        return " "
    if tag == "mtext":  # its blanks stand between words and signs
        return re.sub(r"\s+", " ", node.text())
    parts = []
    child = node.first_child
    while child is not None:
        if part := math_to_text(child, depth + 1):
            parts.append(part)
        child = child.next
    return _join_math(tag, parts)


def _join_math(tag: str, parts: list[str]) -> str:
    def group(text: str, *, is_product_one: bool = True) -> str:
        is_one = len(text) == 1 or text.isdecimal() or (is_product_one and text.isalnum())
        return text if is_one else f"({text})"

    if tag == "mfrac" and len(parts) == 2:
        return f"{group(parts[0])}/{group(parts[1], is_product_one=False)}"
    if tag == "mfenced":
        return f"({', '.join(parts)})"
    if tag in ("msup", "mover", "msub", "munder") and len(parts) == 2:
        kind = "sup" if tag in ("msup", "mover") else "sub"
        return parts[0] + script_text(kind, parts[1], parts[0])
    if tag in ("msubsup", "munderover") and len(parts) == 3:
        low = script_text("sub", parts[1], parts[0])
        return parts[0] + low + script_text("sup", parts[2], parts[0])
    if tag == "msqrt":
        return f"√{group(''.join(parts), is_product_one=False)}"
    if tag == "mroot" and len(parts) == 2:
        return f"{script_text('sup', parts[1], parts[0])}√{group(parts[0], is_product_one=False)}"
    if tag == "mtd":
        return "".join(parts) + " "
    return "".join(parts) + ("; " if tag == "mtr" else "")
