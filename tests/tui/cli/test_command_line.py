"""The conventions of the command line: help, suggestions, usage errors, output that fails."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.environment import environment
from tests.tui.cli.conftest import CommandResult, Run
from tui import DOCS_URL, __version__
from tui.cli import main
from tui.cli.examples import EXAMPLES, TOP_EXAMPLES
from tui.cli.parser import build_parser, parse_arguments

COMMANDS = build_parser().commands
ARTICLE = "00000001"


def last_line(result: CommandResult) -> str:
    return result.err.splitlines()[-1]


# -- help ------------------------------------------------------------------------------------


def test_the_help_has_examples_folders_and_the_address_of_the_documentation(
    run: Run, home: Path
) -> None:
    for arguments in (("--help",), ("help",)):
        shown = run(*arguments)
        assert (shown.code, shown.err) == (0, "")
        listed = shown.out.partition("\ncommands:\n")[2].partition("\n\n")[0].splitlines()
        assert listed[:2] == ["  read articles", "    list          list articles, newest first"]
        assert sorted(line.split()[0] for line in listed if line[3] == " ") == sorted(COMMANDS)
        assert max(map(len, listed)) < 80
        assert "examples:\n  newstui import ~/articles saved-page.txt" in shown.out
        assert "\n  library   ~/.local/share/newstui\n" in shown.out
        assert "\n  settings  ~/.config/newstui/settings.toml\n" in shown.out
        assert f"Documentation: {DOCS_URL}\n" in shown.out
    assert list(home.iterdir()) == []


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_a_command(run: Run, home: Path, name: str) -> None:
    shown = run(name, "--help")
    assert (shown.code, shown.err) == (0, "")
    assert shown.out.startswith(f"usage: newstui {name} ")
    assert f"examples:\n  newstui {name}" in shown.out
    assert "\n  library   ~/.local/share/newstui\n" in shown.out
    assert f"\nDocumentation: {DOCS_URL}/commands\n" in shown.out
    assert run("help", name).out == shown.out
    assert list(home.iterdir()) == []


def test_the_help_needs_no_home_folder(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(uid: int) -> None:
        raise KeyError(uid)

    monkeypatch.delenv("HOME")
    monkeypatch.setattr("pwd.getpwuid", fail)
    assert run("list", "--help").code == 0


@pytest.mark.parametrize("name", ["", *COMMANDS])
def test_every_argument_is_described(name: str) -> None:
    parser = COMMANDS[name] if name else build_parser()
    assert [each.dest for each in parser._actions if not each.help] == []


@pytest.mark.parametrize(
    "command", [line for examples in (TOP_EXAMPLES, *EXAMPLES.values()) for line, _ in examples]
)
def test_the_examples_are_valid(command: str) -> None:
    words = shlex.split(command.partition(" > ")[0])
    named = words[0] if words and words[0] in COMMANDS else None
    assert parse_arguments(words).command == named


def test_the_version(run: Run) -> None:
    assert run("-V").out == run("--version").out == f"newstui {__version__}\n"


# -- usage errors ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("lst",), 'newstui: error: unknown command "lst"; did you mean "list"?'),
        (("qqq",), 'newstui: error: unknown command "qqq"; `newstui help` lists the commands'),
        (("help", "serch"), 'newstui: error: unknown command "serch"; did you mean "search"?'),
        (("--libary", "x"), 'newstui: error: unknown option --libary; did you mean "--library"?'),
        (
            ("--json", "list"),
            "newstui: error: unknown option --json; it follows a command, as in `newstui list --json`",
        ),
        (
            ("list", "--limt=5"),
            'newstui list: error: unknown option --limt; did you mean "--limit"?',
        ),
        (("show", "1", "--qqq"), "newstui show: error: unknown option --qqq"),
        (("show", "1", "2"), 'newstui show: error: unexpected argument "2"'),
        (
            ("list", "--limit", "-1"),
            'newstui list: error: argument --limit: "-1" is not a whole number from 1 to 999,999,999',
        ),
        (
            ("list", "--limit", "9" * 15),
            'newstui list: error: argument --limit: "999999999999999" is not a whole number from 1 to 999,999,999',
        ),
        (("--plain", "list"), "newstui: error: --plain is for the reader, not for a command"),
        (("--slow", "stats"), "newstui: error: --slow is for the reader, not for a command"),
        (
            ("--library", "", "list"),
            "newstui: error: argument --library: needs a folder, or the URL of a database",
        ),
        (
            ("import", "x", "--library="),
            "newstui import: error: argument --library: needs a folder, or the URL of a database",
        ),
        (
            ("settings", "--example", "--schema"),
            "newstui settings: error: argument --schema: not allowed with argument --example",
        ),
        (
            ("list", "--sort", "dates"),
            'newstui list: error: argument --sort: unknown order "dates"; did you mean "date"?',
        ),
        (
            ("export", "--to", "markdwn"),
            'newstui export: error: argument --to/--format: unknown format "markdwn"; did you mean "markdown"?',
        ),
        (
            ("brief", "--format", "q"),
            'newstui brief: error: argument --format: unknown format "q"; '
            "expected one of text, md, json",
        ),
        (
            ("keys", "--preset", "vmi"),
            'newstui keys: error: argument --preset: unknown preset "vmi"; did you mean "vim"?',
        ),
        (
            ("import", "--as", "pockets", "x"),
            'newstui import: error: argument --as: unknown format "pockets"; did you mean "pocket"?',
        ),
    ],
)
def test_mistakes_are_named_with_the_nearest_name_and_the_usage_of_the_command(
    run: Run, home: Path, arguments: tuple[str, ...], message: str
) -> None:
    result = run(*arguments)
    assert (result.code, result.out, last_line(result)) == (2, "", message)
    assert result.err.startswith(f"usage: {message.partition(':')[0]} [")
    assert list(home.iterdir()) == []


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize("order", ["read-count", "read count"])
def test_sort_orders_have_no_blanks(run: Run, order: str) -> None:
    run("mark", "00000002", "--read")
    assert run("list", "--sort", order, "--json", "--limit", "1").value["title"] == "Title 2"


@pytest.mark.usefixtures("three")
def test_a_format_has_one_name_everywhere(run: Run, tmp_path: Path) -> None:
    for name in ("md", "markdown"):
        assert run("show", "--format", name, ARTICLE).out.startswith("---\nnewstui: 1\n")
        assert run("brief", "--format", name).out.startswith("# ")
        for option in ("--to", "--format"):
            assert run("export", option, name, "-o", tmp_path, "--force").code == 0
        (tmp_path / "note").write_text("# Heading\n\nText.\n")
        assert run("import", "--as", name, tmp_path / "note").code == 0


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    "arguments",
    [
        ("mark", "00000001", "--read", "00000002", "--star", "00000003"),
        ("mark", "--read", "00000001", "00000002", "00000003", "--star"),
        ("mark", "--read", "--star", "--", "00000001", "00000002", "00000003"),
    ],
)
def test_options_may_stand_between_arguments(run: Run, arguments: tuple[str, ...]) -> None:
    assert run(*arguments).code == 0
    states = [(value["read"], value["starred"]) for value in run("list", "--json").values]
    assert states == [(True, True)] * 3


def test_a_file_whose_name_begins_with_a_minus(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "-a.md").write_text("# A title\n\nText.\n")
    assert run("import", "--", "-a.md").code == 0
    assert run("import", "-a.md").code == 2


@pytest.mark.usefixtures("three")
def test_a_library_is_named_before_or_after_the_command(run: Run, tmp_path: Path) -> None:
    for option in (("--library", str(tmp_path / "no")), (f"--library={tmp_path / 'no'}",)):
        for arguments in ((*option, "list"), ("list", *option)):
            assert run(*arguments).code == 2
    assert len(run("--lib", tmp_path / "home/.local/share/newstui", "list", "--json").ids) == 3


# -- output that fails -----------------------------------------------------------------------


OUTPUTS = [
    *(("-h",), ("-V",), ("help",), ("help", "list"), ("list", "--help")),
    *(("list",), ("list", "--json"), ("search", "few"), ("search", "few", "--json")),
    *(("passages", "few"), ("passages", "few", "--json")),
    *(("show", ARTICLE), ("show", ARTICLE, "--json"), ("show", ARTICLE, "--format", "md")),
    *(("read", ARTICLE), ("similar", ARTICLE), ("similar", ARTICLE, "--json")),
    *(("brief",), ("brief", "--json"), ("brief", "--format", "md"), ("stats",)),
    *(("export", "--to", form) for form in ("json", "jsonl", "html", "epub", "opml")),
    *(("stats", "--json"), ("keys",), ("keys", "--json"), ("settings",), ("settings", "--json")),
    *(("settings", "--example"), ("themes",), ("themes", "--json"), ("doctor",)),
    *(("doctor", "--json"), ("compact", "--json"), ("backup", "--auto", "--json")),
]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.usefixtures("three")
@pytest.mark.parametrize("arguments", OUTPUTS, ids=" ".join)
def test_output_that_cannot_be_written(
    arguments: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Case 4: one line, and exit code 1."""
    with Path("/dev/full").open("w") as full:
        monkeypatch.setattr(sys, "stdout", full)
        assert main(arguments) == 1
    assert capsys.readouterr().err == (
        "newstui: cannot write the output: No space left on device\n"
    )


@pytest.mark.parametrize(
    ("closing", "code", "message"),
    [
        (">&-", 1, b"newstui: cannot write the output: Bad file descriptor\n"),
        ("2>&-", 0, b""),
        ("<&-", 0, b""),
    ],
)
def test_streams_that_are_closed(home: Path, closing: str, code: int, message: bytes) -> None:
    result = subprocess.run(
        ["/bin/sh", "-c", f'"$0" -m tui keys {closing}', sys.executable],
        capture_output=True,
        env=environment(home, {}),
        check=False,
    )
    assert (result.returncode, result.stderr) == (code, message)
