"""Newsboat's `urls`: feeds with their tags, and query feeds, which become saved searches.

Source: the chapters "Configuration" and "Filter language" of Newsboat's manual
(https://newsboat.org/releases/2.40/docs/newsboat.html).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple
from xml.etree import ElementTree as ET

from store.feeds.subscriptions import Subscriptions
from store.model.article import Rejection
from store.model.errors import InvalidInput
from store.search.language import QUERY_FIELDS
from store.search.query_text import check_query, format_condition, join_choices, translate_pattern
from store.text.clean import clean_line

TITLE_BAR = "|"
HIDDEN_TAG = "!"
"""Prefix of tags that newsboat does not show."""
QUERY_PREFIX = "query:"
UNSUPPORTED_PREFIXES = ("exec:", "filter:")
"""Prefixes of the lines that are not feeds to fetch."""
MAX_LISTED_LINES = 20
MAX_FILTER_DEPTH = 40

WORD = re.compile(r'(?:"(?:[^"\\]|\\.?)*+"?|[^\s"]++)++')
QUOTED = re.compile(r'"((?:[^"\\]|\\.?)*+)"?')
"""A word as newsboat reads it: only double quotes are quotes, and a backslash escapes inside them."""

FILTER_TOKEN = re.compile(
    r'\s*+(?:"(?P<text>(?>(?:[^"\\]|\\.)*))"|(?P<number>-?\d++(?::\d++)?)|(?P<sign>[=!]~|[!=]=|[<>]=?|!?#|=)'
    r"|(?P<bracket>[()])|(?P<name>[A-Za-z_][\w.-]*+))\s*+"
)
WORD_FIELDS = {
    "title": "title",
    "content": "text",
    "description": "text",
    "author": "author",
    "feedtitle": "feed",
    "link": "url",
    "feedlink": "feed",
    "rssurl": "feed",
}
"""Attributes of newsboat that are fields of our queries, as far as these know them."""
NEGATIVE_SIGNS = {"!=": "==", "!~": "=~", "!#": "#"}


class NewsboatFile(NamedTuple):
    """The contents of a `urls` file."""

    subscriptions: Subscriptions
    searches: Mapping[str, str]
    """The query feeds as queries of our own, by name."""


def parse_newsboat_urls(text: str) -> NewsboatFile:
    """Parse `urls`: a feed a line, then its tags, one of which may be `~` and a title.

    The first tag becomes the category, the others are tags. Commands, filters and queries that cannot
    be translated are rejected, each kind once, with their lines and without their contents, which may
    hold passwords.

    Raises:
        InvalidInput: There is no URL in it at all.
    """
    lines = [(number, split_words(line)) for number, line in enumerate(text.splitlines(), 1)]
    known = (QUERY_PREFIX, *UNSUPPORTED_PREFIXES)
    if "\0" in text or not any(
        "://" in words[0] or words[0].startswith(known) for _, words in lines if words
    ):
        raise InvalidInput("neither OPML nor a list of feed URLs")
    root = ET.Element("opml", version="2.0")
    body = ET.SubElement(root, "body")
    searches: dict[str, str] = {}
    rejected: dict[str, list[str]] = {}
    for number, words in lines:
        if not words:
            continue
        try:
            if words[0].startswith(QUERY_PREFIX):
                name, query = translate_query_feed(words[0])
                searches[name] = query
            else:
                ET.SubElement(body, "outline", _feed_attributes(*words))
        except InvalidInput as error:
            rejected.setdefault(error.reason, []).append(str(number))
    found = Subscriptions(root)
    for reason, numbers in rejected.items():
        listed = (
            f"{', '.join(numbers[:MAX_LISTED_LINES])}{', …' * (len(numbers) > MAX_LISTED_LINES)}"
        )
        where = f"{'line' if len(numbers) == 1 else 'lines'} {listed}"
        found.rejected.append(Rejection(where, reason))
    return NewsboatFile(found, searches)


def flag_tag(flag: str) -> str:
    """Return the tag for a flag, which newsboat's users give articles: a letter."""
    return f"flag-{flag}"


def split_words(line: str) -> list[str]:
    """Return the words of a line; `#` begins a comment where a word would begin."""
    words = []
    for match in WORD.finditer(line):
        if match[0].startswith("#"):
            break
        words.append(QUOTED.sub(lambda quoted: re.sub(r"\\(.)", r"\1", quoted[1]), match[0]))
    return [word for word in words if word.strip()]


def _feed_attributes(url: str, *tags: str) -> dict[str, str]:
    """Return the outline of a feed; InvalidInput if it is a program to run."""
    for prefix in UNSUPPORTED_PREFIXES:
        if url.startswith(prefix):
            raise InvalidInput(f"{prefix} is not supported")
    if tags[:1] == (TITLE_BAR,):  # a list of URLs with their titles, as OneTab writes
        return {"text": " ".join(tags[1:]), "xmlUrl": url}
    title = next((tag[1:] for tag in tags if tag.startswith("~")), "")
    names = [tag for tag in tags if tag[:1] not in ("~", HIDDEN_TAG)]
    category = ",".join(name.replace(",", " ").strip("/") for name in names)
    return {"text": title, "xmlUrl": url, "category": category}


# -- query feeds -----------------------------------------------------------------------------


