"""Free memory goes back to the system."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

PROGRAM = """
import sys
from pathlib import Path
from threading import Thread
from store.system.memory import return_free_memory

def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 // 1_000_000

def work() -> None:
    del [bytearray(30_000_000)][:]  # raises glibc's limits
    kept = [bytearray(100_000) for _ in range(500)]
    kept.clear()

if sys.argv[1] == "return":
    return_free_memory()
before = resident()
thread = Thread(target=work)
thread.start()
thread.join()
print(resident() - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other allocators return it anyway")
def test_free_memory_is_returned() -> None:
    megabytes = {
        mode: int(subprocess.check_output([sys.executable, "-c", PROGRAM, mode]))
        for mode in ("keep", "return")
    }
    assert megabytes["return"] < 20 < 40 < megabytes["keep"]
