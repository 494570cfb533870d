"""Commands never print control characters of the library, of files or of arguments."""

from __future__ import annotations

import os
import re
import sys
from io import StringIO
from pathlib import Path

import orjson
import pytest

from store.journal.events import Event, encode_event, encode_line
from tests.support.codebase import ROOT
from tests.support.terminal import Terminal
from tests.tui.cli.conftest import XDG, Run, article_json, library_folder, write_json
from tests.tui.cli.test_command_environment import process
from tui.cli.console import ProgressLine
from tui.cli.output import STYLES
from tui.config.settings import load_settings

HOSTILE = ROOT / "sample_articles/hostile-text.json"
ARTICLE = "6f1d2c58"
UNSAFE = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff"
    "\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
ESCAPES = "\x1b]52;c;eA==\x07\x9b31m\u202e\u2066\x7f"
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
PROGRESS_SEQUENCES = re.compile(r"\x1b\[[0-9;?]*[A-HJKhlm]")
"""The progress line moves the cursor and sets colours; there may be nothing else."""


def check_safe(data: bytes) -> str:
    """Check that no byte acts on a terminal, and return the text.

    A pseudo-terminal ends lines with CR LF, and a tab separates columns.
    """
    text = data.decode().replace("\r\n", "\n").replace("\t", " ")
    assert UNSAFE.findall(text) == []
    return text


LIBRARY_ENVIRONMENT = dict.fromkeys(XDG, "") | {"NEWSTUI_MACHINE": "desk", "PAGER": "cat"}
"""The environment in which a process finds the library of `run`."""


@pytest.fixture
def hostile(home: Path, run: Run) -> Path:
    """Make a library of the hostile article and a harmless one; return the home folder."""
    assert run("import", HOSTILE, write_json(home / "harmless.jsonl", article_json(1))).code == 0
    return home


COMMANDS = [
    ("list",),
    ("list", "--json"),
    ("show", ARTICLE),
    ("show", ARTICLE, "--json"),
    ("similar", ARTICLE),
    ("similar", ARTICLE, "--json"),
    ("list", "--format", "{title}{category}{tags}{extra}"),
    ("search", "title", "--format", "{line}"),
    ("links", ARTICLE),
    ("story", ARTICLE),
    ("story", ARTICLE, "--json"),
    ("tags",),
    ("tags", "--json"),
    ("categories",),
    ("edit", "00000001", "--tag", f"tag{ESCAPES}"),
    ("delete", "00000001", ESCAPES),
    ("undo", "--list"),
    ("undo",),
    ("open", ARTICLE, ESCAPES),
    ("searches", "--save", f"name{ESCAPES}", f"title{ESCAPES}"),
    ("searches",),
    ("searches", "--remove", ESCAPES),
    ("list", "--category", ESCAPES),
    ("list", "--format", ESCAPES),
    ("schema", ESCAPES),
    ("help", ESCAPES),
    ("themes", "--use", ESCAPES),
    ("doctor",),
    ("list", f"{ESCAPES}nothing"),
    ("show", ESCAPES),
    ("nothing", ESCAPES),
    (f"--{ESCAPES}",),
    ("list", f"--{ESCAPES}"),
    ("list", "--limit", ESCAPES),
    ("list", "--sort", ESCAPES),
    ("import", f"/nowhere/{ESCAPES}"),
    ("--library", f"/dev/null/{ESCAPES}", "list"),
]


def test_no_control_character_reaches_a_pipe(hostile: Path, run: Run) -> None:
    """Cases 45, 46, 48, 49, 57: of no command, no field and no message."""
    for command in COMMANDS:
        result = run(*command)
        check_safe(result.out.encode())
        check_safe(result.err.encode())
    process_result = process(hostile, "show", ARTICLE, env=LIBRARY_ENVIRONMENT)
    assert check_safe(process_result.stdout)
    assert check_safe(process_result.stderr) == ""


