"""The names of authors: without addresses, and each by itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

ADDRESS = re.compile(r"(?:mailto:|@)?([^\s<>()@,;:]{1,64})@[^\s<>()@,;]+", re.IGNORECASE)
"""An address, or a handle such as `@ann@social.example`."""
EMPTY_BRACKETS = re.compile(r"\(\s*\)|<\s*>|\[\s*\]")
UNNAMED_MAILBOX = re.compile(r"(?:no|do-?not)-?_?reply", re.IGNORECASE)
CONJUNCTION = re.compile(r",? (?:and|&|und|et|y|e|en|og|och|i|и) ")
PARTICLE = re.compile(r"al|bin|da|de|di|du|del|della|den|der|dos|el|la|le|ten|ter|van|von")
BYLINE = re.compile(r"by:? +(?=\S)", re.IGNORECASE)
MIN_NAME_WORDS, MAX_NAME_WORDS = 2, 5


def clean_author(text: str) -> str:
    """Return the name of an author without addresses; of a bare address, the part before the @."""
    line = " ".join(text.split())
    line = line[found.end() :] if (found := BYLINE.match(line)) else line
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
        if name and name.casefold() not in known:
            known.add(name.casefold())
            yield name


def split_authors(line: str) -> list[str]:
    """Return the names of a list such as `Ann Moar, Bo Fry and Cy Hale`.

    A list without a conjunction is kept whole, because `Moar, Ann` and `Ann Moar, Harbour News` are
    one author; so is one whose parts do not all look like full names.
    """
    if ";" in line:
        return [name for part in line.split(";") for name in split_authors(part.strip())]
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
