"""`newstui mark`, `newstui edit` and `newstui doctor`."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.tui.cli.conftest import Run, contents, library_folder


def states(run: Run) -> dict[int, tuple[bool, bool]]:
    """Return read and starred by the number of the article."""
    values = run("list", "--json").values
    return {int(value["id"][:8]): (value["read"], value["starred"]) for value in values}


@pytest.mark.usefixtures("three")
def test_mark_and_unmark(run: Run) -> None:
    assert run("mark", "00000001", "00000002", "--read", "--star").code == 0
    assert states(run) == {1: (True, True), 2: (True, True), 3: (False, False)}
    assert run("mark", "00000001", "--unread").code == 0
    assert run("mark", "00000002", "--unstar").code == 0
    assert states(run) == {1: (False, True), 2: (True, False), 3: (False, False)}


@pytest.mark.usefixtures("three")
def test_marking_twice_changes_nothing(run: Run, home: Path) -> None:
    run("mark", "00000001", "--read", "--star")
    before = contents(library_folder(home))
    for _ in range(2):
        result = run("mark", "00000001", "00000001", "--read", "--star")
        assert (result.code, result.out) == (0, "")
        assert result.err == "newstui: already read\nnewstui: already starred\n"
    assert run("mark", "00000002", "--unread", "--unstar").code == 0
    assert contents(library_folder(home)) == before
    assert run("show", "00000001", "--json").value["read_count"] == 1


@pytest.mark.usefixtures("three")
def test_unknown_articles_are_reported(run: Run) -> None:
    result = run("mark", "ffff", "00000001", "0000", "00000002", "--read")
    assert (result.code, result.out) == (1, "")
    assert result.err.splitlines() == [
        "newstui: no article has an id that starts with “ffff”",
        "newstui: 3 articles have ids that start with “0000”",
        "newstui: marked 2 articles as read",
    ]
    assert states(run) == {1: (True, False), 2: (True, False), 3: (False, False)}


@pytest.mark.usefixtures("three")
def test_marking_many_articles_is_one_event(run: Run, home: Path) -> None:
    """Case 26: one event and one write for any number of articles."""
    run("mark", *(f"0000000{n}" for n in (1, 2, 3)), "--read")
    lines = (library_folder(home) / "journal/desk.jsonl").read_bytes().splitlines()
    assert len(lines) == 2  # the format and the event


@pytest.mark.usefixtures("three")
def test_edit_the_title(run: Run) -> None:
    result = run("edit", "00000001", "--title", " \x1b[31mA \u202ebetter\n title [/] ")
    assert (result.code, result.out, result.err) == (0, "", "newstui: edited title\n")
    title = run("show", "00000001", "--json").value["title"]
    assert title == "A better title [/]"
    assert run("list", "better").lines[0].endswith(title)


@pytest.mark.usefixtures("three")
def test_edit_metadata_and_tags(run: Run) -> None:
    result = run(
        *("edit", "00000001", "--category", "Harbour", "--date", "Mar. 3, 2029"),
        *("--tag", "ferry", "--tag", "strike", "--untag", "ferry"),
    )
    assert (result.code, result.out) == (0, "")
    said = ("edited category, date", "tagged ferry", "tagged strike", "untagged ferry")
    assert result.err == "".join(f"newstui: {each}\n" for each in said)
    shown = run("show", "00000001", "--json").value
    assert (shown["category"], shown["date"]) == ("Harbour", "2029-03-03")
    assert "strike" in shown["tags"]
    assert "ferry" not in shown["tags"]
    assert run("list", "--category", "Harbour", "--json").value["id"] == shown["id"]


@pytest.mark.usefixtures("three")
def test_invalid_dates_are_rejected(run: Run, home: Path) -> None:
    before = contents(library_folder(home))
    result = run("edit", "00000001", "--date", "soon", "--title", "Another")
    assert (result.code, result.out) == (2, "")
    assert result.err.endswith("\nnewstui edit: error: not a date: soon\n")
    assert contents(library_folder(home)) == before


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize("text", ["", "  \n", "\x1b[0m\u200b"])
@pytest.mark.parametrize(
    ("option", "what"), [("--title", "title"), ("--tag", "tag"), ("--untag", "tag")]
)
def test_empty_titles_and_tags_are_rejected(
    option: str, what: str, text: str, run: Run, home: Path
) -> None:
    before = contents(library_folder(home))
    result = run("edit", "00000001", "--category", "world", option, text)
    assert (result.code, result.out) == (2, "")
    assert result.err.endswith(f"\nnewstui edit: error: the {what} is empty\n")
    assert contents(library_folder(home)) == before


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    "arguments",
    [
        ("show", "ffff"),
        ("similar", "ffff"),
        ("edit", "ffff", "--title", "Another"),
        ("mark", "ffff", "--read"),
        ("import", "/nowhere/at/all"),
        ("mark", "00000001"),
        ("list", "--limit", "0"),
    ],
)
def test_failed_commands_do_not_change_the_library(
    arguments: tuple[str, ...], run: Run, home: Path
) -> None:
    """Case 1: a change that is not acknowledged did not happen."""
    before = contents(library_folder(home))
    result = run(*arguments)
    assert result.code in (1, 2)
    assert result.out == ""
    assert result.err
    assert contents(library_folder(home)) == before


@pytest.mark.usefixtures("three")
def test_a_healthy_library(run: Run, home: Path) -> None:
    result = run("doctor")
    assert result.code == 0
    assert result.lines[-1] == "no problems"
    found = run("doctor", "--json").value
    assert found["problems"] == []
    assert found["facts"]["library"] == str(library_folder(home))
    assert found["facts"]["articles"] == "3, 3 unread"
    assert found["facts"]["machine"] == "desk"
    assert {"newstui", "python", "textual", "cache", "state", "settings"} < set(found["facts"])
    assert {"locale", "terminal", "browser", "clipboard"} < set(found["facts"])


@pytest.mark.parametrize("damage", [b" ", b"null", b'{"articles": {"1": "text"}}', b"\xff", b"{"])
def test_damaged_segments_are_reported(damage: bytes, run: Run, three: Path, home: Path) -> None:
    """Cases 11, 12, 13, 17: doctor only reports them and exits with 1; list repairs them and reports it once."""
    assert three.exists()
    segment = library_folder(home) / "articles/desk-0001.json"
    segment.write_bytes(damage)
    result = run("doctor", "--json")
    assert result.code == 1
    (problem,) = result.value["problems"]
    assert problem.startswith("articles/desk-0001.json was damaged (")
    assert problem.endswith("the file is left as it is; `newstui doctor --repair` repairs it")
    assert run("doctor").lines[-1] == "1 problem"
    assert segment.read_bytes() == damage
    result = run("list")
    assert result.out == ""
    assert "articles/desk-0001.json was damaged (" in result.err
    assert "recovered 0 of 3 articles; the damaged file is kept as desk-0001.json" in result.err
    assert run("list").err == "newstui: no articles yet; `newstui import` adds some\n"
    assert run("doctor").code == 0


@pytest.mark.usefixtures("three")
def test_an_empty_segment_is_repaired_on_request_alone(run: Run, home: Path) -> None:
    """It may be the placeholder of a cloud folder, and its content is still to come."""
    segment = library_folder(home) / "articles/desk-0001.json"
    segment.write_bytes(b"")
    [problem] = run("doctor", "--json").value["problems"]
    assert problem.endswith("; `newstui doctor --repair` repairs it")
    for _ in range(2):
        assert "because its content may not be here yet" in run("list").err
    assert segment.read_bytes() == b""
    assert run("doctor", "--repair", "--json").value["repaired"]
    assert run("doctor").code == 0


@pytest.mark.usefixtures("three")
def test_doctor_checks_and_repairs(run: Run, home: Path) -> None:
    """Cases 10 to 13: nothing is changed without `--repair`; with it no problem is left."""
    run("mark", "00000001", "--star")
    library = library_folder(home)
    for kind in ("articles", "texts"):
        path = library / kind / "desk-0001.json"
        path.write_bytes(path.read_bytes()[:-90])
    with (library / "journal/desk.jsonl").open("ab") as journal:
        journal.write(b"damaged\n")
    crashed = library / "journal" / ".newstui-1.tmp"
    crashed.write_bytes(b"")
    os.utime(crashed, (5, 5))
    before = contents(library)
    for _ in range(2):
        result = run("doctor", "--json")
        assert (result.code, len(result.value["problems"]), result.value["repaired"]) == (1, 3, [])
        assert contents(library) == before
    assert len(run("doctor").lines) == 3 + len(run("doctor", "--json").value["facts"]) + 1
    result = run("doctor", "--repair", "--json")
    assert (result.code, result.value["problems"]) == (0, [])
    swept, marks, facts, texts = result.value["repaired"]
    assert "journal/desk.jsonl: moved 1 damaged line to desk.jsonl.damaged-" in marks
    assert swept == "removed 1 temporary file left by a crash"
    assert "articles/desk-0001.json was damaged (truncated after byte" in facts
    assert "texts/desk-0001.json was damaged (truncated after byte" in texts
    assert not crashed.exists()
    result = run("doctor", "--json")
    assert (result.code, result.value["problems"], result.value["repaired"]) == (0, [], [])
    assert len(list(library.rglob("*.damaged-*"))) == 3


@pytest.mark.usefixtures("three")
def test_doctor_checks_every_document(run: Run, home: Path) -> None:
    """Cases 12 and 19: it finds damage that reading does not notice."""
    path = library_folder(home) / "texts/desk-0001.json"
    good = path.read_bytes()
    path.write_bytes(
        good.replace(b"{", b'{"summary":[],"summary":[5],', 4).replace(b"[5]", b"5", 1)
    )
    output = run("doctor").out
    assert "texts/desk-0001.json was damaged (" in output
    path.write_bytes(good.replace(b'"text":"', b'"similar":5,"text":"', 1))
    (problem,) = run("doctor", "--repair", "--json").value["problems"]
    assert "texts/desk-0001.json: text 1: cannot be read" in problem


@pytest.mark.usefixtures("three")
def test_doctor_leaves_files_of_other_machines(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Case 42: they are reported, with or without `--repair`."""
    path = library_folder(home) / "articles/desk-0001.json"
    path.write_bytes(path.read_bytes()[:-30])
    before = contents(library_folder(home))
    monkeypatch.setenv("NEWSTUI_MACHINE", "lap")
    for options in ((), ("--repair",)):
        result = run("doctor", "--json", *options)
        assert result.code == 1
        (problem,) = result.value["problems"]
        assert problem.endswith("the file is left to the machine that writes it")
        assert contents(library_folder(home)) == before


