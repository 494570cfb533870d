"""`newstui export`: every format, never a partial file or one replaced without `--force`."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import orjson
import pytest

from tests.tui.cli.conftest import Run, article_json, write_json
from tui.cli import load_command
from tui.cli.parser import build_parser

HOSTILE = {
    "title": "../../etc/<script>alert(1)</script>",
    "text": '<img src="http://a.example/x.png">\n\n![pixel](http://a.example/y.png) [link]'
    "(javascript:alert(1)) & <script>\n\n- one\n- two\n\n    code",
    "url": "javascript:alert(1)",
}


@pytest.fixture
def filled(run: Run, tmp_path: Path) -> Run:
    """Return `run` on a library of three articles, one of them hostile."""
    files = [
        write_json(tmp_path / "1.json", article_json(1, title="The ferry", category="north")),
        write_json(tmp_path / "2.json", article_json(2, title="The mill", category="south")),
        write_json(tmp_path / "3.json", article_json(3) | HOSTILE),
    ]
    assert run("import", *files).code == 0
    return run


def test_every_command_has_a_function() -> None:
    for name in build_parser().commands:
        assert callable(load_command(name))


def test_json_to_a_pipe(filled: Run, tmp_path: Path) -> None:
    array = orjson.loads(filled("export", "ferry").out)
    assert [each["title"] for each in array] == ["The ferry"]
    lines = filled("export", "--to", "jsonl").out.splitlines()
    assert len(lines) == 3
    assert orjson.loads(filled("export", "nothing").out) == []


def test_markdown_to_a_folder(filled: Run, tmp_path: Path) -> None:
    """Cases 107 to 109: safe names of date, title and id; no file is replaced."""
    folder = tmp_path / "out"
    assert filled("export", "--to", "markdown").code == 2
    assert "no such folder" in filled("export", "--to", "markdown", "-o", folder).err
    folder.mkdir()
    done = filled("export", "--to", "markdown", "-o", folder)
    assert done.code == 0
    assert "exported 3 articles to " in done.err
    names = sorted(file.name for file in folder.iterdir())
    assert len(names) == 3
    assert any(name.endswith(".md") and "-the-ferry-" in name for name in names)
    assert all(name[0].isdigit() and "/" not in name for name in names)
    again = filled("export", "--to", "markdown", "-o", folder)
    assert again.code == 1
    assert again.err.count("already exists; --force replaces it") == 3
    assert filled("export", "--to", "markdown", "-o", folder, "--force").code == 0
    assert filled("import", folder).err.endswith("0 articles added, 3 already there\n")


def test_symbolic_links_are_not_followed(filled: Run, tmp_path: Path) -> None:
    """Case 109: the target of a symbolic link is not changed."""
    kept, link = tmp_path / "kept", tmp_path / "link.json"
    kept.write_text("kept")
    link.symlink_to(kept)
    assert filled("export", "-o", link).code == 1
    assert filled("export", "-o", link, "--force").code == 0
    assert kept.read_text() == "kept"
    assert not link.is_symlink()


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("a.json", b"["),
        ("a.jsonl", b'{"id"'),
        ("a.HTML", b"<!doctype"),
        ("a.epub", b"PK"),
        ("a", b"["),
    ],
)
def test_the_suffix_names_the_format(filled: Run, tmp_path: Path, name: str, start: bytes) -> None:
    assert filled("export", "-o", tmp_path / name).code == 0
    assert (tmp_path / name).read_bytes().startswith(start)
    assert filled("export", "--to", "json", "-o", tmp_path / name, "--force").code == 0
    assert (tmp_path / name).read_bytes().startswith(b"[")


def test_the_target_names_the_format(filled: Run, tmp_path: Path) -> None:
    assert (
        filled("export", "-o", tmp_path / "a.opml").err
        == f"newstui: exported the feeds to {tmp_path}/a.opml\n"
    )
    (tmp_path / "v1.2").mkdir()
    assert filled("export", "-o", tmp_path / "v1.2").code == 0
    assert len(list((tmp_path / "v1.2").glob("*.md"))) == 3
    unknown = filled("export", "-o", tmp_path / "a.pdf")
    assert (
        unknown.code,
        "a.pdf: no format has this suffix; name one with --to" in unknown.err,
    ) == (2, True)
    assert not (tmp_path / "a.pdf").exists()


def test_html_is_inert(filled: Run, tmp_path: Path) -> None:
    """Cases 99 and 111: markup in articles is text; no pictures, no scripts."""
    file = tmp_path / "news.html"
    assert filled("export", "--to", "html", "-o", file, "--title", "A & B").code == 0
    text = file.read_text()
    assert "<title>A &amp; B</title>" in text
    assert text.count("<article ") == 3
    for word in ("<script", "<img", 'href="javascript'):
        assert word not in text
    assert "<ul>\n<li>" in text
    assert "&lt;script&gt;" in text


def test_epub_is_well_formed(filled: Run, tmp_path: Path) -> None:
    file = tmp_path / "news.epub"
    assert filled("export", "--to", "epub", "-o", file).code == 0
    with zipfile.ZipFile(file) as book:
        first = book.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        assert book.read("mimetype") == b"application/epub+zip"
        pages = [name for name in book.namelist() if name.endswith((".xhtml", ".opf", ".xml"))]
        assert len(pages) == 6
        for name in pages:
            ElementTree.fromstring(book.read(name))
        package = book.read("book.opf").decode()
        assert package.count("<itemref") == 3


def test_a_full_disk_leaves_no_partial_file(
    filled: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Case 110: a full disk leaves no partial file, and a line says why."""

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    (tmp_path / "out").mkdir()
    failed = filled("export", "-o", tmp_path / "out" / "a.json")
    assert failed.code == 1
    assert "Not saved: no space left" in failed.err
    assert list((tmp_path / "out").iterdir()) == []