def test_no_control_character_reaches_a_terminal(hostile: Path) -> None:
    """Cases 45, 57: the same on a terminal."""
    for command in (("list",), ("search", "title"), ("show", ARTICLE), ("show", ESCAPES)):
        arguments = [sys.executable, "-m", "tui", *command]
        with Terminal(arguments, hostile, env=LIBRARY_ENVIRONMENT | {"NO_COLOR": "1"}) as terminal:
            terminal.wait_exit()
            text = check_safe(terminal.raw)
        assert text.strip()


def test_the_only_control_sequences_are_our_own_colours(hostile: Path) -> None:
    arguments = [sys.executable, "-m", "tui", "search", "title"]
    with Terminal(arguments, hostile, env=LIBRARY_ENVIRONMENT) as terminal:
        terminal.wait_exit()
        raw = terminal.raw.decode()
    ours = {f"\x1b[{code}m" for code in STYLES.values()}
    assert set(COLOURS.findall(raw)) <= ours
    check_safe(COLOURS.sub("", raw).encode())


@pytest.mark.usefixtures("hostile")
def test_text_that_looks_like_markup_is_printed(run: Run) -> None:
    """Case 60: nothing is parsed as markup."""
    text = run("show", ARTICLE).out
    title = text.splitlines()[0]
    assert title.startswith("This title misbehaves: [/b] [red]x[/blue] `Tesla [TSLA]`")
    assert "[@click=app.quit]x[/] is not a button" in text
    assert title in run("list").out


