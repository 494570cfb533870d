"""Measures the reader as the person at the terminal feels it: start, keys, bytes, memory.

    python -m benchmarks.reader 1000 10000

Each size is run in a pseudo-terminal of 100x30; the library is made in a temporary home folder.
Linux only.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import pty
import select
import statistics
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from benchmarks.library import tell
from benchmarks.made_up import articles
from store.folder import FolderLibrary
from store.times import system_clock

COLUMNS, ROWS = 100, 30
SILENCE = 0.06
"""Seconds without output after which a key is done with."""
KEYS = 100


def main() -> int:
    """Measure at every size that was named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", type=int, nargs="+", metavar="ARTICLES")
    for size in parser.parse_args().sizes:
        with TemporaryDirectory(prefix="newstui-benchmark-") as folder:
            home = Path(folder)
            fill(home, size)
            for start in ("first", "second"):  # the second one finds what the first has kept
                measure(home, size, start)
    return 0


def fill(home: Path, size: int) -> None:
    """Make a library of that many articles the one of this home folder."""
    library = FolderLibrary(home / "data/newstui", home / "cache/newstui", "made", system_clock)
    for _ in library.add(articles(size)):
        pass


def measure(home: Path, size: int, start: str) -> None:
    """Start the reader, press keys, quit."""
    reader = Reader(home)
    tell(
        size,
        f"{start} start, first row on the screen",
        f"{reader.until(b'number 0') * 1000:.0f} ms",
    )
    ready, _ = reader.settled(1.0)
    tell(size, f"{start} start, all loaded", f"{ready * 1000:.0f} ms")
    for key, name in ((b"j", "j in the list"), (b"\r", "open"), (b" ", "space in the article")):
        if name == "open":
            reader.press(key)
            continue
        pressed = [reader.press(key) for _ in range(KEYS)]
        times = statistics.quantiles([passed for passed, _ in pressed], n=20)
        sizes = sorted(count for _, count in pressed)
        tell(
            size,
            name,
            f"p50 {times[9] * 1000:.1f} ms, p95 {times[18] * 1000:.1f} ms, "
            f"median {sizes[KEYS // 2]} bytes, mean {sum(sizes) // KEYS} bytes",
        )
    tell(size, "memory (RSS)", f"{reader.memory():.0f} MB")
    cpu = reader.cpu()
    _, count = reader.settled(5.0)
    tell(size, "idle for 5 s", f"{count} bytes, {(reader.cpu() - cpu) * 1000:.0f} ms of CPU")
    tell(size, "quit", f"{reader.quit() * 1000:.0f} ms")


class Reader:
    """The reader in a pseudo-terminal."""

    def __init__(self, home: Path) -> None:
        """Start it with this home folder."""
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        places = {
            f"XDG_{n.upper()}_HOME": str(home / n) for n in ("data", "cache", "state", "config")
        }
        env = {
            **os.environ,
            **places,
            "HOME": str(home),
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
        }
        self._began = time.perf_counter()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tui"], stdin=slave, stdout=slave, stderr=slave, env=env
        )
        os.close(slave)

    def _read(self, timeout: float) -> bytes:
        if select.select([self._master], [], [], timeout)[0]:
            try:
                return os.read(self._master, 1 << 16)
            except OSError:
                return b""
        return b""

    def until(self, wanted: bytes, limit: float = 60.0) -> float:
        """Seconds from the start until these bytes were written."""
        seen = b""
        while wanted not in seen and time.perf_counter() - self._began < limit:
            seen += self._read(0.05)
        return time.perf_counter() - self._began

    def settled(self, silence: float) -> tuple[float, int]:
        """Seconds from the start to the last byte before a silence, and the bytes until then."""
        last, count = time.perf_counter(), 0
        while data := self._read(silence):
            last, count = time.perf_counter(), count + len(data)
        return last - self._began, count

    def press(self, key: bytes) -> tuple[float, int]:
        """Seconds until the last byte a key causes, and how many bytes it causes."""
        began = last = time.perf_counter()
        count = 0
        os.write(self._master, key)
        while data := self._read(SILENCE if count else 1.0):
            last, count = time.perf_counter(), count + len(data)
        return last - began, count

    def memory(self) -> float:
        """Resident memory in MB."""
        return float(psutil.Process(self._process.pid).memory_info().rss) / 1e6

    def cpu(self) -> float:
        """Seconds of processor time used so far."""
        times = psutil.Process(self._process.pid).cpu_times()
        return float(times.user + times.system)

    def quit(self) -> float:
        """Seconds from `q` to the end of the process."""
        began = time.perf_counter()
        os.write(self._master, b"q")
        while self._process.poll() is None:
            self._read(0.005)
        os.close(self._master)
        return time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(main())
