"""The manual pages newstui(1) and newstui-settings(5), from the sources of `--help` and of the settings.

They are in the macros of man(7), which both groff and mandoc format.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from tui import DOCS_URL, __version__
from tui.cli.command_syntax import COMMAND_GROUPS
from tui.cli.examples import EXAMPLES, TOP_EXAMPLES, Example
from tui.cli.exit_codes import EXIT_CODE_HELP
from tui.cli.parser import USAGE, build_parser
from tui.cli.settings import format_toml_value
from tui.cli.syntax import Argument, CommandSyntax, OneOf, SyntaxPart
from tui.cli.top_syntax import TOP_PARTS
from tui.config.settings import SettingDeclaration, iter_setting_declarations

ROOT = Path(__file__).resolve().parents[1]
RELEASE = re.compile(r"^## \[(\d[^]]*)\] - (\d{4}-\d\d-\d\d)$", re.MULTILINE)
FILES = (
    (
        "~/.local/share/newstui",
        "the library; --library, NEWSTUI_LIBRARY or the settings name another",
    ),
    ("~/.config/newstui/settings.toml", "the settings, see newstui-settings(5)"),
    ("~/.config/newstui/themes", "your own colour themes"),
    ("~/.cache/newstui", "can be deleted: it is made again"),
    (
        "~/.local/state/newstui",
        "the name of this machine, its last session, backups and crash logs",
    ),
)
"""Where they are on Linux without XDG variables."""
VARIABLES = (
    ("NEWSTUI_LIBRARY", "the folder of the library; goes before the settings"),
    ("NEWSTUI_CONFIG", "the folder of settings and themes"),
    ("NEWSTUI_MACHINE", "the name of this machine in the library"),
    (
        "XDG_DATA_HOME, XDG_CONFIG_HOME, XDG_CACHE_HOME, XDG_STATE_HOME",
        "other places for the folders",
    ),
    ("NO_COLOR", "no colours"),
    ("PAGER", "the program that shows long output on a terminal, by default less; cat for none"),
    ("http_proxy, https_proxy, no_proxy", "the proxy for fetching"),
)


SETTINGS_ABOUT = (
    "newstui works without settings. They are in settings.toml, a TOML file in UTF-8, which newstui reads when it"
    " starts and never writes. A mistake is reported in one line with the nearest known name, and the rest"
    " applies; newstui doctor lists all of them.",
    "`newstui settings` prints every setting, its value and where the value comes from; `newstui settings"
    " --example` prints a file that explains everything and changes nothing.",
    "A program is a list of words, or one string, which is split at blanks with quotes as in a shell. It runs"
    " with these arguments and never through a shell. A leading ~/ is your home folder.",
)
SEARCHES_ABOUT = (
    "A search of the table [searches] is a place of the reader like those that = saves in it. The reader saves"
    " in searches.toml, in the folder of the library, so that they are on every machine; of two with one name that"
    " one counts. The query is that of newstui search.",
)
THEMES_ABOUT = (
    "Your own themes are TOML files in the folder themes beside settings.toml; a theme has a colour for every role,"
    " and takes precedence over a built-in one of its name. `newstui themes` lists all themes and the mistakes in"
    " yours.",
    f"{DOCS_URL}/themes lists the roles.",
)
SETTINGS_EXAMPLE = """\
theme = "sepia"
open_command = ["firefox", "--new-window"]

[keys]
"feeds.fetch_all" = "f5"

[searches]
week = "is:unread newer:7d\""""

ESCAPES = str.maketrans(
    {"\\": r"\e", "-": r"\-", "`": r"\(ga", "'": r"\(aq", "~": r"\(ti", "^": r"\(ha"}
)
"""Characters that would be printed as typographic ones."""
DASH = r"\-"
LINE = ".PP"


def command_page() -> str:
    """Return newstui(1)."""
    lines = [
        *_head("newstui", 1, "read and keep the news in your terminal"),
        *_section("Synopsis", [".B newstui", escape(USAGE.removeprefix("newstui "))]),
        *_section("Description", [escape(build_parser().description or "")]),
        *_section("Options", _argument_entries(TOP_PARTS)),
        *_command_sections(),
        *_section("Exit status", _entries(_split_exit_codes())),
        *_section("Environment", _entries(VARIABLES)),
        *_section("Files", _entries(FILES)),
        *_section("Examples", _example_entries(TOP_EXAMPLES)),
        *_section("See also", [".BR newstui\\-settings (5)", LINE, escape(DOCS_URL)]),
    ]
    return "\n".join(lines) + "\n"


