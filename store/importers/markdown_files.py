"""Markdown with front matter: YAML between `---` lines or TOML between `+++` lines."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from html import escape
from itertools import pairwise
from typing import Any

import yaml
from frontmatter.default_handlers import BaseHandler, YAMLHandler
from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, reference
from markdown_it.rules_inline import StateInline, emphasis, image, link
from markdown_it.token import Token
from mdit_py_plugins.deflist import deflist_plugin

from store.importers.shortcodes import CALLOUT_KINDS, write_shortcodes
from store.model.article import VERBATIM_FIELD
from store.model.errors import InvalidInput
from store.text.html_tags import KNOWN_TAGS
from store.text.html_to_text import html_to_text
from store.text.toml import parse_toml

InlineRule = Callable[[StateInline, bool], bool]

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
WEB_SCHEMES = ("http://", "https://")
NOTE_LINK = re.compile(
    r"(!)?\[\[(?=[^\[\]|])([^\[\]|#\n]{0,200})(?:#([^\[\]|\n]{1,200}))?(?:\|([^\[\]|\n]{1,200}))?\]\]"
)
"""A link to another note, or an embedded file: `[[Note#Part|shown]]`, `![[picture.png]]`."""
PICTURE_SIZE = re.compile(r"\d{1,5}(?:x\d{1,5})?")
PICTURE_SIZE_END = re.compile(r"(?:\|\d{1,5}(?:x\d{1,5})?|\A\d{1,5}x\d{1,5})\Z")
"""The size of a picture, which Obsidian writes with its text: `![[picture.png|300]]`, `![Pier|300x200](…)`."""
PROPERTY_LINES = re.compile(r"(?:[a-z][\w-]{0,40}:: [^\n]*+(?:\n|\Z))+")
"""The properties of a page, as Logseq writes them above it."""
METADATA_LINES = re.compile(
    r"(?=title:)(?>(?:[A-Za-z][\w -]{0,30}:[ \t][^\n]*+\n){2,})(?=\n|\Z)", re.IGNORECASE
)
"""Metadata without lines around it, as MultiMarkdown and Pelican write it."""
TITLE_BLOCK = re.compile(r"% ([^\n]+)\n(?:%([^\n]*)\n)?(?:%([^\n]*)\n)?(?=\n|\Z)")
"""Title, authors and date, as Pandoc writes them."""
UNSPACED = re.compile("[\u3000-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]")
"""A character of a script in which emphasis ends without a space, also behind a bracket."""
MARKED = re.compile(r"==(?! )([^=\n]{1,500}+)(?<! )==")
"""Marked words, as Obsidian writes them."""
FORMULA = re.compile(
    r"\$\$[^$]{1,5000}+\$\$|\$(?![\s\d])[^$\n]{1,500}+(?<!\s)\$(?!\d)"
    r"|\$\d[^$\s\\^_{]{0,500}+[\\^_{][^$\n]{0,500}+\$(?!\d)"
)
"""A formula; one that begins with a digit has a sign of TeX, unlike the prices `$5 and $6`."""
FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
FOOTNOTE_START = re.compile(r"\[\^[^\[\]\s]{1,60}\]:")
CALLOUT = re.compile(r"((?:> ?)+)\[!(\w{1,30})\][+-]?([^\n]*)")
CONTAINER = re.compile(r" {0,3}:{3,}+[ \t]*+(?:(\w[\w-]{0,30})(?![\w-]))?([^\n]*)")
"""The beginning or the end of a part of a text, as Pandoc, Docusaurus and VitePress write them: `:::note Title`."""
ATTRIBUTES = re.compile(r"\{[^{}\n]{0,200}\}")
CALLOUT_CLASS = re.compile(r"\.(?:callout-)?(\w{1,30})\b")
CALLOUT_TITLE = re.compile(r"\btitle=\"([^\"\n]{1,200})\"")
"""The kind and the title of a callout among its attributes, as Pandoc and Quarto write them."""
ADMONITION = re.compile(r'(?:!!!|\?\?\?\+?) ([a-z][\w -]{0,60}?)(?: "([^"\n]{0,200})")?[ \t]*')
"""The title of the indented lines below it, as MkDocs writes them: `!!! note "Title"`."""
INDENT = re.compile(r" {4}|\t")
CONTENTS_PLACE = re.compile(r"\[TOC\]|\[\[_?toc_?\]\]|\{:? ?toc ?\}", re.IGNORECASE)
ATTRIBUTE_LINE = re.compile(r"[ \t]{0,3}\{:[ \t]*+[.#][^{}\n]{0,200}\}[ \t]*")
"""The classes of the block above or below it, as kramdown writes them."""
HEADING_ATTRIBUTES = re.compile(r"(?<!\s)[ \t]*+\{:?[ \t]*+[#.][^{}\n]{0,200}\}[ \t#]*\Z")
"""The identifier and classes of a heading, as Pandoc and kramdown write them."""
MAX_MARKDOWN_DEPTH = 100
"""Lists and quotes inside each other; the parser drops what is nested more deeply."""
MAX_BRACKET_DEPTH = 6
"""Brackets inside each other in which links are looked for."""
PRODUCT = re.compile(
    r"(?:(?<=[0-9])\*(?=[0-9A-Za-z])|(?<=[A-Za-z])\*(?=[0-9])|(?<=\b[A-Za-z])\*(?=[A-Za-z]\b)|(?<=[0-9])\*\*(?=[0-9]))"
)
"""The sign of a product or power, such as `2*3*4`, which Markdown takes for emphasis inside a word."""
HTML_TAG = re.compile(
    rf"</?(?:{'|'.join(sorted(KNOWN_TAGS, key=len, reverse=True))})\b|<!|<\?", re.IGNORECASE
)


class TOMLFrontMatter(BaseHandler):
    """Front matter in TOML, parsed with the standard library."""

    FM_BOUNDARY = re.compile(r"^\+{3,}\s*$", re.MULTILINE)
    START_DELIMITER = END_DELIMITER = "+++"

    def load(self, fm: str) -> dict[str, Any]:
        """Parse the lines between the delimiters."""
        return parse_toml(fm)


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
        except (ValueError, LookupError, AttributeError):
            typed = written  # a date that does not exist, or a value that its tag does not fit
        typed = typed or {}
        kept = {name: written[name] for name in STRING_FIELDS if typed.get(name) is not None}
        return {str(name): value for name, value in typed.items()} | kept


FRONT_MATTER_HANDLERS: tuple[BaseHandler, ...] = (YAMLFrontMatter(), TOMLFrontMatter())


def parse_markdown_article(text: str) -> dict[str, Any]:
    """Return the fields of the front matter, title and text of a Markdown document.

    Without a title in the front matter, the first heading becomes the title. The text is converted by way of
    HTML, so that whatever way of writing Markdown becomes the one that newstui shows.

    Raises:
        InvalidInput: The front matter cannot be parsed; the error names the line.
    """
    fields, content = _split_front_matter(text.replace("\r\n", "\n").replace("\r", "\n"))
    if fields.pop(VERBATIM_FIELD, None):
        return {**fields, "text": content}
    _read_clipper_fields(fields)
    if not content:
        return fields
    heading, address, body = _convert_markdown(
        content, str(fields.get("title") or ""), str(fields.get("url") or fields.get("link") or "")
    )
    if address.lower().startswith(WEB_SCHEMES) and not any(
        fields.get(name) for name in ("url", "link", "source")
    ):
        fields["url"] = address
    return {"title": heading, "text": body} | {
        name: value for name, value in fields.items() if name != "title" or value
    }


def _read_clipper_fields(fields: dict[str, Any]) -> None:
    """Read fields as web clippers write them: authors as links of a wiki, the summary as description."""
    for name in ("author", "authors"):
        given = fields.get(name)
        if isinstance(given, list):
            names = (each[0] if isinstance(each, list) and each else each for each in given)
            fields[name] = [
                each if isinstance(each, dict) else WIKI_LINK.sub(r"\1", str(each))
                for each in names
            ]
        elif isinstance(given, str):
            fields[name] = WIKI_LINK.sub(r"\1", given)
    if isinstance(given := fields.get("taxonomies"), Mapping):  # of Zola
        fields |= {name: value for name, value in given.items() if name not in fields}
        del fields["taxonomies"]
    if "summary" not in fields and isinstance(fields.get("description"), str):
        fields["summary"] = fields.pop("description")


def _split_front_matter(text: str) -> tuple[dict[str, Any], str]:
    handler = next((handler for handler in FRONT_MATTER_HANDLERS if handler.detect(text)), None)
    if handler is None:
        return _split_metadata(text)
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


def _split_metadata(text: str) -> tuple[dict[str, Any], str]:
    """Return metadata that stands above a text without lines around it, and the text."""
    if block := TITLE_BLOCK.match(text):
        names = ("title", "authors", "date")
        fields = {
            name: value.strip() for name, value in zip(names, block.groups(), strict=True) if value
        }
        return fields, text[block.end() :]
    for pattern, sign in ((PROPERTY_LINES, "::"), (METADATA_LINES, ":")):
        if found := pattern.match(text):
            lines = (WIKI_LINK.sub(r"\1", line).split(sign, 1) for line in found[0].splitlines())
            fields = {name.strip(): value.strip() for name, value in lines}
            if sign == ":":
                fields = {name.lower(): value for name, value in fields.items()}
            return fields, text[found.end() :]
    return {}, text


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


def _convert_markdown(content: str, title: str, base: str) -> tuple[str, str, str]:
    """Return the first main heading, its address, and the rest in the Markdown that newstui stores.

    If there is a title already, only a heading that repeats it is removed.
    """
    parser = _markdown_parser()
    definitions: dict[str, Any] = {}
    tokens = parser.parse(_write_dialects(content), definitions)
    heading = address = ""
    for place, (token, inner) in enumerate(pairwise(tokens)):
        if token.tag == "h1" and not token.level and title in ("", inner.content.strip()):
            heading, address = _plain_words(inner), _find_heading_link(inner)
            del tokens[place : place + 3]
            break
    for token in tokens:
        _keep_literal_tags(token)
    html = parser.renderer.render(tokens, parser.options, definitions)
    return heading, address, html_to_text(html + _write_unused(definitions, html), base)


def _write_dialects(content: str) -> str:
    """Return Markdown in which the lines of its dialects are common ones, except in listings.

    A note of a footnote is a paragraph of its own, a callout has its title in bold, a heading no attributes,
    and the place of a table of contents is empty.
    """
    lines: list[str] = []
    fence = ""
    for line in _write_admonitions(write_shortcodes(content).split("\n")):
        if found := FENCE.match(line):
            fence = "" if fence and found[1].startswith(fence) else fence or found[1]
        if not fence and FOOTNOTE_START.match(line) and lines and lines[-1].strip():
            lines.append("")
        if fence or found:
            lines.append(line)
        elif callout := CALLOUT.fullmatch(line):
            title = callout[3].strip() or callout[2].capitalize()
            lines += [f"{callout[1]}**{title}**", callout[1]]
        elif container := CONTAINER.fullmatch(line):
            lines += ["", _write_container_title(container), ""]
        elif not (CONTENTS_PLACE.fullmatch(line.strip()) or ATTRIBUTE_LINE.fullmatch(line)):
            heading = HEADING_ATTRIBUTES.search(line) if line.startswith("#") else None
            lines.append(line[: heading.start()] if heading else line)
    return "\n".join(lines)


def _write_container_title(container: re.Match[str]) -> str:
    """Return the line that stands for the beginning or the end of a container; empty if it shows none."""
    classes = CALLOUT_CLASS.search(container[2])
    stated = CALLOUT_TITLE.search(container[2])
    kind, title = (
        container[1] or (classes[1] if classes else ""),
        ATTRIBUTES.sub("", container[2]).strip(" \t:[]"),
    )
    if not title:
        title = stated[1] if stated else kind.capitalize() if kind in CALLOUT_KINDS else ""
    return f"**{title}**" if title else ""


def _write_admonitions(lines: list[str]) -> Iterator[str]:
    """Yield lines in which admonitions have their titles in bold, and are not indented."""
    is_inside = False
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        found = ADMONITION.fullmatch(line) if INDENT.match(following) else None
        if found:
            title = found[1].capitalize() if found[2] is None else found[2]
            yield from ("", f"**{title}**" if title else "", "")
            is_inside = True
        elif is_inside and (not line.strip() or INDENT.match(line)):
            yield INDENT.sub("", line, count=1)
        else:
            is_inside = False
            yield line


def _write_unused(definitions: dict[str, Any], html: str) -> str:
    """Return the addresses that no link of the text refers to as links of their own."""
    return "".join(
        f'<p><a href="{address}">{escape(label.lower())}</a></p>'
        for label, found in definitions.get("references", {}).items()
        if (address := escape(found["href"])) not in html
    )


@cache
def _markdown_parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": True, "maxNesting": MAX_MARKDOWN_DEPTH})
    parser.block.ruler.at("reference", _parse_definition)
    parser.inline.ruler.before("escape", "formula", _parse_formula)
    parser.inline.ruler.at("emphasis", _parse_emphasis)
    parser.inline.ruler.before("emphasis", "product", _parse_product)
    parser.inline.ruler.at("link", partial(_parse_link, link))
    parser.inline.ruler.at("image", partial(_parse_link, image))
    return parser.use(deflist_plugin).enable(["table", "strikethrough"])


def _parse_definition(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Parse the definition of a link; that of a footnote is text."""
    is_footnote = state.src.startswith("[^", state.bMarks[start] + state.tShift[start])
    return not is_footnote and reference(state, start, end, silent)