def translate_query_feed(line: str) -> tuple[str, str]:
    """Return name and query of `query:NAME:FILTER`.

    Raises:
        InvalidInput: The filter has something that our queries cannot say; the text names it.
    """
    _, _, rest = line.partition(":")
    name, _, expression = rest.partition(":")
    name = clean_line(name, 100)
    if not name or not expression.strip():
        raise InvalidInput("query: expected query:NAME:FILTER")
    return name, check_query(translate_filter(expression))


def translate_filter(expression: str) -> str:
    """Return a filter of newsboat as a query.

    A pattern of plain words is translated as these words, so it matches whole words only.

    Raises:
        InvalidInput: It is no filter, or has something that queries cannot say; the text names it.
    """
    parser = _FilterParser(expression)
    choices = parser.parse_any(0)
    if parser.peek() is not None:
        raise InvalidInput("query: not a filter")
    return " or ".join(choices)


class _FilterParser:
    """A recursive descent parser that writes a query."""

    def __init__(self, text: str) -> None:
        self._tokens = list(_iter_tokens(text))
        self._at = 0

    def peek(self, kind: str = "") -> str | None:
        """Return the next token, if there is one and it is of this kind."""
        found = self._tokens[self._at] if self._at < len(self._tokens) else ("", None)
        return found[1] if not kind or found[0] == kind else None

    def _take(self, kind: str) -> str:
        found = self.peek(kind)
        if found is None:
            raise InvalidInput("query: not a filter")
        self._at += 1
        return found

    def parse_any(self, depth: int) -> list[str]:
        """Return the queries of which one has to match."""
        choices = [self._parse_all(depth)]
        while self.peek("name") == "or":
            self._at += 1
            choices.append(self._parse_all(depth))
        return choices

    def _parse_all(self, depth: int) -> str:
        parts = [self._parse_one(depth)]
        while self.peek("name") == "and":
            self._at += 1
            parts.append(self._parse_one(depth))
        return " ".join(parts)

    def _parse_one(self, depth: int) -> str:
        if self.peek("bracket") != "(":
            return self._parse_condition()
        if depth > MAX_FILTER_DEPTH:
            raise InvalidInput("query: nested too deeply")
        self._at += 1
        choices = self.parse_any(depth + 1)
        if self._take("bracket") != ")":
            raise InvalidInput("query: not a filter")
        return join_choices(choices)

    def _parse_condition(self) -> str:
        name = self._take("name")
        sign = self._take("name" if self.peek("name") == "between" else "sign")
        value = self._take("number" if self.peek("text") is None else "text")
        negated = sign in NEGATIVE_SIGNS
        sign = NEGATIVE_SIGNS.get(sign, "==" if sign == "=" else sign)
        translate = TRANSLATORS.get(name) or (_translate_words if name in WORD_FIELDS else None)
        query = translate(name, sign, value) if translate else None
        if query is None:
            shown = clean_line(f"{name} {sign}", 60)
            raise InvalidInput(f"query: “{shown}” cannot be translated")
        return f"-{query}" if negated else query


def _iter_tokens(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(text):
        match = FILTER_TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise InvalidInput("query: not a filter")
        yield match.lastgroup, re.sub(r"\\(.)", r"\1", match[match.lastgroup])
        at = match.end()


def _translate_words(name: str, sign: str, value: str) -> str | None:
    """Return the words of a text attribute; an equal text is searched for as a phrase."""
    field = WORD_FIELDS[name]
    text = value.strip()
    if field not in QUERY_FIELDS or not text or '"' in text:
        return None
    if sign == "==":
        return format_condition(field, text)
    return translate_pattern(field, text) if sign == "=~" else None


def _translate_tag(_: str, sign: str, value: str) -> str | None:
    """Return the condition for a tag of the feed: its first is the category of its articles."""
    if sign not in ("#", "==") or not value.strip() or '"' in value:
        return None
    return join_choices([format_condition(field, value.strip()) for field in ("category", "tag")])


def _translate_flags(_: str, sign: str, value: str) -> str | None:
    """Return the condition for a flag, which is a tag of the article."""
    if sign not in ("#", "==", "=~") or len(value) != 1 or not value.isalpha():
        return None
    return format_condition("tag", flag_tag(value))


def _translate_unread(_: str, sign: str, value: str) -> str | None:
    states = {"yes": "is:unread", "no": "is:read"}
    return states.get(value) if sign == "==" else None


def _translate_age(_: str, sign: str, value: str) -> str | None:
    """Return the condition for an age in days; `between` includes both ends."""
    first, colon, last = value.partition(":")
    if not all(each.isdecimal() and len(each) < 5 for each in (first, last or "0")):
        return None
    least, most = int(first), int(last or first)
    if sign == "between":
        older = f"older:{least}d " if least else ""
        return f"{older}newer:{most + 1}d" if colon and least <= most else None
    if colon or sign == "==":
        return None
    return {
        "<": f"newer:{least}d",
        "<=": f"newer:{least + 1}d",
        ">": f"older:{least + 1}d",
        ">=": f"older:{least}d",
    }.get(sign)


TRANSLATORS: Mapping[str, Callable[[str, str, str], str | None]] = {
    "tags": _translate_tag,
    "flags": _translate_flags,
    "unread": _translate_unread,
    "age": _translate_age,
}
"""The attributes with values of their own; each returns None for what cannot be translated."""