def test_import_errors_are_sanitized(home: Path) -> None:
    """Cases 45, 57: name, item and value of a skipped item; also next to the progress line."""
    name = home / "bad\x1b[31m\x9b\u202e.json"
    name.write_bytes(orjson.dumps([article_json(1, words=ESCAPES), article_json(2, read=ESCAPES)]))
    result = process(home, "import", name)
    assert result.returncode == 1
    assert len(check_safe(result.stderr).splitlines()) == 3
    with Terminal([sys.executable, "-m", "tui", "import", name], home) as terminal:
        assert terminal.wait_exit() == 1
        raw = terminal.raw
    rest = PROGRESS_SEQUENCES.sub("", raw.decode())
    check_safe(rest.replace("\r", "").encode())
    assert b"\x1b]" not in raw
    assert b"31m" not in raw


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("x [/b] [red]y[/red] [link=https://h.example]z[/link] :smile:", None),
        (f"a{ESCAPES}b", "a"),
        ("https://ann:secret@h.example/feed", "https://…@h.example/feed"),
        ("1 of 2 · ftp://ann:secret@[::1]/", "1 of 2 · ftp://…@[::1]/"),
        ("one\ntwo\rthree", "one two three"),
    ],
)
def test_the_progress_line_shows_text_as_it_is(
    text: str, shown: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cases 45, 57, 60, 86: no markup, no control character and no password of a URL."""
    output = StringIO()
    monkeypatch.setattr(output, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stderr", output)
    monkeypatch.setattr("tui.cli.console.PROGRESS_DELAY", 0.0)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "150")
    with ProgressLine("fetching") as line:
        line.update(text)
    drawn = PROGRESS_SEQUENCES.sub("", output.getvalue()).replace("\r", "")
    assert f"fetching: {shown or text}" in drawn
    check_safe(drawn.encode())
    assert "://ann:secret" not in drawn


def test_help_names_the_library_of_the_environment(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Case 45: the variable is shown in the help of every command."""
    monkeypatch.setenv("NEWSTUI_LIBRARY", f"/nowhere/{ESCAPES}end")
    for command in (("help",), ("list", "--help"), ("help", "list")):
        assert "/nowhere/end" in check_safe(run(*command).out.encode())


def test_messages_name_no_password(run: Run) -> None:
    """Case 86: whatever names a URL, and wherever the name comes from."""
    result = run("show", "https://ann:secret@h.example/x")
    assert result.code == 1
    assert "secret" not in result.err


def test_names_in_the_settings_are_sanitized(home: Path) -> None:
    """Case 45: names of saved searches are shown in dialogs."""
    (home / "settings.toml").write_text(
        '[searches]\n"a\\u001b[31m\\u202eb" = "is:unread"\n', encoding="utf-8"
    )
    assert dict(load_settings(home).settings.searches) == {"ab": "is:unread"}


def test_synced_files_are_sanitized(home: Path, run: Run, tmp_path: Path) -> None:
    """Cases 45, 46, 57: segments and events of other machines are sanitized too."""
    run("import", write_json(tmp_path / "one.jsonl", article_json(1), article_json(2)))
    journal = library_folder(home) / "journal/other.jsonl"
    ids = (article_json(1)["id"],)
    events = [
        Event("edited", ids, 1, 1, "other", {"to": {"title": f"A{ESCAPES}B", "category": ESCAPES}}),
        Event("tagged", ids, 2, 2, "other", {"tag": f"tag{ESCAPES}"}),
    ]
    journal.write_bytes(
        encode_line({"format": 1, "machine": "other"}) + b"".join(map(encode_event, events))
    )
    segment = library_folder(home) / "articles/desk-0001.json"
    tables = orjson.loads(segment.read_bytes())
    for document in tables["articles"].values():
        document |= {"category": ESCAPES, "extra": {f"k{ESCAPES}": ESCAPES}}
    segment.write_bytes(orjson.dumps(tables))
    for command in (("list",), ("show", "00000001"), ("similar", "00000001")):
        for option in ((), ("--json",)):
            result = run(*command, *option)
            check_safe(result.out.encode())
            check_safe(result.err.encode())
    for value in run("list", "--json").values:
        for name in ("title", "category", "tags"):
            assert UNSAFE.findall("".join(value[name])) == []


SURROGATE = b"\xff\xfe"
"""An argument that is not UTF-8; Python passes it on as lone surrogates."""


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((b"list", SURROGATE), 0),
        ((b"list", b"--json", b"--category", SURROGATE), 0),
        ((b"show", SURROGATE), 1),
        ((b"similar", SURROGATE), 1),
        ((b"mark", SURROGATE, b"--read"), 1),
        ((b"edit", b"00000001", b"--title", b"A" + SURROGATE), 0),
        ((b"import", SURROGATE), 1),
        ((SURROGATE,), 2),
        ((b"doctor", b"--json", b"--library", SURROGATE), 2),
        ((b"doctor", b"--library", SURROGATE), 2),
    ],
)
def test_arguments_that_are_not_utf_8(
    arguments: tuple[bytes, ...], code: int, home: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Case 52: no traceback, and U+FFFD is stored."""
    monkeypatch.chdir(home)
    run("import", write_json(home / "one.jsonl", article_json(1)))
    result = run(*map(os.fsdecode, arguments))
    assert result.code == code, result.err
    check_safe(result.out.encode())
    check_safe(result.err.encode())
    if arguments[0] == b"edit":
        assert "A��" in run("list").out
    if arguments[0] == b"mark":
        alone = process(home, *arguments, env=LIBRARY_ENVIRONMENT)
        assert (alone.returncode, alone.stderr.decode()) == (code, result.err)


def test_surrogates_in_an_import(run: Run, tmp_path: Path) -> None:
    """Case 52: a lone surrogate in any field is imported as U+FFFD."""
    file = tmp_path / "file.json"
    file.write_text(
        '{"id": "00000001-0000-4000-8000-000000000000", "title": "A\\ud800B", "text": "T\\udfffU",'
        ' "category": "c\\ud800", "tags": ["\\ud800t"], "strange": {"\\ud800": "\\udc00"}}'
    )
    assert run("import", file).code == 0
    assert run("list").lines[0].endswith("A\ufffdB")
    value = run("show", "0000", "--json").value
    assert (value["title"], value["text"], value["category"]) == ("A\ufffdB", "T\ufffdU", "c\ufffd")
    assert value["extra"] == {"strange": {"\ufffd": "\ufffd"}}
    assert run("mark", "0000", "--read").code == 0
