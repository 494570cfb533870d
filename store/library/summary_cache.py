"""Summaries that a program of the user's has made: kept in the cache, so that it runs once a text.

A small file an article. They are derived and may be deleted: then the program runs again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson

from store.model.article import Body, FullArticle
from store.system.files import make_folder, write_atomically
from store.text.clean import clean_text
from store.text.sentences import join_sentences, split_sentences
from store.text.summary import with_summary

MAX_SUMMARY_CHARS = 2000
"""Characters of an answer that are kept."""


def apply_program_summary(body: Body, answer: str) -> Body:
    """The body with a program's answer as its summary; as it was if there is nothing in the answer."""
    summary = clean_text(answer).strip()
    if not summary:
        return body
    complete = len(summary) <= MAX_SUMMARY_CHARS
    if not complete:
        summary = summary[:MAX_SUMMARY_CHARS]
        summary = join_sentences(split_sentences(summary)[:-1]) or summary
    return replace(body, summary=summary, summary_origin="command", summary_complete=complete)


class SummaryCache:
    """The summary of every article: what came with it, what a program has made, or one made here."""

    def __init__(self, folder: Path) -> None:
        """Keep what programs make in this folder, which is created when there is something."""
        self._folder = folder

    def apply_summary(self, article: str, body: Body) -> Body:
        """The body with the best summary there is."""
        if _has_own_summary(body):
            return body
        kept = self._read(article, body)
        summary = kept.get("summary")
        if not isinstance(summary, str) or not summary:
            return with_summary(body)
        return replace(
            body,
            summary=clean_text(summary),
            summary_origin="command",
            summary_complete=kept.get("complete") is not False,
        )

    def needs_summary(self, entry: FullArticle, arguments: Sequence[str]) -> bool:
        """Whether this program has not made a summary of the article yet, and none came with it."""
        kept = self._read(entry.article.id, entry.body)
        if kept and entry.body.summary_origin == "command":
            return kept.get("program") != _hash(*arguments)
        return bool(entry.body.text) and not _has_own_summary(entry.body)

    def save(self, article: str, body: Body, arguments: Sequence[str]) -> None:
        """Keep the summary that a program has made of a text.

        Raises:
            LibraryUnavailable: The folder cannot be created.
            NotSaved: It is not on the disk.
        """
        make_folder(self._folder)
        kept = {
            "article": article,
            "text": _hash(body.text),
            "program": _hash(*arguments),
            "summary": body.summary,
            "complete": body.summary_complete,
        }
        write_atomically(self._path(article), orjson.dumps(kept))

    def _read(self, article: str, body: Body) -> dict[str, Any]:
        """What is kept for this article and text; empty if nothing is, or nothing that can be read."""
        try:
            kept = orjson.loads(self._path(article).read_bytes())
        except (OSError, ValueError):
            return {}
        fits = isinstance(kept, dict) and kept.get("text") == _hash(body.text)
        return kept if fits else {}

    def _path(self, article: str) -> Path:
        return self._folder / f"{_hash(article)}.json"  # an id may hold what no name of a file may


def _has_own_summary(body: Body) -> bool:
    return bool(body.summary) and body.summary_origin != "extract"


def _hash(*texts: str) -> str:
    return sha256("\0".join(texts).encode("utf-8", "replace")).hexdigest()[:32]