def settings_page() -> str:
    """Return newstui-settings(5)."""
    lines = [
        *_head("newstui-settings", 5, "the settings of newstui"),
        *_section("Description", _sentences(SETTINGS_ABOUT)),
        *_section(
            "Settings", [line for each in iter_setting_declarations() for line in _setting(each)]
        ),
        *_section("Saved searches", _sentences(SEARCHES_ABOUT)),
        *_section("Themes", _sentences(THEMES_ABOUT)),
        *_section("Example", [".EX", *map(escape, SETTINGS_EXAMPLE.splitlines()), ".EE"]),
        *_section("Files", _entries(each for each in FILES if "config" in each[0])),
        *_section("See also", [".BR newstui (1)", LINE, escape(f"{DOCS_URL}/settings")]),
    ]
    return "\n".join(lines) + "\n"


def escape(text: str) -> str:
    """Return a text that the macros take as it is."""
    safe = text.translate(ESCAPES)
    return f"\\&{safe}" if safe.startswith(".") else safe


def _head(name: str, section: int, about: str) -> list[str]:
    """Return the title with the date of this version's release, and the name."""
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    date = dict(RELEASE.findall(changelog))[__version__]
    title = f'.TH {escape(name.upper())} {section} {date} "newstui {__version__}"'
    return [title, *_section("Name", [f"{escape(name)} {DASH} {escape(about)}"])]


def _section(name: str, lines: Iterable[str]) -> list[str]:
    return [f".SH {name.upper()}", *lines]


def _sentences(paragraphs: Iterable[str]) -> list[str]:
    return [line for each in paragraphs for line in (LINE, escape(each))][1:]


def _entries(entries: Iterable[tuple[str, str]]) -> list[str]:
    """Return terms in bold, each with its explanation."""
    return [
        line for term, about in entries for line in (".TP", f".B {escape(term)}", escape(about))
    ]


def _command_sections() -> Iterator[str]:
    for group, commands in COMMAND_GROUPS.items():
        lines = [line for each in commands for line in _command(each)]
        yield from _section(escape(f"Commands: {group}"), lines)


def _command(syntax: CommandSyntax) -> Iterator[str]:
    arguments = list(_iter_arguments(syntax.parts))
    usage = [each for each in map(_usage, arguments) if each]
    yield f".SS newstui {escape(syntax.name)}"
    yield f".B newstui {escape(syntax.name)}"
    yield " ".join(["[OPTION]..." if len(usage) < len(arguments) else "", *usage]).strip() or r"\&"
    yield LINE
    yield escape(syntax.description or f"{syntax.help[0].upper()}{syntax.help[1:]}.")
    yield from _argument_entries(syntax.parts)
    if syntax.name in EXAMPLES:
        yield from _example_entries(EXAMPLES[syntax.name])


def _usage(argument: Argument) -> str:
    """Return a positional argument as it is in a synopsis; empty for an option."""
    name = _placeholder(argument)
    if argument.names[0].startswith("-"):
        return ""
    shapes = {"*": f"[{name}...]", "+": f"{name}...", "?": f"[{name}]"}
    return shapes.get(argument.parameters.get("nargs", ""), name)


def _placeholder(argument: Argument) -> str:
    return str(argument.parameters.get("metavar") or "")


def _iter_arguments(parts: Iterable[SyntaxPart]) -> Iterator[Argument]:
    for each in parts:
        if isinstance(each, Argument):
            yield each
        elif isinstance(each, OneOf):
            yield from each.arguments


def _argument_entries(parts: Iterable[SyntaxPart]) -> Iterator[str]:
    for each in _iter_arguments(parts):
        is_option = each.names[0].startswith("-")
        names = ", ".join(f"\\fB{escape(name)}\\fR" for name in each.names if is_option)
        value = f"\\fI{escape(_placeholder(each))}\\fR" if _placeholder(each) else ""
        yield ".TP"
        yield " ".join(filter(None, (names, value)))
        yield escape(str(each.parameters.get("help") or ""))


def _example_entries(examples: Iterable[Example]) -> Iterator[str]:
    for arguments, about in examples:
        yield ".TP"
        yield f"$ \\fB{escape(f'newstui {arguments}'.strip())}\\fR"
        yield escape(about)


def _split_exit_codes() -> Iterator[tuple[str, str]]:
    for line in EXIT_CODE_HELP.splitlines():
        code, meaning = line.split(maxsplit=1)
        yield code, meaning


def _setting(each: SettingDeclaration) -> Iterator[str]:
    is_table = each.value_type.entry_type is not None
    name = f"[{each.name}]" if is_table else each.name
    yield ".TP"
    yield f"\\fB{escape(name)}\\fR ({escape(each.value_type.rule)})"
    default = "" if is_table else f". Default: {format_toml_value(each.default)}"
    yield escape(f"{each.help}{default}")
