"""The stories that articles were gathered into, cached: an article stays in its story.

A file of numbers by article. It is derived and may be deleted; articles are then gathered again.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from itertools import islice
from pathlib import Path

import orjson

from store.model.errors import LibraryUnavailable, SaveFailed
from store.system.files import make_folder, read_regular, write_atomically

STORIES_FILE = "stories.json"
STORIES_FORMAT = 1
MAX_KEPT_ARTICLES = 20_000
"""The articles whose stories are kept, those gathered last."""


class StoryNumbers:
    """The file of one library."""

    def __init__(self, folder: Path) -> None:
        """Use this folder."""
        self._path = folder / STORIES_FILE

    def read(self) -> dict[str, int]:
        """Return the number of the story of each article; nothing if there is no usable file."""
        try:
            values = orjson.loads(read_regular(self._path))
            if values["format"] != STORIES_FORMAT:
                return {}
            return {str(article): int(story) for article, story in values["stories"].items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return {}

    def save(self, found: Mapping[str, int], known: Mapping[str, int]) -> None:
        """Keep the stories of articles, and as many of those known before as there is room for."""
        kept = dict(islice({**found, **known}.items(), MAX_KEPT_ARTICLES))
        with suppress(LibraryUnavailable, SaveFailed):
            make_folder(self._path.parent)
            content = {"format": STORIES_FORMAT, "stories": kept}
            write_atomically(self._path, orjson.dumps(content))
