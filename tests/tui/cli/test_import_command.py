"""`newstui import`: every format, and bad input that is reported and skipped."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import orjson
import pytest

from store.system.paths import platform_paths
from tests.support.network import InProcessParser, item, rss
from tests.tui.cli.conftest import Run, article_json, contents, library_folder, write_json

READING_PAGE = """The council of Brae has voted to keep its ferry, by nine votes to eight, last night.
Summary
The ferry of Brae stays.
Statistics
16
Words
1
Read Count
Details
ID: 0d6f6d4e-5a0a-4c36-9f5c-0a4c1d9c8e11
Category ID: world
URL: https://news.example/brae
Date: Feb. 28, 2022
Created: 2022/03/01 20:04
Updated: 2022/03/01 20:04
Last Read: 2022/03/02 08:15
"""

FORMATS = {
    "article.json": orjson.dumps(article_json(1, title="As JSON")).decode(),
    "articles.json": orjson.dumps({"articles": [article_json(2, title="As an array")]}).decode(),
    "lines.jsonl": orjson.dumps(article_json(3, title="As a line")).decode() + "\n",
    "note.md": "---\ntitle: As Markdown\ncategory: world\n---\n\nSome *words*.\n",
    "page.html": "<!doctype html><title>As HTML</title><article><p>Some words of a page, no more"
    " than one sentence.</p></article>",
    "plain.txt": "As text\n\nSome words.\n",
    "reading.txt": READING_PAGE,
}


@pytest.mark.parametrize("name", FORMATS)
def test_every_format(name: str, run: Run, tmp_path: Path) -> None:
    file = tmp_path / name
    file.write_text(FORMATS[name], encoding="utf-8")
    result = run("import", file)
    assert (result.code, result.out, result.err) == (0, "", "newstui: 1 article added\n")
    (article,) = run("list", "--json").values
    assert article["source"] == "import"
    expected = "The council of Brae" if name == "reading.txt" else "As "
    assert article["title"].startswith(expected)


def test_a_folder_and_files_together(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "folder" / "deeper"
    folder.mkdir(parents=True)
    for name, text in FORMATS.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "picture.png").write_bytes(b"\x89PNG")
    extra = write_json(tmp_path / "extra.jsonl", article_json(8), article_json(9))
    result = run("import", tmp_path / "folder", extra, "--json")
    assert result.code == 0
    assert result.value == {"added": 9, "known": 0, "refused": 0}


def test_standard_input(run: Run) -> None:
    result = run("import", "-", stdin=orjson.dumps(article_json(1)))
    assert (result.code, result.err) == (0, "newstui: 1 article added\n")
    assert run("import", "-", stdin=b"").err == (
        "newstui: standard input: the file is empty\nnewstui: 0 articles added, 1 skipped\n"
    )


def test_a_second_import_adds_nothing(run: Run, home: Path, tmp_path: Path) -> None:
    """Case 105: an import run again adds only what is missing."""
    for name, text in FORMATS.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    paths = [tmp_path / name for name in FORMATS]
    run("import", *paths[:3])
    result = run("import", *paths)
    assert result.err == "newstui: 4 articles added, 3 already there\n"
    before = contents(library_folder(home))
    assert run("import", *paths).err == "newstui: 0 articles added, 7 already there\n"
    assert contents(library_folder(home)) == before


def test_bad_items_are_skipped(run: Run, tmp_path: Path) -> None:
    """Case 102: a line with file, item and reason; the rest is imported; exit code 1."""
    good = write_json(tmp_path / "good.jsonl", article_json(1))
    bad = tmp_path / "bad.json"
    bad.write_bytes(b'{"title": ')
    array = tmp_path / "array.json"
    array.write_bytes(orjson.dumps([article_json(2), "no article", article_json(3, words="many")]))
    feeds = tmp_path / "feeds.opml"
    feeds.write_text('<opml version="2.0"/>')
    url = "https://news.example/42"
    result = run("import", bad, good, array, feeds, url, tmp_path / "missing.md")
    assert result.code == 1
    assert result.out == ""
    reasons = result.err.splitlines()
    assert reasons[0].startswith(f"newstui: {bad}: not JSON: ")
    assert reasons[1:] == [
        f"newstui: {array}: article 2: expected an article (a JSON object), found text",
        f"newstui: {array}: article 3: words: expected a number, found “many”",
        f"newstui: {feeds}: a list of feeds, not of articles; `newstui feeds --import FILE` subscribes"
        " to them",
        f"newstui: {url}: a URL, not a file; `newstui add URL` adds it",
        f"newstui: {tmp_path / 'missing.md'}: No such file or directory",
        "newstui: 2 articles added, 6 skipped",
    ]
    assert [value["title"] for value in run("list", "--json").values] == ["Title 2", "Title 1"]


def test_a_feed_in_a_file_and_fetched(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its entries come in once, in the category of the subscription, and what is missing is told."""
    monkeypatch.setattr("store.feeds.saved_feeds.ParserProcess", InProcessParser)
    feeds = tmp_path / "feeds.opml"
    outline = '<outline text="Boats"><outline text="Harbour" htmlUrl="https://harbour.example" xmlUrl="{}"/></outline>'
    feeds.write_text(f"<opml><body>{outline.format('https://harbour.example/feed')}</body></opml>")
    run("feeds", "--import", feeds)
    saved = tmp_path / "saved.xml"
    saved.write_text(rss(item(1), item(2)), encoding="utf-8")
    result = run("import", saved)
    assert (result.code, result.out, result.err) == (0, "", "newstui: 2 articles added\n")
    facts = [
        (each["category"], each["source"], each["read"]) for each in run("list", "--json").values
    ]
    assert facts == [("Boats", "feed", False)] * 2
    assert run("import", saved).err == "newstui: 0 articles added, 2 already there\n"
    saved.write_text(rss(item(1), item(2), item(3))[:-20], encoding="utf-8")
    result = run("import", saved)
    assert result.code == 1
    assert result.err.splitlines() == [
        f"newstui: {saved}: not a whole feed: truncated after entry 2",
        "newstui: 0 articles added, 2 already there, 1 skipped",
    ]


