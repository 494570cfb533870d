"""`newstui move-in`, with a database that newsboat itself wrote."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

from tests.tui.cli.conftest import Run, library_folder

DATABASE = Path(__file__).parents[2] / "store/other_readers/newsboat-2.21.db"
URLS = """\
http://127.0.0.1:8199/sea.xml sea "~The Sea"
http://127.0.0.1:8199/tech.xml tech
"query:Flagged:flags # \\"s\\""
exec:~/bin/feed.sh
"""


def test_move_in_takes_everything_once(run: Run, home: Path) -> None:
    folder = home / ".newsboat"
    folder.mkdir()
    shutil.copy(DATABASE, folder / "cache.db")
    (folder / "urls").write_text(URLS)
    result = run("move-in", "newsboat")
    assert (result.code, result.out) == (1, "")
    assert result.err.splitlines() == [
        f"newstui: {folder / 'urls'}: line 4: exec: is not supported",
        "newstui: 2 feeds added",
        "newstui: 1 saved search added",
        "newstui: 5 articles added, 1 skipped",
    ]
    assert [each["title"] for each in run("list", "is:read", "--json").values] == ["An old notice"]
    assert [each["title"] for each in run("feeds", "--json").values] == [
        "Pumps and Valves",
        "The Sea",
    ]
    searches = tomllib.loads((library_folder(home) / "searches.toml").read_text())
    assert searches == {"searches": {"Flagged": 'tag:"flag-s"'}}
    again = run("move-in", "newsboat", "--json")
    assert again.value == {"feeds": 0, "searches": 0, "added": 0, "known": 5, "refused": 1}


def test_move_in_starts_a_library_and_names_what_is_missing(run: Run, home: Path) -> None:
    library = home / "new"
    result = run("move-in", "newsboat", DATABASE, "--library", library)
    assert (result.code, result.err.splitlines()) == (
        0,
        [
            f"newstui: starting a library in {library} (--library)",
            "newstui: 2 feeds added",
            "newstui: 5 articles added",
        ],
    )
    assert (library / "feeds.opml").exists()
    missing = run("move-in", "newsboat", home / "none")
    assert (missing.code, missing.err) == (
        1,
        f"newstui: {home / 'none'}: No such file or directory\n",
    )
    assert run("move-in", "mutt").code == 2