def _parse_link(rule: InlineRule, state: StateInline, silent: bool) -> bool:
    """Parse a link or picture; as text if there are too many brackets, which the parser opens one by one."""
    if silent and state.level >= MAX_BRACKET_DEPTH:
        state.pos = state.posMax
        return True
    return rule(state, silent)


def _parse_emphasis(state: StateInline, silent: bool) -> bool:
    """Parse the signs of emphasis, which has no space around it in the scripts of East Asia: `**「霧」**の港`."""
    start, count = state.pos, len(state.delimiters)
    if not emphasis.tokenize(state, silent):
        return False
    before, after = state.src[start - 1 : start], state.src[state.pos : state.pos + 1]
    if state.src[start] == "*" and (UNSPACED.match(before) or UNSPACED.match(after)):
        for each in state.delimiters[count:]:
            each.open |= bool(after.strip())
            each.close |= bool(before.strip())
    return True


def _parse_product(state: StateInline, silent: bool) -> bool:
    """Parse the sign of a product, as in `2*3*4`, as text."""
    return _parse_text(PRODUCT, state, silent)


def _parse_formula(state: StateInline, silent: bool) -> bool:
    """Parse a formula in TeX, in which no sign is markup: `$x$`, `$$x$$`."""
    return _parse_text(FORMULA, state, silent)


