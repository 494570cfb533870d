"""The Markdown of stored texts: escaping what is text, and taking markup off again.

Stored texts are CommonMark with line breaks kept. A backslash before ASCII punctuation makes it text; search,
snippets and summaries see the text without markup and addresses.
"""

from __future__ import annotations

import re

VERBATIM_START, VERBATIM_END = "\x02", "\x03"
"""Around markup in a text that is still to be escaped."""

VERBATIM_PATTERN = r"\x02[^\x02\x03]*+\x03"
_SPECIAL = re.compile(
    rf"{VERBATIM_PATTERN}"
    r"|\\(?=[!-/:-@\[-`{-~\n\x02]|\Z)"
    r"|(?<![^\s])\*(?=\s)|\*"
    r"|(?<![^\W_])_|_(?![^\W_])"
    r"|`|(?<=~)~|~(?=~)"
    r"|\[(?=[^\[\]\n]*\](?:[(\[:\n\x02]|\Z))"
    r"|!(?=\[|\x02\[)"
    r"|<(?=[A-Za-z/!?])"
    r"|&(?=#?\w+;)"
)
_HAS_SPECIAL = re.compile(r"[\\*_`~\[!<&\x02]")
_LINE_START = re.compile(
    r"^( *)(?:(\d{1,9})([.)])(?= |$)|(#{1,6}(?= |$)|>|[-+](?= |$)|\||(?:-[ -]*|=+ *)$))",
    re.MULTILINE,
)
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_ESCAPED_BASE = 0xF0000
_UNESCAPED = {_ESCAPED_BASE + code: code for code in range(0x21, 0x7F)}
_ESCAPE_OR_LINK = re.compile(
    r"\\.|!?\[((?:[^\[\]\\]|\\.?)*+)\]\((?>(?:[^()\s]++|\([^()\s]*+\))*)(?:\s+\"[^\"\n]*+\")?\)"
)
_INLINE = (
    re.compile(r"`([^`\n]+)`"),
    re.compile(r"\*\*(?=\S)([^*\n]+)(?<=\S)\*\*"),
    re.compile(r"(?<![\w*])\*(?=\S)([^*\n]+)(?<=\S)\*(?![\w*])"),
)


def verbatim(markup: str) -> str:
    """Return markup so that `escape_markdown` keeps it as it is."""
    return f"{VERBATIM_START}{markup}{VERBATIM_END}"


def escape_markdown(text: str) -> str:
    """Escape what would be drawn as markup, except between verbatim marks, which are removed."""
    if _HAS_SPECIAL.search(text):
        text = _SPECIAL.sub(_escape_special, text)
    return _LINE_START.sub(_escape_line_start, text)


def _escape_special(match: re.Match[str]) -> str:
    found = match[0]
    if found[0] == VERBATIM_START:
        return found[1:-1]
    at, text = match.start(), match.string
    around = text[max(0, at - 1) : at], text[match.end() : match.end() + 1]
    if found in "*_" and all(each.isspace() for each in around):
        return found
    return f"\\{found}"


def _escape_line_start(match: re.Match[str]) -> str:
    indent, number, mark, other = match.groups()
    return f"{indent}{number}\\{mark}" if number else f"{indent}\\{other}"


def escape_label(text: str) -> str:
    """Return text for the label of a link or picture, inside a table as well."""
    return re.sub(r"(?<!\\)([\[\]|])", r"\\\1", escape_markdown(text))


def escape_address(url: str) -> str:
    """Return a URL for the address of a link or picture."""
    return url.replace(" ", "%20").replace("(", "%28").replace(")", "%29")


def format_picture(alt: str, url: str) -> str:
    """Return a picture as Markdown."""
    return f"![{escape_label(alt)}]({escape_address(url)})"


def strip_links(text: str) -> str:
    """Return a text with the labels of its links and pictures, without their addresses."""
    if "](" not in text:
        return text
    for _ in range(2):  # a picture inside a link
        text = _ESCAPE_OR_LINK.sub(lambda found: found[0] if found[1] is None else found[1], text)
    return text


def strip_inline_markdown(text: str) -> str:
    """Return a text without markup around its words, and with its escapes resolved."""
    has_escapes = "\\" in text
    if has_escapes:
        text = _ESCAPE.sub(lambda found: chr(_ESCAPED_BASE + ord(found[1])), text)
    text = strip_links(text)
    for pattern in _INLINE if "*" in text or "`" in text else ():
        text = pattern.sub(r"\1", text)
    return text.translate(_UNESCAPED) if has_escapes else text