@pytest.mark.usefixtures("three")
def test_doctor_prints_the_newest_backup(run: Run, home: Path) -> None:
    """Case 11: an empty file is not a new library."""
    assert run("backup", "--auto").code == 0
    assert "backup" not in run("doctor", "--json").value["facts"]
    (library_folder(home) / "texts/desk-0001.json").write_bytes(b"")
    facts = run("doctor", "--json").value["facts"]
    assert facts["no text"] == "3 articles"
    (kept,) = (home / ".local/state/newstui/backups").rglob("*.zip")
    assert facts["backup"] == f"{kept} (newstui restore FILE --into DIR unpacks it)"


@pytest.mark.usefixtures("three")
def test_newer_formats_are_read_only(run: Run, home: Path) -> None:
    """Case 33: the library is opened read-only, and changes fail with the reason."""
    segment = library_folder(home) / "articles/desk-0001.json"
    segment.write_bytes(segment.read_bytes().replace(b'{"format":1}', b'{"format":3}'))
    reason = "made by a newer newstui (format 3); opened read-only"
    assert len(run("list").lines) == 3
    result = run("mark", "00000001", "--read")
    assert (result.code, result.err) == (1, f"newstui: {reason}\n")
    result = run("doctor", "--json")
    assert result.code == 1
    assert reason in result.value["problems"]