def _parse_text(pattern: re.Pattern[str], state: StateInline, silent: bool) -> bool:
    """Parse what a pattern matches as text without markup."""
    found = pattern.match(state.src, state.pos)
    if not found:
        return False
    if not silent:
        state.push("text", "", 0).content = found[0]
    state.pos = found.end()
    return True


def _keep_literal_tags(token: Token) -> None:
    """Make text of what only looks like a tag: `List<String>`, `<name>`."""
    for child in token.children or ():
        if child.type == "html_inline" and not HTML_TAG.match(child.content):
            child.type = "text"
        elif child.type == "image":
            for text in child.children or ():
                text.content = PICTURE_SIZE_END.sub("", text.content)
        elif child.type == "text":
            child.content = MARKED.sub(r"\1", NOTE_LINK.sub(_name_note, child.content))
    if token.type == "html_block" and not HTML_TAG.match(token.content.lstrip()):
        token.content = f"<p>{escape(token.content)}</p>"


def _name_note(link: re.Match[str]) -> str:
    """Return the text that a notebook shows for a link to another note, or for an embedded file."""
    shown = "" if link[1] and PICTURE_SIZE.fullmatch(link[4] or "") else link[4]
    name = shown or (f"{link[2]} > {link[3]}" if link[2] and link[3] else link[2] or link[3])
    return f"({name})" if link[1] else name


def _find_heading_link(heading: Token) -> str:
    """Return the address of a heading that is a link as a whole."""
    parts = heading.children or [heading]
    is_link = parts[0].type == "link_open" and parts[-1].type == "link_close"
    is_one = sum(each.type == "link_open" for each in parts) == 1
    return str(parts[0].attrGet("href") or "") if is_link and is_one else ""


def _plain_words(heading: Token) -> str:
    """Return the text of a heading without its markup."""
    return "".join(
        " " if token.type == "softbreak" else token.content
        for token in heading.children or ()
        if token.type in ("text", "code_inline", "softbreak")
    )
