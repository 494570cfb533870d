"""Measure imports from the formats that hold many articles.

    python -m benchmarks.imports 100000

Each format is a file of that many synthetic articles, imported in a process of its own by `newstui
import` into an empty library: wall-clock and CPU seconds, articles per second, and the peak memory
of a process. Then the same for `newstui search`, which indexes the new articles.
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

from benchmarks.synthetic_articles import make_articles
from store.exporters.newstui_json import metadata_to_dict
from store.model.article import ParsedArticle

Record = dict[str, Any]
Write = Callable[[Path, Iterable[ParsedArticle]], None]

ARTICLES_PER_MEMBER = 1000
"""Articles per JSON file inside a ZIP."""


def main() -> int:
    """Measure the given format, or all."""
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
    FORMATS[name](file, make_articles(size))
    imported, message = run_command(folder, "import", str(file))
    megabytes = file.stat().st_size / 1e6
    print(f"{name:>16}  {megabytes:6.0f} MB  import {imported.format(size)}  {message}", flush=True)
    indexed, _ = run_command(folder, "search", "harbour", "--limit", "1")
    print(f"{'':>16}  {'':>6}     index  {indexed.format(size)}", flush=True)
    both = size / (imported.seconds + indexed.seconds)
    print(f"{'':>16}  {'':>6}     both   {'':>28}{both:7,.0f} articles/s", flush=True)


class Usage(NamedTuple):
    """The resources a command took."""

    seconds: float
    cpu_seconds: float
    """CPU seconds, children included."""
    memory: float
    """MB of the largest process."""

    def format(self, size: int) -> str:
        """Return the figures for that many articles."""
        return (
            f"{self.seconds:6.1f} s  {self.cpu_seconds:6.1f} s CPU"
            f"  {size / self.seconds:7,.0f} articles/s  {self.memory:4.0f} MB"
        )


def run_command(folder: Path, *arguments: str) -> tuple[Usage, str]:
    """Run a command on a library in the folder; return its usage and its last message."""
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "tui", "--library", str(folder / "library"), *arguments],
        env={**os.environ, "HOME": str(folder)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    assert process.stderr is not None
    message = process.stderr.read().decode().strip().rpartition("\n")[2]
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    memory = usage.ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)
    cpu_seconds = usage.ru_utime + usage.ru_stime
    return Usage(time.monotonic() - began, cpu_seconds, memory), message


def _json_lines(file: Path, found: Iterable[ParsedArticle]) -> None:
    with file.open("w", encoding="utf-8") as out:
        for each in found:
            fields = metadata_to_dict(each.article, each.reading) | {"text": each.body.text}
            out.write(json.dumps(fields) + "\n")


def _wallabag(each: ParsedArticle) -> Record:
    return _title_and_url(each) | {"is_archived": 0, "content": _html(each)}


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
    return _title_and_url(each) | {"slug": slug, "savedAt": each.article.created}


def _title_and_url(each: ParsedArticle) -> Record:
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
        if len(batch) == ARTICLES_PER_MEMBER:
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
