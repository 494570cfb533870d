"""Writes what the documentation takes from the code: `python docs/generate.py`.

README.md gets the table of keys, docs/reliability.md the list of tests, docs/settings.md the table of
settings, docs/keys.md the presets, docs/themes.md the roles. A test checks that they are what this would write.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from themes import COLOR_ROLES, DEFAULT_STYLES  # noqa: E402 - run from any folder
from tui.cli.settings import format_toml_value  # noqa: E402
from tui.config.commands import COMMANDS, Command, format_key  # noqa: E402
from tui.config.keymaps import KEYMAP_PRESETS, make_keymap  # noqa: E402
from tui.config.settings import TableSettingType, iter_setting_declarations  # noqa: E402

CASES = re.compile(r"\bcases? ((?:\d+(?:, (?:and )?| and | to )?)+)", re.IGNORECASE)
PROMISE = re.compile(r"^- \*\*(\d+)\*\* ", re.MULTILINE)


def keys_table() -> str:
    """The table of keys, in the order of the help screen."""
    lines = ["| keys | do |", "|---|---|"]
    for _, commands in groupby(COMMANDS, key=lambda each: each.id.partition(":")[0]):
        lines.append(_keys_row(list(commands)))
    return "\n".join(lines)


def _keys_row(commands: list[Command]) -> str:
    first, last = commands[0], commands[-1]
    if first is last:
        keys, what = list(first.keys), first.help
    else:
        keys, what = [each.keys[0] for each in commands], f"{first.help} to {last.keys[0]}"
    return f"| {_code(map(format_key, keys))} | {what} |"


def settings_table() -> str:
    """The table of settings, in the order of `newstui settings`."""
    lines = ["| setting | default | must be | is |", "|---|---|---|---|"]
    for each in iter_setting_declarations():
        default = (
            "none"
            if isinstance(each.value_type, TableSettingType)
            else f"`{format_toml_value(each.default)}`"
        )
        lines.append(f"| `{each.name}` | {default} | {each.value_type.rule} | {_cell(each.help)} |")
    return "\n".join(lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def presets_table() -> str:
    """The table of presets: the keys of every command in each."""
    keymaps = [make_keymap(preset) for preset in KEYMAP_PRESETS]
    names = " | ".join(f"`{preset}`" for preset in KEYMAP_PRESETS)
    lines = [f"| command | {names} |", "|---" * (len(KEYMAP_PRESETS) + 1) + "|"]
    for each in COMMANDS:
        cells = [_code(map(format_key, keymap.keys[each.id])) for keymap in keymaps]
        lines.append(f"| `{each.id}` | {' | '.join(cells)} |")
    return "\n".join(lines)


def _code(names: Iterable[str]) -> str:
    return _cell(" ".join(f"`{name}`" for name in names))


def roles_table() -> str:
    """The table of what a theme has a colour for."""
    rows = (
        f"| `{role}` | {what} | {DEFAULT_STYLES.get(role, '')} |"
        for role, what in COLOR_ROLES.items()
    )
    return "\n".join(["| role | what is drawn in it | set as |", "|---|---|---|", *rows])


def cases_of(text: str) -> Iterator[int]:
    """The case numbers that a docstring names: `Case 45`, `Cases 45 to 55, 58 and 79`."""
    for found in CASES.finditer(text):
        for part in re.findall(r"\d+(?: to \d+)?", found[1]):
            first, _, last = part.partition(" to ")
            yield from range(int(first), int(last or first) + 1)


def cases_by_file() -> dict[int, list[str]]:
    """The test files that name a case in a docstring, by case."""
    found: dict[int, set[str]] = {}
    for path in (ROOT / "tests").rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                for case in cases_of(ast.get_docstring(node) or ""):
                    found.setdefault(case, set()).add(path.relative_to(ROOT / "tests").as_posix())
    return {case: sorted(files) for case, files in sorted(found.items())}


def cases_table() -> str:
    """The table of cases and the test files that name them."""
    tested = cases_by_file()
    rows = [f"| {case} | {', '.join(files)} |" for case, files in tested.items()]
    written = promises((ROOT / "docs/reliability.md").read_text(encoding="utf-8"))
    if untested := [str(case) for case in written if case not in tested]:
        rows += ["", f"No test names these yet: {', '.join(untested)}."]
    return "\n".join(["| case | tests |", "|---|---|", *rows])


def promises(text: str) -> list[int]:
    """The cases written out in docs/reliability.md."""
    return [int(number) for number in PROMISE.findall(text)]


def filled(text: str, mark: str, content: str) -> str:
    """The text with something else between the marks.

    Raises:
        ValueError: The marks are not there.
    """
    begin, end = re.search(rf"<!-- {mark}\b[^>]*-->", text), f"<!-- /{mark} -->"
    if begin is None or end not in text:
        raise ValueError(f"no <!-- {mark} --> and {end}")
    return f"{text[: begin.end()]}\n{content}\n{text[text.index(end) :]}"


GENERATED = {
    ROOT / "README.md": ("keys", keys_table),
    ROOT / "docs/reliability.md": ("cases", cases_table),
    ROOT / "docs/settings.md": ("settings", settings_table),
    ROOT / "docs/keys.md": ("presets", presets_table),
    ROOT / "docs/themes.md": ("roles", roles_table),
}


def main() -> None:
    """Write all of them."""
    for path, (mark, content) in GENERATED.items():
        path.write_text(filled(path.read_text(encoding="utf-8"), mark, content()), encoding="utf-8")


if __name__ == "__main__":
    main()
