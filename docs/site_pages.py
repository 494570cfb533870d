"""Write the pages of the documentation's site to build/docs: `python docs/site_pages.py`.

README and the other pages beside it become pages of the site, with links that lead to its pages.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "build" / "docs"
PAGES_ABOVE = {
    "README.md": "index.md",
    "CHANGELOG.md": "CHANGELOG.md",
    "CONTRIBUTING.md": "CONTRIBUTING.md",
    "SECURITY.md": "SECURITY.md",
}
"""The pages outside of the folder of the documentation, and their names in the site."""
LINK_INTO_DOCS = re.compile(r"\]\(docs/")
LICENSE_LINK = re.compile(r"\[([^\]]*)\]\(LICENSE\)")


def main() -> None:
    """Write all pages anew."""
    shutil.rmtree(TARGET, ignore_errors=True)
    ignored = shutil.ignore_patterns("*.py", "*.toml", "__pycache__")
    shutil.copytree(ROOT / "docs", TARGET, ignore=ignored)
    for name, shown in PAGES_ABOVE.items():
        text = LINK_INTO_DOCS.sub("](", (ROOT / name).read_text(encoding="utf-8"))
        (TARGET / shown).write_text(LICENSE_LINK.sub(r"\1", text), encoding="utf-8")


if __name__ == "__main__":
    main()
