"""Highlighting of code in articles: the tokens of Pygments as roles of a theme.

Only code whose language its author has named is highlighted, because a guess is often wrong. A lexer is
made of regular expressions, which a text can keep busy for hours; `tui/rendering/code_process.py`
runs it where that does no harm.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.rendering.text_layout import StyleSpan

if TYPE_CHECKING:
    from pygments.lexer import Lexer

    from tui.rendering.text_layout import TextLine

TOKEN_ROLES: Mapping[str, str] = {
    "Comment": "code-comment",
    "Comment.Hashbang": "code-comment",
    "Comment.Preproc": "code-keyword",
    "Generic.Deleted": "code-deleted",
    "Generic.Heading": "code-name",
    "Generic.Inserted": "code-string",
    "Generic.Prompt": "code-comment",
    "Generic.Subheading": "code-name",
    "Keyword": "code-keyword",
    "Keyword.Constant": "code-number",
    "Keyword.Type": "code-name",
    "Literal": "code-number",
    "Literal.String": "code-string",
    "Literal.String.Doc": "code-comment",
    "Literal.String.Escape": "code-number",
    "Name.Attribute": "code-number",
    "Name.Class": "code-name",
    "Name.Constant": "code-number",
    "Name.Decorator": "code-name",
    "Name.Function": "code-name",
    "Name.Tag": "code-name",
    "Operator.Word": "code-keyword",
}
"""The roles of the types of tokens, and of those that belong to them; all others have the role of code."""
CODE_ROLES = ("code", *sorted(set(TOKEN_ROLES.values())))

MAX_CODE_CHARS = 100_000
"""Of all code of an article; what is longer has no colours from there on."""
MAX_TOKENS = 20_000
"""Of one block; the rest of it has no colours."""
Token = tuple[int, int, str]
"""Start, end and role."""


def find_tokens(language: str, code: str) -> list[Token]:
    """Return the tokens that are not drawn as plain code, in order and without overlap.

    Args:
        language: Its name; an unknown one has no tokens.
        code: The code.
    """
    lexer = _find_lexer(language)
    tokens: list[Token] = []
    if lexer is None:
        return tokens
    for start, kind, text in lexer.get_tokens_unprocessed(code + "\n"):  # lexers expect whole lines
        role = _find_role(str(kind).removeprefix("Token."))
        if not role or not text.strip() or (tokens and start < tokens[-1][1]):
            continue
        end = start + len(text)
        if tokens and tokens[-1][1:] == (start, role):
            tokens[-1] = (tokens[-1][0], end, role)
        else:
            tokens.append((start, end, role))
        if len(tokens) >= MAX_TOKENS:
            break
    return tokens


def _find_lexer(language: str) -> Lexer | None:
    from pygments.lexers import get_lexer_by_name  # imported here: only articles with code need it
    from pygments.util import ClassNotFound

    try:
        return get_lexer_by_name(language)
    except ClassNotFound:
        return None


def _find_role(kind: str) -> str:
    while kind and kind not in TOKEN_ROLES:
        kind = kind.rpartition(".")[0]
    return TOKEN_ROLES.get(kind, "")


@dataclass(frozen=True, slots=True)
class CodeSpans:
    """The tokens of all code of an article, by their offsets into its text."""

    starts: Sequence[int] = ()
    ends: Sequence[int] = ()
    roles: Sequence[str] = ()

    @classmethod
    def join(cls, blocks: Iterable[tuple[int, Sequence[Token]]]) -> CodeSpans:
        """Join the tokens of blocks, given with the offsets of these in the text."""
        tokens = [
            (offset + start, offset + end, role)
            for offset, found in blocks
            for start, end, role in found
        ]
        starts, ends, roles = zip(*tokens, strict=True) if tokens else ((), (), ())
        return cls(starts, ends, roles)

    def line_spans(self, line: TextLine) -> list[StyleSpan]:
        """Return the tokens on a line."""
        shift = line.prefix_length - line.offset
        end = len(line.text) - shift
        return [
            StyleSpan(
                max(self.starts[i], line.offset) + shift,
                min(self.ends[i], end) + shift,
                self.roles[i],
            )
            for i in range(bisect_right(self.ends, line.offset), bisect_left(self.starts, end))
        ]
