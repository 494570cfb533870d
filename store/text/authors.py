"""The names of authors: without addresses, and each by itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import unquote

ADDRESS = re.compile(r"(?:mailto:|@)?([^\s<>()@,;:]{1,64})@[^\s<>()@,;]+", re.IGNORECASE)
"""An address, or a handle such as `@ann@social.example`."""
WEB_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)
"""The page of an author, the end of which is a name."""
EMPTY_BRACKETS = re.compile(r"\(\s*\)|<\s*>|\[\s*\]")
UNNAMED_MAILBOX = re.compile(r"(?:no|do-?not)-?_?reply", re.IGNORECASE)
SEPARATOR = re.compile(r"[;；、]| [|•·] ")
CONJUNCTION = re.compile(r",? (?:and|AND|&|und|et|y|e|en|og|och|i|и) ")
NO_NAMES = frozenset({"null", "undefined", "none", "nan", "n/a"})
"""What programs write where there is no name."""
PARTICLE = re.compile(r"al|bin|da|de|di|du|del|della|den|der|dos|el|la|le|ten|ter|van|von")
BYLINE = re.compile(r"by:? +(?=\S)", re.IGNORECASE)
MIN_NAME_WORDS, MAX_NAME_WORDS = 2, 5


def clean_author(text: str) -> str:
    """Return the name of an author without addresses; of a bare address, the part before the @."""
    line = " ".join(text.split())
    line = line[found.end() :] if (found := BYLINE.match(line)) else line
    if WEB_ADDRESS.fullmatch(line):
        return unquote(line.rstrip("/").rpartition("/")[2]).lstrip("@~")
    if "@" not in line:
        return line
    rest = EMPTY_BRACKETS.sub("", ADDRESS.sub("", line)).strip(" ,;:-\"'")
    if rest.startswith("(") and rest.endswith(")"):
        rest = rest[1:-1].strip()
    if rest:
        return rest
    mailboxes = (match[1] for match in ADDRESS.finditer(line))
    return next((each for each in mailboxes if not UNNAMED_MAILBOX.fullmatch(each)), "")


def clean_authors(names: Iterable[str]) -> Iterator[str]:
    """Yield the names of authors, each once."""
    known: set[str] = set()
    for name in map(clean_author, names):
        if name and name.casefold() not in known | NO_NAMES:
            known.add(name.casefold())
            yield name


def split_authors(line: str) -> list[str]:
    """Return the names of a list such as `Ann Moar, Bo Fry and Cy Hale`.

    A list without a conjunction is kept whole, because `Moar, Ann` and `Ann Moar, Harbour News` are
    one author; so is one whose parts do not all look like full names.
    """
    parts = [part.strip() for part in SEPARATOR.split(line)]
    if len(parts) == 1 and line.count("@") > 1:
        parts = [part.strip() for part in line.split(",")]
        parts = parts if all("@" in part for part in parts) else [line]
    if len(parts) > 1:
        return [name for part in parts for name in split_authors(part)]
    before, *last = CONJUNCTION.split(line)
    if len(last) != 1:
        return [line]
    names = [*(each.strip() for each in before.split(",")), last[0].strip()]
    return names if all(map(_is_full_name, names)) else [line]


def _is_full_name(text: str) -> bool:
    words = text.split()
    return MIN_NAME_WORDS <= len(words) <= MAX_NAME_WORDS and all(
        word[0].isupper() or PARTICLE.fullmatch(word) is not None for word in words
    )
