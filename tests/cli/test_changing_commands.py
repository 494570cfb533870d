"""`mark`, `edit`, `doctor`: what changes the library or looks at its health."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Run, contents, library_of


def marks(run: Run) -> dict[int, tuple[bool, bool]]:
    """Read and starred by the number of the article."""
    values = run("list", "--json").values
    return {int(value["id"][:8]): (value["read"], value["starred"]) for value in values}


@pytest.mark.usefixtures("three")
def test_the_four_marks(run: Run) -> None:
    assert run("mark", "00000001", "00000002", "--read", "--star").code == 0
    assert marks(run) == {1: (True, True), 2: (True, True), 3: (False, False)}
    assert run("mark", "00000001", "--unread").code == 0
    assert run("mark", "00000002", "--unstar").code == 0
    assert marks(run) == {1: (False, True), 2: (True, False), 3: (False, False)}


@pytest.mark.usefixtures("three")
def test_a_mark_that_is_there_already_changes_nothing(run: Run, home: Path) -> None:
    run("mark", "00000001", "--read", "--star")
    before = contents(library_of(home))
    for _ in range(2):
        ran = run("mark", "00000001", "00000001", "--read", "--star")
        assert (ran.code, ran.out, ran.err) == (0, "", "")
    assert run("mark", "00000002", "--unread", "--unstar").code == 0
    assert contents(library_of(home)) == before
    assert run("show", "00000001", "--json").value["read_count"] == 1


@pytest.mark.usefixtures("three")
def test_one_unknown_article_among_others(run: Run) -> None:
    ran = run("mark", "ffff", "00000001", "0000", "00000002", "--read")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.splitlines() == [
        "newstui: no article has an id that begins with 'ffff'",
        "newstui: 3 articles have ids that begin with '0000'",
    ]
    assert marks(run) == {1: (True, False), 2: (True, False), 3: (False, False)}


@pytest.mark.usefixtures("three")
def test_marks_are_one_event_for_many_articles(run: Run, home: Path) -> None:
    """Case 26: one record and one write, however many articles."""
    run("mark", *(f"0000000{n}" for n in (1, 2, 3)), "--read")
    lines = (library_of(home) / "journal/desk.jsonl").read_bytes().splitlines()
    assert len(lines) == 2  # the line with the format, and ours


@pytest.mark.usefixtures("three")
def test_another_title(run: Run) -> None:
    ran = run("edit", "00000001", "--title", " \x1b[31mA \u202ebetter\n title [/] ")
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    title = run("show", "00000001", "--json").value["title"]
    assert title == "A better title [/]"
    assert run("list", "better").lines[0].endswith(title)


@pytest.mark.usefixtures("three")
def test_other_facts_and_tags(run: Run) -> None:
    ran = run(
        *("edit", "00000001", "--category", "Harbour", "--date", "Mar. 3, 2029"),
        *("--tag", "ferry", "--tag", "strike", "--untag", "ferry"),
    )
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    shown = run("show", "00000001", "--json").value
    assert (shown["category"], shown["date"]) == ("Harbour", "2029-03-03")
    assert "strike" in shown["tags"]
    assert "ferry" not in shown["tags"]
    assert run("list", "--category", "Harbour", "--json").value["id"] == shown["id"]


@pytest.mark.usefixtures("three")
def test_a_date_that_is_none_is_refused(run: Run, home: Path) -> None:
    before = contents(library_of(home))
    ran = run("edit", "00000001", "--date", "soon", "--title", "Another")
    assert (ran.code, ran.out, ran.err) == (1, "", "newstui: soon is not a date\n")
    assert contents(library_of(home)) == before


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize("title", ["", "  \n", "\x1b[0m\u200b"])
def test_an_empty_title_is_refused(title: str, run: Run, home: Path) -> None:
    before = contents(library_of(home))
    ran = run("edit", "00000001", "--title", title)
    assert (ran.code, ran.out, ran.err) == (1, "", "newstui: the title is empty\n")
    assert contents(library_of(home)) == before


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
def test_a_failed_command_leaves_the_library_as_it_was(
    arguments: tuple[str, ...], run: Run, home: Path
) -> None:
    """Case 1: what is not acknowledged has not happened."""
    before = contents(library_of(home))
    ran = run(*arguments)
    assert ran.code in (1, 2)
    assert ran.out == ""
    assert ran.err
    assert contents(library_of(home)) == before


@pytest.mark.usefixtures("three")
def test_a_healthy_library(run: Run, home: Path) -> None:
    ran = run("doctor")
    assert ran.code == 0
    assert ran.lines[-1] == "nothing is wrong"
    found = run("doctor", "--json").value
    assert found["problems"] == []
    assert found["facts"]["library"] == str(library_of(home))
    assert found["facts"]["articles"] == "3, 3 unread"
    assert found["facts"]["machine"] == "desk"
    assert {"newstui", "python", "textual", "cache", "state", "settings"} < set(found["facts"])
    assert {"locale", "terminal", "browser", "clipboard"} < set(found["facts"])


@pytest.mark.parametrize("damage", [b"", b"null", b'{"articles": {"1": "text"}}', b"\xff", b"{"])
def test_a_damaged_segment_is_named(damage: bytes, run: Run, three: Path, home: Path) -> None:
    """Cases 11, 12, 13, 17: doctor names file and reason and exits with 1; list says it too."""
    assert three.exists()
    segment = library_of(home) / "articles/desk-0001.json"
    segment.write_bytes(damage)
    ran = run("doctor", "--json")
    assert ran.code == 1
    (problem,) = ran.value["problems"]
    assert str(segment.parent) in problem
    assert run("doctor").lines[-1] == "1 problem"
    ran = run("list")
    assert ran.out == ""
    assert str(segment.parent) in ran.err


@pytest.mark.usefixtures("three")
def test_a_newer_format_is_read_and_not_changed(run: Run, home: Path) -> None:
    """Case 33: opened read-only, and every change says so."""
    segment = library_of(home) / "articles/desk-0001.json"
    segment.write_bytes(segment.read_bytes().replace(b'{"format":1}', b'{"format":3}'))
    reason = "made by a newer newstui (format 3); opened read-only"
    assert len(run("list").lines) == 3
    ran = run("mark", "00000001", "--read")
    assert (ran.code, ran.err) == (1, f"newstui: {reason}\n")
    ran = run("doctor", "--json")
    assert ran.code == 1
    assert reason in ran.value["problems"]