def test_show_as_markdown(filled: Run) -> None:
    shown = filled("show", "--format", "md", orjson.loads(filled("export", "mill").out)[0]["id"])
    assert shown.out.startswith("---\nnewstui: 1\nid: ")
    assert "title: The mill\n" in shown.out


URLS = """# my feeds
https://news.example/feed "Harbour news" ~"The Harbour"
http://other.example/rss
"query:Unread:unread = \\"yes\\"" tag
exec:~/bin/script.sh
"""


def test_feeds_from_newsboat_to_opml(run: Run, tmp_path: Path) -> None:
    """Case 103: commands and queries among the feeds are rejected, each kind once."""
    (tmp_path / "urls").write_text(URLS)
    taken = run("feeds", "--import", tmp_path / "urls")
    assert taken.code == 1
    assert "2 feeds added" in taken.err
    assert "1 saved search added" in taken.err
    assert "line 5: exec: is not supported" in taken.err
    text = run("export", "--to", "opml").out
    outlines = {each.get("xmlUrl"): each for each in ElementTree.fromstring(text).iter("outline")}
    assert outlines["https://news.example/feed"].get("text") == "The Harbour"
    assert run("export", "--to", "opml", "-o", tmp_path / "a.opml").code == 0
    assert (tmp_path / "a.opml").read_text() == text
    (tmp_path / "urls").write_text("nothing of the kind")
    neither = f"newstui: {tmp_path}/urls: neither OPML nor a list of feed URLs\n"
    assert run("feeds", "--import", tmp_path / "urls").err == neither
    (tmp_path / "urls").write_bytes(b"PK\3\4\0\0 https://n.example/f\n")
    assert run("feeds", "--import", tmp_path / "urls").err == neither


def test_mark_articles_listed_in_a_file(run: Run, tmp_path: Path) -> None:
    """By feed guid, as newsboat -E writes them, by URL, and by id."""
    one = article_json(1) | {"extra": {"guid": "tag:1"}}
    two = {"title": "Two", "url": "https://news.example/2?utm_source=x"}
    files = [write_json(tmp_path / f"{n}.json", each) for n, each in enumerate((one, two), 1)]
    assert run("import", *files, write_json(tmp_path / "3.json", article_json(3))).code == 0
    (tmp_path / "read").write_text("tag:1\nhttps://news.example/2\n\ntag:9\n")
    marked = run("mark", "--read", "--from", tmp_path / "read")
    assert marked.code == 1
    assert "read: 1 line matches no article (first: tag:9)" in marked.err
    assert len(run("list", "--unread").out.splitlines()) == 1
    assert run("mark", "--read").code == 2
    assert "no-such: No such file" in run("mark", "--star", "--from", tmp_path / "no-such").err


@pytest.mark.parametrize("form", ["json", "html", "epub", "opml"])
def test_an_export_is_for_its_owner(run: Run, three: Path, tmp_path: Path, form: str) -> None:
    """Case 31: it may hold private feeds, whatever the mask of the process."""
    target = tmp_path / "out"
    before = os.umask(0)
    try:
        assert run("export", "--to", form, "-o", target).code == 0
    finally:
        os.umask(before)
    assert target.stat().st_mode & 0o777 == 0o600


def test_passwords_of_feeds_are_exported_to_private_files_only(run: Run, tmp_path: Path) -> None:
    (tmp_path / "urls").write_text("https://ann:secret@a.example/f\n")
    run("feeds", "--import", tmp_path / "urls")
    printed = run("export", "--to", "opml")
    assert "secret" not in printed.out
    assert "https://a.example/f" in printed.out
    assert "left out the passwords" in printed.err
    out = tmp_path / "out.opml"
    assert "keep it private" in run("export", "--to", "opml", "-o", out).err
    assert "ann:secret@" in out.read_text()
    assert out.stat().st_mode & 0o777 == 0o600