def test_damaged_lines_of_json_lines_are_skipped(run: Run, tmp_path: Path) -> None:
    """Case 102: three files, one with a damaged line in the middle."""
    files = [
        write_json(tmp_path / f"{n}.jsonl", article_json(n), article_json(n + 3)) for n in (1, 2, 3)
    ]
    first, second = files[1].read_bytes().splitlines(keepends=True)
    files[1].write_bytes(first + b'{"title": "torn\n' + second)
    result = run("import", *files, "--json")
    assert result.code == 1
    assert result.value == {"added": 6, "known": 0, "refused": 1}
    assert result.err.startswith(f"newstui: {files[1]}: line 2: not JSON: ")
    assert len(result.err.splitlines()) == 1


def test_pipes_sockets_and_devices_are_skipped(run: Run, tmp_path: Path) -> None:
    """Case 102: nothing that could hang is opened."""
    pipe, good = tmp_path / "pipe.md", write_json(tmp_path / "good.jsonl", article_json(1))
    os.mkfifo(pipe)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "s.md"))
        result = run("import", pipe, "/dev/zero", tmp_path / "s.md", good)
    assert result.code == 1
    assert result.err.splitlines() == [
        f"newstui: {pipe}: not a regular file",
        "newstui: /dev/zero: not a regular file",
        f"newstui: {tmp_path / 's.md'}: not a regular file",
        "newstui: 1 article added, 3 skipped",
    ]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "the file is empty"),
        (b"\x7fELF\0\0\0", "binary, not text"),
        ("Grüße".encode("utf-16") + b"!", "not UTF-16 at byte 12"),
        (b'{"a":' * 100_000, "line 1: not JSON: "),
    ],
    ids=["empty", "binary", "UTF-16", "nested"],
)
def test_files_without_an_article_are_rejected(
    data: bytes, reason: str, run: Run, home: Path, tmp_path: Path
) -> None:
    """Case 102: one line, and the library is not changed."""
    file = tmp_path / "file.txt"
    file.write_bytes(data)
    result = run("import", file)
    assert result.code == 1
    first, last = result.err.splitlines()
    assert first.startswith(f"newstui: {file}: {reason}")
    assert last == "newstui: 0 articles added, 1 skipped"
    assert contents(library_folder(home)) == {}


def test_empty_folders_are_reported(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    result = run("import", tmp_path / "empty")
    assert result.code == 1
    assert "no articles in this folder (*.json, " in result.err


def test_reading_state_is_imported(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "reading.txt"
    file.write_text(READING_PAGE, encoding="utf-8")
    run("import", file)
    (article,) = run("list", "--json").values
    assert article["read"] is True
    assert article["read_count"] == 1
    assert article["last_read"] == "2022-03-02T08:15:00Z"
    assert article["date"] == "2022-02-28"


def test_as_sets_the_format(run: Run, tmp_path: Path) -> None:
    """Exports of other readers are detected, or named by `--as`; a wrong name lists all."""
    saved = tmp_path / "saved.json"
    saved.write_text('[{"title": "A", "url": "https://news.example/a", "status": "archive"}]')
    assert run("import", "--as", "pocket", str(saved)).code == 0
    assert orjson.loads(run("list", "--json").out)["read"]
    wrong = run("import", "--as", "pockets", str(saved))
    assert wrong.code == 2
    assert 'unknown format "pockets"; did you mean "pocket"?' in wrong.err


def test_hooks_run(run: Run, tmp_path: Path) -> None:
    """A hook receives a line for each article; one that fails is reported."""
    noted, config = tmp_path / "noted", platform_paths(os.environ, None).config
    config.mkdir(parents=True)
    settings = config / "settings.toml"
    settings.write_text(f'on_new = ["tee", "{noted}"]\non_read = ["false"]\n')
    file = write_json(tmp_path / "1.json", article_json(1, title="The ferry"))
    assert run("import", file).code == 0
    assert orjson.loads(noted.read_bytes())["title"] == "The ferry"
    noted.unlink()
    assert run("import", file).code == 0
    assert not noted.exists()
    marked = run("mark", "--read", article_json(1)["id"])
    assert marked.code == 0
    assert "on_read: false failed with exit code 1" in marked.err
