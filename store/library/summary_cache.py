"""Summaries that a program of the user's has made, cached so that it runs once per text.

One small file per article. They are derived and may be deleted; the program then runs again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson

from store.model.article import Body, FullArticle
from store.system.files import make_folder, read_regular, write_atomically
from store.text.clean import clean_text
from store.text.sentences import join_sentences, split_sentences
from store.text.summary import with_summary

MAX_SUMMARY_CHARS = 2000
"""Characters of a program's output that are kept."""


def apply_program_summary(body: Body, output: str) -> Body:
    """Return the body with a program's output as its summary; unchanged if the output is empty."""
    summary = clean_text(output).strip()
    if not summary:
        return body
    is_complete = len(summary) <= MAX_SUMMARY_CHARS
    if not is_complete:
        summary = summary[:MAX_SUMMARY_CHARS]
        summary = join_sentences(split_sentences(summary)[:-1]) or summary
    return replace(body, summary=summary, summary_origin="command", summary_complete=is_complete)


class SummaryCache:
    """The summary of every article: the publisher's, a program's, or an automatic one."""

    def __init__(self, folder: Path) -> None:
        """Use this folder, which is created when there is something to keep."""
        self._folder = folder

    def apply_summary(self, article: str, body: Body) -> Body:
        """Return the body with the best summary there is."""
        if _has_own_summary(body):
            return body
        cached = self._read(article, body)
        summary = cached.get("summary")
        if not isinstance(summary, str) or not summary:
            return with_summary(body)
        return replace(
            body,
            summary=clean_text(summary),
            summary_origin="command",
            summary_complete=cached.get("complete") is not False,
        )

    def needs_summary(self, entry: FullArticle, arguments: Sequence[str]) -> bool:
        """Return True if the article came without a summary and this program has made none."""
        cached = self._read(entry.article.id, entry.body)
        if cached and entry.body.summary_origin == "command":
            return cached.get("program") != _hash(*arguments)
        return bool(entry.body.text) and not _has_own_summary(entry.body)

    def save(self, article: str, body: Body, arguments: Sequence[str]) -> None:
        """Keep the summary that a program has made of a text.

        Raises:
            LibraryUnavailable: The folder cannot be created.
            SaveFailed: The summary could not be written.
        """
        make_folder(self._folder)
        content = {
            "article": article,
            "text": _hash(body.text),
            "program": _hash(*arguments),
            "summary": body.summary,
            "complete": body.summary_complete,
        }
        write_atomically(self._path(article), orjson.dumps(content))

    def _read(self, article: str, body: Body) -> dict[str, Any]:
        """Return what is cached for this article and text; empty if nothing usable is."""
        try:
            cached = orjson.loads(read_regular(self._path(article)))
        except (OSError, ValueError):
            return {}
        is_current = isinstance(cached, dict) and cached.get("text") == _hash(body.text)
        return cached if is_current else {}

    def _path(self, article: str) -> Path:
        return self._folder / f"{_hash(article)}.json"  # not every id is a valid file name


def _has_own_summary(body: Body) -> bool:
    return bool(body.summary) and body.summary_origin != "extract"


def _hash(*texts: str) -> str:
    return sha256("\0".join(texts).encode("utf-8", "replace")).hexdigest()[:32]
