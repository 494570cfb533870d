"""Measures imports from the formats that hold many articles.

    python -m benchmarks.intake 100000

Each format is a file of that many made-up articles, read in a process of its own by `newstui
import` into an empty library: seconds by the clock and of processors, articles a second, and the
most memory one process took. Then the same of `newstui search`, which indexes what is new.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from benchmarks.made_up import articles
from store.exporters.newstui_json import metadata_to_dict
from store.model.article import ParsedArticle

Record = dict[str, Any]
Write = Callable[[Path, Iterable[ParsedArticle]], None]

A_FILE = 1000
"""Articles of one file inside a ZIP."""


def main() -> int:
    """Measure the formats that were named, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("size", type=int, metavar="ARTICLES")
    parser.add_argument("--only", choices=FORMATS, metavar="FORMAT")
    options = parser.parse_args()
    for name in [options.only] if options.only else FORMATS:
        with TemporaryDirectory(prefix="newstui-benchmark-") as folder:
            measure(name, options.size, Path(folder))
    return 0


def measure(name: str, size: int, folder: Path) -> None:
    """Measure one format in an empty folder."""
    file = folder / "export"
    FORMATS[name](file, articles(size))
    taken, said = run(folder, "import", str(file))
    megabytes = file.stat().st_size / 1e6
    print(f"{name:>16}  {megabytes:6.0f} MB  import {taken.words(size)}  {said}", flush=True)
    indexed, _ = run(folder, "search", "harbour", "--limit", "1")
    print(f"{'':>16}  {'':>6}     index  {indexed.words(size)}", flush=True)
    both = size / (taken.seconds + indexed.seconds)
    print(f"{'':>16}  {'':>6}     both   {'':>28}{both:7,.0f} articles/s", flush=True)


class Taken(NamedTuple):
    """What a command took."""

    seconds: float
    processor: float
    """Seconds of all processors, those of its children as well."""
    memory: float
    """MB of the process that took the most."""

    def words(self, size: int) -> str:
        """The figures, for that many articles."""
        return (
            f"{self.seconds:6.1f} s  {self.processor:6.1f} s processor"
            f"  {size / self.seconds:7,.0f} articles/s  {self.memory:4.0f} MB"
        )


def run(folder: Path, *arguments: str) -> tuple[Taken, str]:
    """Run a command on a library in the folder; what it took, and the last line it said."""
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "tui", "--library", str(folder / "library"), *arguments],
        env={**os.environ, "HOME": str(folder)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    assert process.stderr is not None
    said = process.stderr.read().decode().strip().rpartition("\n")[2]
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    memory = usage.ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)
    processor = usage.ru_utime + usage.ru_stime
    return Taken(time.monotonic() - began, processor, memory), said


def _json_lines(file: Path, found: Iterable[ParsedArticle]) -> None:
    with file.open("w", encoding="utf-8") as out:
        for each in found:
            fields = metadata_to_dict(each.article, each.reading) | {"text": each.body.text}
            out.write(json.dumps(fields) + "\n")


def _wallabag(each: ParsedArticle) -> Record:
    return _page(each) | {"is_archived": 0, "content": _html(each)}


def _google_reader(each: ParsedArticle) -> Record:
    return {
        "title": each.article.title,
        "categories": ["user/-/state/com.google/read"],
        "canonical": [{"href": each.article.url}],
        "content": {"content": _html(each)},
        "origin": {"title": each.article.category},
    }


def _omnivore(each: ParsedArticle) -> Record:
    slug = each.article.url.rpartition("/")[2]
    return _page(each) | {"slug": slug, "savedAt": each.article.created}


def _page(each: ParsedArticle) -> Record:
    return {"title": each.article.title, "url": each.article.url}


def _html(each: ParsedArticle) -> str:
    return "".join(f"<p>{part}</p>" for part in each.body.text.split("\n\n"))


def _array(record: Callable[[ParsedArticle], Record], begin: str = "[", end: str = "]") -> Write:
    def write(file: Path, found: Iterable[ParsedArticle]) -> None:
        with file.open("w", encoding="utf-8") as out:
            out.write(begin)
            for number, each in enumerate(found):
                out.write("," * (number > 0) + json.dumps(record(each)))
            out.write(end)

    return write


def _pocket(file: Path, found: Iterable[ParsedArticle]) -> None:
    with file.open("w", encoding="utf-8", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(["title", "url", "time_added", "tags", "status"])
        for each in found:
            rows.writerow([each.article.title, each.article.url, 1672628645, "a|b", "unread"])


def _wallabag_csv(file: Path, found: Iterable[ParsedArticle]) -> None:
    with file.open("w", encoding="utf-8", newline="") as out:
        rows = csv.writer(out, delimiter=";")
        rows.writerow(["Title", "URL", "Content", "Tags", "MIME Type", "Language", "Creation date"])
        for each in found:
            rows.writerow([each.article.title, each.article.url, _html(each), "a", "text/html"])


def _bookmarks(file: Path, found: Iterable[ParsedArticle]) -> None:
    with file.open("w", encoding="utf-8") as out:
        out.write("<!DOCTYPE NETSCAPE-Bookmark-file-1>\n<DL><p>\n")
        for each in found:
            out.write(f'<DT><A HREF="{each.article.url}">{each.article.title}</A>\n')


def _zip(file: Path, found: Iterable[ParsedArticle]) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as out:
        for number, batch in enumerate(_batches(found)):
            for each in batch:
                out.writestr(f"content/{_omnivore(each)['slug']}.html", _html(each))
            out.writestr(f"metadata_{number}.json", json.dumps([_omnivore(each) for each in batch]))


def _batches(found: Iterable[ParsedArticle]) -> Iterator[list[ParsedArticle]]:
    batch: list[ParsedArticle] = []
    for each in found:
        batch.append(each)
        if len(batch) == A_FILE:
            yield batch
            batch = []
    if batch:
        yield batch


FORMATS: dict[str, Write] = {
    "newstui lines": _json_lines,
    "wallabag": _array(_wallabag),
    "google-reader": _array(_google_reader, '{"items": [', "]}"),
    "omnivore zip": _zip,
    "wallabag-csv": _wallabag_csv,
    "pocket": _pocket,
    "bookmarks": _bookmarks,
}

if __name__ == "__main__":
    sys.exit(main())
