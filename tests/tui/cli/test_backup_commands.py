"""`newstui backup` and `newstui restore`: files, messages and exit codes."""

from __future__ import annotations

import re
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.tui.cli.conftest import Run, article_json, contents, library_folder, write_json

STATE = ".local/state/newstui/backups"


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """Return the path of the backup."""
    return tmp_path / "news.zip"


@pytest.mark.usefixtures("three")
def test_back_up_and_restore(run: Run, home: Path, target: Path, tmp_path: Path) -> None:
    run("mark", "00000001", "--read", "--star")
    result = run("backup", target)
    assert (result.code, result.out) == (0, "")
    output = rf"newstui: backed up 3 articles and 2 events to {target} \(\d+ KB\)\n"
    assert re.fullmatch(output, result.err)
    listed, shown = run("list", "--json").out, run("show", "00000001", "--json").out
    into = tmp_path / "a/new/place"
    result = run("restore", target, "--into", into)
    assert (result.code, result.out) == (0, "")
    assert result.err == f"newstui: restored 3 articles and 2 events to {into} (3 files added)\n"
    assert run("--library", into, "list", "--json").out == listed
    assert run("--library", into, "show", "00000001", "--json").out == shown
    before = contents(library_folder(home))
    assert {name: (into / name).read_bytes() for name in before} == before


@pytest.mark.usefixtures("three")
def test_restore_into_your_library(run: Run, home: Path, target: Path) -> None:
    run("backup", target)
    before, library = run("list").out, library_folder(home)
    library.rename(home / "lost")
    assert run("restore", target).code == 0
    assert run("list").out == before


@pytest.mark.usefixtures("three")
def test_json_output(run: Run, home: Path, target: Path) -> None:
    result = run("backup", target, "--json")
    assert (result.code, result.err) == (0, "")
    size = target.stat().st_size
    expected = {"file": str(target), "bytes": size, "articles": 3, "events": 0, "problems": []}
    assert result.value == expected
    result = run("restore", target, "--merge", "--json")
    assert (result.code, result.err) == (0, "")
    assert result.value == {
        "library": str(library_folder(home)),
        "articles": 0,
        "events": 0,
        "added": 0,
        "there": 2,
        "refused": 0,
    }


@pytest.mark.usefixtures("three")
def test_force_replaces_an_existing_file(run: Run, target: Path) -> None:
    """Case 109: nothing is overwritten without `--force`."""
    target.write_text("precious")
    result = run("backup", target)
    assert (result.code, result.out) == (1, "")
    assert result.err == f"newstui: {target}: already exists; --force replaces it\n"
    assert target.read_text() == "precious"
    assert run("backup", target, "--force").code == 0
    with ZipFile(target) as file:
        assert file.testzip() is None


def test_usage_errors(run: Run, target: Path) -> None:
    for arguments in (("backup",), ("backup", target, "--auto"), ("restore",)):
        result = run(*arguments)
        assert (result.code, result.out) == (2, "")
        assert "usage: " in result.err


