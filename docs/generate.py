"""Write the generated parts of the documentation: `python docs/generate.py`.

These are the keys and presets in docs/keys.md, the list of tests in docs/reliability.md, the settings in
docs/settings.md, the fields of the JSON in docs/json.md, the roles in docs/themes.md, and the manual pages in share/man. A
test checks that they are up to date.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, groupby
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from docs.man_pages import command_page, settings_page  # noqa: E402 - importable from any folder
from themes.loader import COLOR_ROLES, DEFAULT_STYLES, FALLBACK_ROLES  # noqa: E402
from tui.cli.schemas import OUTPUTS, Field, Output  # noqa: E402
from tui.cli.settings import format_toml_value  # noqa: E402
from tui.config.commands import COMMANDS, Command, format_key  # noqa: E402
from tui.config.keymaps import KEYMAP_PRESETS, make_keymap  # noqa: E402
from tui.config.settings import iter_setting_declarations  # noqa: E402

CASES = re.compile(r"\bcases? ((?:\d+(?:, (?:and )?| and | to )?)+)", re.IGNORECASE)
PROMISE = re.compile(r"^- \*\*(\d+)\*\* ", re.MULTILINE)


def keys_table() -> str:
    """Return the table of keys, in the order of the help."""
    lines = ["| Key | Action |", "|---|---|"]
    for _, commands in groupby(COMMANDS, key=lambda each: each.id.partition(":")[0]):
        lines.append(_keys_row(list(commands)))
    return "\n".join(lines)


def _keys_row(commands: list[Command]) -> str:
    first, last = commands[0], commands[-1]
    if first is last:
        keys, action = list(first.keys), first.help
    else:
        keys, action = [each.keys[0] for each in commands], f"{first.help} to {last.keys[0]}"
    return f"| {_code(map(format_key, keys))} | {_cell(action)} |"


def settings_table() -> str:
    """Return the table of settings, in the order of `newstui settings`."""
    lines = ["| Setting | Default | Value | Meaning |", "|---|---|---|---|"]
    for each in iter_setting_declarations():
        default = "none" if each.value_type.entry_type else f"`{format_toml_value(each.default)}`"
        lines.append(f"| `{each.name}` | {default} | {each.value_type.rule} | {_cell(each.help)} |")
    return "\n".join(lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def presets_table() -> str:
    """Return the table of presets: the keys of every command in each of them."""
    keymaps = [make_keymap(preset) for preset in KEYMAP_PRESETS]
    names = " | ".join(f"`{preset}`" for preset in KEYMAP_PRESETS)
    lines = [f"| Command | {names} |", "|---" * (len(KEYMAP_PRESETS) + 1) + "|"]
    for each in COMMANDS:
        cells = [_code(map(format_key, keymap.keys[each.id])) for keymap in keymaps]
        lines.append(f"| `{each.id}` | {' | '.join(cells)} |")
    return "\n".join(lines)


def _code(names: Iterable[str]) -> str:
    return _cell(" ".join(f"`{name}`" for name in names))


def roles_table() -> str:
    """Return the table of colour roles."""
    rows = (
        f"| `{role}` | {use} | {DEFAULT_STYLES.get(role, '')} | {FALLBACK_ROLES.get(role, '')} |"
        for role, use in COLOR_ROLES.items()
    )
    return "\n".join(["| Role | Used for | Style | If missing |", "|---|---|---|---|", *rows])


def outputs_tables() -> str:
    """Return a table of fields for each output of a command."""
    return "\n".join(chain.from_iterable(_output_lines(name, OUTPUTS[name]) for name in OUTPUTS))


def _output_lines(name: str, output: Output) -> Iterator[str]:
    form = "one object a line" if output.is_list else "one object"
    yield from (f"## {name}", "", f"{output.title}: {form}, version {output.version}.", "")
    yield from ("| Field | Type | Meaning |", "|---|---|---|")
    yield from _field_rows(output.fields, "")
    yield ""


def _field_rows(fields: Mapping[str, Field], before: str) -> Iterator[str]:
    for name, field in fields.items():
        yield f"| `{before}{name}` | {_field_type(field)} | {_cell(field['description'])} |"
        items = field.get("items", {})
        yield from _field_rows(field.get("properties", {}), f"{before}{name}.")
        yield from _field_rows(items.get("properties", {}), f"{before}{name}[].")


def _field_type(field: Field) -> str:
    types = field.get("type", "any")
    names = [types] if isinstance(types, str) else list(types)
    if items := field.get("items"):
        names[0] = f"array of {items['type']}s"
    return " or ".join(names)


def find_cases(text: str) -> Iterator[int]:
    """Yield the case numbers in a docstring: `Case 45`, `Cases 45 to 55, 58 and 79`."""
    for match in CASES.finditer(text):
        for part in re.findall(r"\d+(?: to \d+)?", match[1]):
            first, _, last = part.partition(" to ")
            yield from range(int(first), int(last or first) + 1)


def find_test_files() -> dict[int, list[str]]:
    """Return the test files whose docstrings name a case, by case."""
    files: dict[int, set[str]] = {}
    for path in (ROOT / "tests").rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                for case in find_cases(ast.get_docstring(node) or ""):
                    files.setdefault(case, set()).add(path.relative_to(ROOT / "tests").as_posix())
    return {case: sorted(names) for case, names in sorted(files.items())}


def cases_table() -> str:
    """Return the table of cases with the test files that name them."""
    tested = find_test_files()
    rows = [f"| {case} | {', '.join(files)} |" for case, files in tested.items()]

    written = promise_numbers((ROOT / "docs/reliability.md").read_text(encoding="utf-8"))
    if untested := [str(case) for case in written if case not in tested]:
        rows += ["", f"Not named by a test yet: {', '.join(untested)}."]
    return "\n".join(["| Case | Tests |", "|---|---|", *rows])


def promise_numbers(text: str) -> list[int]:
    """Return the case numbers documented in docs/reliability.md."""
    return [int(number) for number in PROMISE.findall(text)]


def fill_section(text: str, name: str, content: str) -> str:
    """Return the text with the content of a section replaced.

    Raises:
        ValueError: The comments around the section are missing.
    """
    begin, end = re.search(rf"<!-- {name}\b[^>]*-->", text), f"<!-- /{name} -->"
    if begin is None or end not in text:
        raise ValueError(f"no <!-- {name} --> and {end}")
    return f"{text[: begin.end()]}\n{content}\n{text[text.index(end) :]}"


GENERATED = (
    (ROOT / "docs/reliability.md", "cases", cases_table),
    (ROOT / "docs/settings.md", "settings", settings_table),
    (ROOT / "docs/json.md", "outputs", outputs_tables),
    (ROOT / "docs/keys.md", "keys", keys_table),
    (ROOT / "docs/keys.md", "presets", presets_table),
    (ROOT / "docs/themes.md", "roles", roles_table),
)
"""The pages, their sections between comments, and what makes them."""

GENERATED_FILES = {
    ROOT / "share/man/man1/newstui.1": command_page,
    ROOT / "share/man/man5/newstui-settings.5": settings_page,
}


def main() -> None:
    """Write every generated section and file."""
    for path, name, content in GENERATED:
        text = fill_section(path.read_text(encoding="utf-8"), name, content())
        path.write_text(text, encoding="utf-8")
    for path, content in GENERATED_FILES.items():
        path.write_text(content(), encoding="utf-8")


if __name__ == "__main__":
    main()
