"""Print the coverage of each package after a run of the tests, and fail below the bounds.

`make check` runs it on what `coverage json` writes. Percentages count statements and branches, as
coverage does.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import orjson

WHOLE = "total"
BOUNDS = {"store": 95.0, WHOLE: 90.0}
"""The percentage that packages have to reach."""


def sum_up(files: Mapping[str, Any]) -> dict[str, float]:
    """Return the percentage of each package, of the rooms in it, and of the whole.

    Args:
        files: For each path, what `coverage json` says about the file.
    """
    covered: Counter[str] = Counter()
    measured: Counter[str] = Counter()
    for path, report in files.items():
        summary = report["summary"]
        for name in (*_packages(Path(path)), WHOLE):
            covered[name] += summary["covered_lines"] + summary.get("covered_branches", 0)
            measured[name] += summary["num_statements"] + summary.get("num_branches", 0)
    return {name: 100 * covered[name] / (measured[name] or 1) for name in sorted(measured)}


def _packages(path: Path) -> Iterable[str]:
    folders = path.parts[:-1][:2]
    return [".".join(folders[: end + 1]) for end in range(len(folders))]


def find_misses(percentages: Mapping[str, float]) -> list[str]:
    """Return a line for each package that is below its bound, or was not measured at all."""
    return [
        f"coverage of {name}: {percentages.get(name, 0):.1f} % (at least {bound:g} % expected)"
        for name, bound in BOUNDS.items()
        if percentages.get(name, 0) < bound
    ]


def main() -> int:
    """Print a line for each package; return 1 if one is below its bound."""
    percentages = sum_up(orjson.loads(Path(sys.argv[1]).read_bytes())["files"])
    width = max(map(len, percentages))
    for name, percentage in percentages.items():
        bound = f"  at least {BOUNDS[name]:g} %" if name in BOUNDS else ""
        sys.stdout.write(f"{name:{width}}  {percentage:5.1f} %{bound}\n")
    misses = find_misses(percentages)
    sys.stderr.writelines(f"{miss}\n" for miss in misses)
    return 1 if misses else 0


if __name__ == "__main__":
    sys.exit(main())
