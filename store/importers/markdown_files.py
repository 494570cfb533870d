"""Markdown with front matter: YAML between `---` lines or TOML between `+++` lines."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import yaml
from frontmatter.default_handlers import BaseHandler, YAMLHandler
from markdown_it import MarkdownIt

from store.model.article import VERBATIM_FIELD
from store.model.errors import InvalidInput
from store.text.prose import join_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

try:
    from yaml import CBaseLoader as BaseLoader
    from yaml import CSafeLoader as SafeLoader
except ImportError:  # PyYAML was built without libyaml
    from yaml import BaseLoader, SafeLoader  # type: ignore[assignment]

MAX_FRONT_MATTER_CHARS = 1024 * 1024
"""Length of front matter: a thousand times what anyone writes, and room for any `extra`."""

MAX_YAML_DEPTH = 32
MAX_YAML_ALIASES = 10
"""Ten aliases multiply a document by forty at most; hundreds make it a bomb."""

STRING_FIELDS = frozenset(
    str.split(
        "id title category url link authors author tags language text summary similar"
        " date published published_at date_published created updated last_read last_opened"
    )
)
"""Fields that are kept as written: YAML reads `2022.10` as 2022.1 and `no` as false."""

WIKI_LINK = re.compile(r"\[\[(?:[^\[\]|]{0,200}\|)?([^\[\]|]{1,200})\]\]")
"""A link to a page of the same notebook, as Obsidian writes it."""
HARD_BREAK_ENDINGS = ("  ", "\\")


class TOMLFrontMatter(BaseHandler):
    """Front matter in TOML, parsed with the standard library."""

    FM_BOUNDARY = re.compile(r"^\+{3,}\s*$", re.MULTILINE)
    START_DELIMITER = END_DELIMITER = "+++"

    def load(self, fm: str) -> dict[str, Any]:
        """Parse the lines between the delimiters."""
        try:
            return tomllib.loads(fm)
        except RecursionError:
            raise InvalidInput("front matter is nested too deeply") from None


class YAMLFrontMatter(YAMLHandler):
    """Front matter in YAML, parsed with the safe loader after a check for bombs."""

    def load(self, fm: str, **_: object) -> Any:
        """Parse the lines between the delimiters; None for a text between two rules."""
        _reject_yaml_bombs(fm)
        written = yaml.load(fm, Loader=BaseLoader) or {}  # noqa: S506 (makes strings only)
        if not isinstance(written, dict):
            return None
        try:
            typed = yaml.load(fm, Loader=SafeLoader)
        except ValueError:  # a date that does not exist
            typed = written
        typed = typed or {}
        kept = {name: written[name] for name in STRING_FIELDS if typed.get(name) is not None}
        return {str(name): value for name, value in typed.items()} | kept


FRONT_MATTER_HANDLERS: tuple[BaseHandler, ...] = (YAMLFrontMatter(), TOMLFrontMatter())


def parse_markdown_article(text: str) -> dict[str, Any]:
    """Return the fields of the front matter, title and text of a Markdown document.

    Without a title in the front matter, the first heading becomes the title. The lines of a
    paragraph are joined; lists, quotes, code, tables and headings keep theirs.

    Raises:
        InvalidInput: The front matter cannot be parsed; the error names the line.
    """
    fields, content = _split_front_matter(text.replace("\r\n", "\n").replace("\r", "\n"))
    if fields.pop(VERBATIM_FIELD, None):
        return {**fields, "text": content}
    _read_clipper_fields(fields)
    if not content:
        return fields
    heading, body = _extract_title(content, str(fields.get("title") or ""))
    return {"title": heading, "text": body} | {
        name: value for name, value in fields.items() if name != "title" or value
    }


def _read_clipper_fields(fields: dict[str, Any]) -> None:
    """Read fields as web clippers write them: authors as links of a wiki, the summary as description."""
    for name in ("author", "authors"):
        given = fields.get(name)
        if isinstance(given, list):
            names = (each[0] if isinstance(each, list) and each else each for each in given)
            fields[name] = [WIKI_LINK.sub(r"\1", str(each)) for each in names]
        elif isinstance(given, str):
            fields[name] = WIKI_LINK.sub(r"\1", given)
    if "summary" not in fields and isinstance(fields.get("description"), str):
        fields["summary"] = fields.pop("description")


def _split_front_matter(text: str) -> tuple[dict[str, Any], str]:
    handler = next((handler for handler in FRONT_MATTER_HANDLERS if handler.detect(text)), None)
    if handler is None:
        return {}, text
    try:
        front, content = handler.split(text)
    except ValueError:  # a rule at the top without a second one
        return {}, text
    if len(front) > MAX_FRONT_MATTER_CHARS:
        raise InvalidInput(f"front matter is larger than {MAX_FRONT_MATTER_CHARS // 1024} KB")
    try:
        fields = handler.load(front)
    except (yaml.YAMLError, ValueError) as error:
        raise _make_front_matter_error(error, text[: text.index(front)].count("\n")) from error
    return ({}, text) if fields is None else (fields, content)


def _reject_yaml_bombs(front: str) -> None:
    depth = aliases = 0
    for event in yaml.parse(front, Loader=SafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        aliases += isinstance(event, yaml.AliasEvent)
        if depth > MAX_YAML_DEPTH:
            raise InvalidInput("front matter is nested too deeply")
        if aliases > MAX_YAML_ALIASES:
            raise InvalidInput("front matter has too many aliases")


def _make_front_matter_error(error: Exception, lines_before: int) -> InvalidInput:
    """Return the error for front matter that does not parse, with the line of the file."""
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark:
        line = lines_before + error.problem_mark.line + 1
        return InvalidInput(f"front matter, line {line}: {error.problem}")
    found = re.match(r"(.*) \(at line (\d+)", str(error))
    if found:
        return InvalidInput(f"front matter, line {lines_before + int(found[2])}: {found[1]}")
    return InvalidInput(f"front matter: {' '.join(str(error).split())}")


def _extract_title(content: str, title: str) -> tuple[str, str]:
    """Join wrapped lines; return the first main heading, and the text without it.

    If there is a title already, only a heading that repeats it is removed.
    """
    lines = content.split("\n")
    heading = ""
    for token, inner in pairwise(_block_parser().parse(content)):
        if token.level or not token.map:
            continue
        first, end = token.map
        if token.type == "paragraph_open":
            lines[first:end] = [_join_paragraph(lines[first:end])] + [""] * (end - first - 1)
        elif token.tag == "h1" and not heading and title in ("", inner.content):
            heading = _strip_inline_markup(inner.content)
            lines[first:end] = [""] * (end - first)
    return heading, "\n".join(lines).strip("\n")


@cache
def _block_parser() -> MarkdownIt:
    """Return a parser that skips inline markup, which also keeps it linear."""
    parser = MarkdownIt("commonmark").enable("table")
    parser.core.ruler.enableOnly(["normalize", "block"])
    return parser


def _join_paragraph(lines: Sequence[str]) -> str:
    """Join the lines of a paragraph except at hard breaks."""
    runs: list[list[str]] = [[]]
    for line in lines:
        runs[-1].append(line.rstrip("\\") if line.endswith("\\") else line)
        if line.endswith(HARD_BREAK_ENDINGS):
            runs.append([])
    return "\n".join(join_lines(run) for run in runs if run)


def _strip_inline_markup(markdown: str) -> str:
    """Return the text of a heading without its markup."""
    inline = MarkdownIt("commonmark").parseInline(markdown[:1_000])[0]
    return "".join(
        " " if token.type == "softbreak" else token.content
        for token in inline.children or ()
        if token.type in ("text", "code_inline", "softbreak")
    )
