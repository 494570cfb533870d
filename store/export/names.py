"""Names of exported files: safe on every file system, told apart by the article's id."""

from __future__ import annotations

from slugify import slugify

from store.model.article import Article

LONGEST = 120
"""Bytes of a file name; some file systems take 143."""
ID_CHARS = 8


def file_name(article: Article, suffix: str) -> str:
    """The name of an article's file: `2022-02-28-the-ferry-0d6f6d4e.md`.

    It begins with a digit, whatever the title is: no hidden file, no option, no device.
    """
    day = (article.date or article.created or "0000-00-00")[:10]
    tail = f"-{slugify(article.id)[:ID_CHARS]}{suffix}"
    room = LONGEST - len(day) - 1 - len(tail)
    slug = slugify(article.title, max_length=room, word_boundary=True)
    return f"{day}-{slug}{tail}" if slug else f"{day}{tail}"
