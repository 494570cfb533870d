"""The import contracts of `pyproject.toml` cover every module (`make imports` checks them)."""

from __future__ import annotations

import re
import tomllib
from typing import Any

from tests.support.codebase import MODULES, ROOT, module_name

CONTRACTS: list[dict[str, Any]] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))[
    "tool"
]["importlinter"]["contracts"]


def layered() -> set[str]:
    """Return every module or package that a contract puts on a floor."""
    return {
        f"{container}.{name}"
        for contract in CONTRACTS
        if contract["type"] == "layers"
        for container in contract["containers"]
        for layer in contract["layers"]
        for name in re.split(r" *[:|] *", layer)
    }


def sources(name: str) -> set[str]:
    """Return what the contract of this name forbids something to."""
    (contract,) = (each for each in CONTRACTS if each["name"] == name)
    return set(contract["source_modules"])


def is_below(module: str, names: set[str]) -> bool:
    parts = module.split(".")
    return any(".".join(parts[:end]) in names for end in range(1, len(parts) + 1))


def test_every_module_is_on_a_floor() -> None:
    data = sources("Themes and samples are plain data")
    modules = {module_name(path) for path in MODULES} - {"store", "tui", "tui.reader"}
    assert [name for name in sorted(modules) if not is_below(name, layered() | data)] == []


def test_no_contract_names_a_room_that_is_gone() -> None:
    modules = {module_name(path) for path in MODULES}
    assert layered() <= modules


def test_every_room_but_the_reader_is_kept_free_of_textual() -> None:
    rooms = {name for name in layered() if re.fullmatch(r"tui\.[a-z]+", name)}
    assert sources("Only the reader imports Textual") == rooms - {"tui.reader"}


def test_layers_leave_nothing_out() -> None:
    assert all(contract["exhaustive"] for contract in CONTRACTS if contract["type"] == "layers")
