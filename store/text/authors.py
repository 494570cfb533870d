"""The names of authors: without addresses, and each by itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import unquote

ADDRESS = re.compile(r"(?:mailto:|@)?([^\s<>()@,;:]{1,64})@[^\s<>()@,;]+", re.IGNORECASE)
"""An address, or a handle such as `@ann@social.example`."""
HANDLE = re.compile(r"(?<![^\s(])@[\w.-]+")
"""A name on a social network, beside that of the author."""
WEB_ADDRESS = re.compile(r"https?://[^\s<>()\[\],;]+", re.IGNORECASE)
"""The page of an author, the end of which is a name where nothing else is said."""
EMPTY_BRACKETS = re.compile(r"\(\s*\)|<\s*>|\[\s*\]")
UNNAMED_MAILBOX = re.compile(r"(?:no|do-?not)-?_?reply", re.IGNORECASE)
INLINE_TAG = re.compile(r"</?(?:a|b|em|i|span|strong)\b[^<>@]*>", re.IGNORECASE)
SEPARATOR = re.compile(r"[;；、，]| [|•·] |,? via ")
CONJUNCTION = re.compile(
    r",? (?:and|AND|&|und|et|y|e|en|og|och|i|и|та|a|oraz|és|și|ja|ve|και|ir|un|dan|và) "
)
TITLE = re.compile(
    r",(?= (?:Ph\.?\s?D|M\.?D|M\.?A|M\.?Sc|MBA|MPH|R\.?N|D\.?O|Esq|Jr|Sr|I{2,3})\b)", re.IGNORECASE
)
"""A comma that belongs to a name."""
NAME_COMMA = "\ue0a9"
"""Stands for such a comma while a list is split."""
NO_NAMES = frozenset({"null", "undefined", "none", "nan", "n/a", "unknown", "[object object]"})
"""What programs write where there is no name."""
PARTICLE = re.compile(
    r"al|bin|da|das|de|di|du|del|della|den|der|dos|e|el|la|le|ten|ter|van|von|y|zu|zum|zur|[dl]['’]\w.*"
)
ORGANIZATION = re.compile(
    r"\b(?:Agency|Association|Board|Company|Department|Desk|Group|Institute|Office|Service|Society|Staff|Team)s?\Z"
)
BYLINE = re.compile(
    r"(?:(?:words|story|text|photos?|written|posted|reported)\s+)?by:? +(?=\S)|(?:par|por)\s+(?=[A-ZÀ-Þ]\S* \S)|(?-i:via) +(?=\S)"
    r"|(?-i:[Vv]on|[Dd]oor|[Aa][vf]) +(?-i:(?=[A-ZÀ-Þ]\S* [A-ZÀ-Þ]))",
    re.IGNORECASE,
)
MIN_NAME_WORDS, MAX_NAME_WORDS = 2, 5
MIN_LISTED_NAMES = 3
"""Full names between commas that are a list even without a conjunction."""


def clean_author(text: str) -> str:
    """Return the name of an author without addresses; of a bare address, the part before the @."""
    line = " ".join(INLINE_TAG.sub("", text).split())
    line = line[found.end() :] if (found := BYLINE.match(line)) else line
    if WEB_ADDRESS.fullmatch(line):
        return unquote(line.rstrip("/").rpartition("/")[2]).lstrip("@~")
    if WEB_ADDRESS.search(line):
        line = EMPTY_BRACKETS.sub("", WEB_ADDRESS.sub("", line)).strip(" ,;:-") or line
    if "@" not in line:
        return line
    rest = EMPTY_BRACKETS.sub("", HANDLE.sub("", ADDRESS.sub("", line))).strip(" ,;:-\"'")
    if rest.startswith("(") and rest.endswith(")"):
        rest = rest[1:-1].strip()
    if rest:
        return rest
    mailboxes = [match[1] for match in ADDRESS.finditer(line)]
    named = (each for each in mailboxes if not UNNAMED_MAILBOX.fullmatch(each))
    return next(named, "" if mailboxes else line)


def clean_authors(names: Iterable[str]) -> Iterator[str]:
    """Yield the names of authors, each once."""
    known: set[str] = set()
    for name in map(clean_author, names):
        is_name = any(map(str.isalnum, name)) and name.casefold() not in NO_NAMES
        if is_name and name.casefold() not in known:
            known.add(name.casefold())
            yield name


def split_authors(line: str) -> list[str]:
    """Return the names of a list such as `Ann Moar, Bo Fry and Cy Hale`, or of lines.

    Two names without a conjunction are kept whole, because `Moar, Ann` and `Ann Moar, Harbour News` are
    one author; so is a list whose parts do not all look like full names.
    """
    lines = [each.strip(" ,") for each in line.split("\n") if each.strip(" ,")]
    if len(lines) > 1 and all(map(_is_full_name, lines)):
        return lines
    line = " ".join(line.split())
    parts = [part.strip() for part in SEPARATOR.split(line)]
    if len(parts) == 1 and line.count("@") > 1:
        parts = [part.strip() for part in line.split(",")]
        parts = parts if all("@" in part for part in parts) else [line]
    if len(parts) > 1:
        return [name for part in parts for name in split_authors(part)]
    marked = TITLE.sub(NAME_COMMA, line)
    listed = CONJUNCTION.split(marked)
    names = [name.strip(" ,") for each in listed for name in each.split(",")]
    is_list = len(listed) > 1 or len(names) >= MIN_LISTED_NAMES
    if not is_list or not all(map(_is_full_name, names)):
        return [line]
    return [name.replace(NAME_COMMA, ",") for name in names]


def _is_full_name(text: str) -> bool:
    words = text.partition(NAME_COMMA)[0].split()
    if ORGANIZATION.search(text):
        return False
    return MIN_NAME_WORDS <= len(words) <= MAX_NAME_WORDS and all(
        word[0].isupper() or PARTICLE.fullmatch(word) is not None for word in words
    )