@pytest.mark.usefixtures("home")
def test_nothing_to_back_up(run: Run, target: Path, tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    (nowhere / "articles").mkdir(parents=True)
    result = run("--library", nowhere, "backup", target)
    assert (result.code, result.err) == (1, f"newstui: {nowhere}: nothing to back up\n")
    assert not target.exists()


@pytest.mark.usefixtures("three")
def test_missing_target_folder(run: Run, tmp_path: Path) -> None:
    result = run("backup", tmp_path / "nowhere/news.zip")
    assert (result.code, result.out) == (1, "")
    where = tmp_path / "nowhere/news.zip"
    assert result.err == f"newstui: Not saved: No such file or directory ({where})\n"


@pytest.mark.usefixtures("three")
def test_damaged_files_are_backed_up_and_reported(run: Run, home: Path, target: Path) -> None:
    """Case 13: the backup is made, and the exit code is 1."""
    segment = library_folder(home) / "texts/desk-0001.json"
    segment.write_bytes(segment.read_bytes()[:100])
    result = run("backup", target)
    assert (result.code, result.out) == (1, "")
    first, last = result.err.splitlines()
    assert first == f"newstui: backed up a damaged file: {segment}: truncated after byte 100"
    assert last.startswith("newstui: backed up 3 articles and 0 events to ")


@pytest.mark.usefixtures("three")
def test_restore_into_a_library_that_is_not_empty(
    run: Run, home: Path, target: Path, tmp_path: Path
) -> None:
    run("mark", "00000001", "--read")
    run("backup", target)
    run("import", write_json(tmp_path / "more.jsonl", article_json(4)))
    library = library_folder(home)
    before = contents(library)
    result = run("restore", target)
    assert result.code == 1
    assert result.err == f"newstui: {library}: is not empty; --merge adds what is missing\n"
    result = run("restore", target, "--merge")
    assert result.code == 0
    assert result.err.endswith(f"0 events to {library} (0 files added, 3 already there)\n")
    assert contents(library) == before


@pytest.mark.usefixtures("three")
def test_files_that_differ_are_skipped(run: Run, home: Path, target: Path) -> None:
    run("backup", target)
    segment = library_folder(home) / "texts/desk-0001.json"
    segment.write_bytes(segment.read_bytes().replace(b"The words", b"The birds"))
    before = contents(library_folder(home))
    result = run("restore", target, "--merge")
    assert (result.code, result.out) == (1, "")
    first, last = result.err.splitlines()
    assert first == (f"newstui: {segment} differs from the file in the backup; left as it is")
    assert last.endswith("(0 files added, 1 already there, 1 skipped)")
    assert contents(library_folder(home)) == before


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize("part", [0, 1, 2, 3])
def test_a_damaged_archive(part: int, run: Run, target: Path, tmp_path: Path) -> None:
    """Case 13: a line names the archive, and nothing is restored."""
    run("backup", target)
    target.write_bytes(target.read_bytes()[: target.stat().st_size * part // 4])
    result = run("restore", target, "--into", tmp_path / "new")
    assert (result.code, result.out) == (1, "")
    assert result.err == f"newstui: {target}: not a backup, or truncated\n"
    assert not (tmp_path / "new").exists()


def test_names_in_an_archive_are_sanitized(run: Run, target: Path, home: Path) -> None:
    """Cases 45, 48, 57: messages about an archive are free of its control characters."""
    with ZipFile(target, "w") as file:
        file.writestr("manifest.json", b'{"format": 1, "files": {}}')
        file.writestr("articles/\x1b]0;gone\x07\u202e.json", b"{}")
    result = run("restore", target)
    assert result.code == 1
    assert len(result.err.splitlines()) == 1
    assert result.err.isascii()
    assert result.err.rstrip("\n").isprintable()
    assert not library_folder(home).exists()


@pytest.mark.usefixtures("three")
def test_automatic_backup(run: Run, home: Path) -> None:
    """A scheduled job prints nothing unless something is wrong."""
    result = run("backup", "--auto")
    assert (result.code, result.out, result.err) == (0, "", "")
    (kept,) = (home / STATE).rglob("*.zip")
    assert re.fullmatch(r"newstui-\d{4}-\d\d-\d\d\.zip", kept.name)
    before = kept.read_bytes()
    result = run("backup", "--auto", "--json")
    assert (result.code, result.value) == (0, {"file": None, "problems": []})
    assert kept.read_bytes() == before
    assert run("restore", kept, "--merge").code == 0


@pytest.mark.usefixtures("three")
def test_automatic_backup_reports_a_problem(run: Run, home: Path) -> None:
    folder = home / STATE
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.write_text("in the way")
    result = run("backup", "--auto")
    assert (result.code, result.out) == (1, "")
    assert result.err.startswith("newstui: automatic backup failed: ")
    assert len(result.err.splitlines()) == 1
