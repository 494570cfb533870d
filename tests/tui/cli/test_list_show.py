"""`newstui list`, `show`, `similar` and `keys`: lines and JSON."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from types import UnionType

import orjson
import pytest

from tests.support.codebase import ROOT
from tests.tui.cli.conftest import Run, article_json, library_folder, write_json
from tui.config.commands import COMMANDS

METADATA_FIELDS: dict[str, type | UnionType] = {
    "id": str,
    "title": str,
    "category": str,
    "url": str,
    "authors": list,
    "tags": list,
    "date": str | None,
    "created": str,
    "updated": str,
    "words": int,
    "language": str,
    "source": str,
    "extra": dict,
    "read": bool,
    "starred": bool,
    "read_count": int,
    "last_opened": str | None,
    "last_read": str | None,
    "position": int,
    "minutes": int,
}
ARTICLE_FIELDS = METADATA_FIELDS | {
    "text": str,
    "summary": str,
    "summary_origin": str | None,
    "summary_complete": bool,
    "similar": list,
}
SIMILAR_FIELDS: dict[str, type | UnionType] = {
    "id": str | None,
    "title": str,
    "category": str,
    "date": str | None,
    "score": float,
    "terms": list,
    "origin": str,
    "copies": int,
    "language": str,
}


@pytest.fixture
def samples(run: Run) -> None:
    """Make a library of the sample articles."""
    assert run("import", ROOT / "sample_articles").code == 0


def check_types(value: dict[str, object], types: Mapping[str, type | UnionType]) -> None:
    assert list(value) == list(types)
    assert [name for name, kind in types.items() if not isinstance(value[name], kind)] == []


@pytest.mark.usefixtures("samples")
def test_the_json_of_a_list(run: Run) -> None:
    values = run("list", "--json").values
    assert len(values) == len([*(ROOT / "sample_articles").glob("*.[mj]*")])
    for value in values:
        check_types(value, METADATA_FIELDS)


@pytest.mark.usefixtures("samples")
def test_the_json_of_an_article(run: Run) -> None:
    for article in run("list", "--json").ids:
        value = run("show", article, "--json").value
        check_types(value, ARTICLE_FIELDS)
        assert value["summary_origin"] in ("import", "extract", "command", None)
        assert len(value["similar"]) <= 5
        assert value["minutes"] >= 1
        for other in value["similar"]:
            check_types(other, SIMILAR_FIELDS)
            assert other["origin"] in ("import", "index")
        assert run("similar", article, "--json").values == value["similar"]


@pytest.mark.usefixtures("samples")
def test_list_and_show_agree(run: Run) -> None:
    listed = run("list", "--json", "--limit", "1").value
    shown = run("show", listed["id"], "--json").value
    assert {name: shown[name] for name in listed} == listed


@pytest.mark.usefixtures("three")
def test_newest_first_one_line_each(run: Run) -> None:
    result = run("list")
    assert result.err == ""
    assert result.lines == [
        f"{article_json(n)['id']}\tunread\t\t2024-01-0{n}\tworld\t1\tTitle {n}" for n in (3, 2, 1)
    ]


def test_copies_are_folded_at_once(run: Run, tmp_path: Path) -> None:
    text = (
        "The harbour master closed the northern basin on Tuesday after divers found a crack in the"
        " old lock gate. Ferries to the islands will leave from the southern quay until the gate"
        " has been repaired, which engineers expect to take three weeks."
    )
    copies = [article_json(number, text=text) for number in (1, 2)]
    run("import", write_json(tmp_path / "new.jsonl", *copies, article_json(3)))
    assert [each[:8] for each in run("list", "--fold").lines] == ["00000003", "00000002"]


@pytest.mark.usefixtures("three")
def test_read_and_starred_are_shown(run: Run) -> None:
    run("mark", "00000001", "--read", "--star")
    assert run("list", "--starred").lines == [
        f"{article_json(1)['id']}\tread\tstarred\t2024-01-01\tworld\t1\tTitle 1"
    ]


@pytest.mark.usefixtures("three")
def test_filters(run: Run, tmp_path: Path) -> None:
    more = [
        article_json(4, category="science", title="Straße im Nebel", text="One two three."),
        article_json(5, category="science", title="a small thing", text="word " * 600),
    ]
    run("import", write_json(tmp_path / "more.jsonl", *more))
    run("mark", "00000001", "00000004", "--read")
    run("mark", "00000002", "--star")

    def numbers(*arguments: str) -> list[int]:
        return [int(article[:8]) for article in run("list", "--json", *arguments).ids]

    assert numbers() == [5, 4, 3, 2, 1]
    assert numbers("--unread") == [5, 3, 2]
    assert numbers("--starred") == [2]
    assert numbers("--in-progress") == []
    assert numbers("--category", "science") == [5, 4]
    assert numbers("--category", "science", "--unread") == [5]
    assert numbers("--category", "nothing") == []
    assert numbers("STRASSE") == [4]
    assert numbers("title", "3") == [3]
    assert numbers("--limit", "2") == [5, 4]
    assert numbers("--sort", "title") == [5, 4, 1, 2, 3]
    assert numbers("--sort", "category") == [5, 4, 3, 2, 1]
    assert numbers("--sort", "words", "--limit", "1") == [5]
    assert numbers("--sort", "read count") == [4, 1, 5, 3, 2]
    assert numbers("--sort", "added")[:2] == [5, 4]
    assert numbers("--sort", "newest") == numbers()


@pytest.mark.usefixtures("home")
def test_an_empty_library(run: Run) -> None:
    result = run("list")
    assert (result.code, result.out) == (0, "")
    assert result.err == "newstui: no articles yet; `newstui import` adds some\n"


@pytest.mark.usefixtures("three")
def test_a_library_that_cannot_be_read_is_not_called_empty(run: Run, home: Path) -> None:
    (damaged,) = (library_folder(home) / "articles").glob("*.json")
    damaged.write_bytes(b"{")
    reason, note = run("list").err.splitlines()
    assert damaged.name in reason
    assert note == "newstui: no matching articles"


@pytest.mark.usefixtures("three")
def test_an_empty_list_is_reported_on_standard_error(run: Run) -> None:
    result = run("list", "nowhere")
    assert (result.code, result.out, result.err) == (0, "", "newstui: no matching articles\n")
    result = run("list", "nowhere", "--json")
    assert (result.code, result.out, result.err) == (0, "", "")


@pytest.mark.usefixtures("three")
def test_show_as_text(run: Run) -> None:
    result = run("show", "00000002")
    assert result.code == 0
    text = "\n".join(result.lines)
    assert text.startswith("Title 2\n\nThe words of article 2. They are few.\n\nSimilar Readings (")
    assert "\n\nSummary (automatic summary)\nThe words of article 2.\n\nStatistics\n" in text
    assert "\n8 words\nRead 0 times\n1 minute to read\n\nDetails\n" in text
    assert "\nID: 00000002-0000-4000-8000-000000000000\nCategory: world\n" in text
    assert "\nURL: https://news.example/2\nDate: Jan. 2, 2024\nCreated: 20" in text
    assert "\nLast read:\nSource: news.example\nKeywords: " in text


@pytest.mark.usefixtures("three")
def test_ids_can_be_shortened(run: Run) -> None:
    whole = article_json(2)["id"]
    for prefix in (whole, whole[:8], whole.upper()):
        assert run("show", prefix, "--json").value["id"] == whole


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize("command", ["show", "similar"])
def test_unknown_and_ambiguous_ids(command: str, run: Run) -> None:
    result = run(command, "ffff")
    assert (result.code, result.out) == (1, "")
    assert result.err == "newstui: no article has an id that starts with “ffff”\n"
    result = run(command, "0000")
    assert (result.code, result.out) == (1, "")
    assert result.err == "newstui: 3 articles have ids that start with “0000”\n"
    assert run(command, "").code == 1


@pytest.mark.usefixtures("samples")
def test_similar_as_text(run: Run) -> None:
    dam = next(v for v in run("list", "--json").values if v["title"].startswith("Sarn dam talks"))
    result = run("similar", dam["id"])
    assert result.code == 0
    values = run("similar", dam["id"], "--json").values
    assert [line.split("\t") for line in result.lines] == [
        [
            each["id"],
            each["date"][:10],
            each["category"],
            f"{each['score']:.4f}",
            each["title"],
            ", ".join(each["terms"]),
        ]
        for each in values
    ]
    assert len(values) == 5


def test_no_similar_articles(run: Run, tmp_path: Path) -> None:
    run("import", write_json(tmp_path / "one.jsonl", article_json(1)))
    result = run("similar", "00000001")
    assert (result.code, result.out) == (0, "")
    assert result.err == "newstui: no similar articles\n"


def test_keys_lists_every_command(run: Run) -> None:
    result = run("keys")
    assert [line.split("\t")[0] for line in result.lines] == [each.id for each in COMMANDS]
    assert "\tspace page-down\t" in result.out
    values = run("keys", "--json").values
    assert values == [
        {"id": each.id, "keys": list(each.keys), "help": each.help, "places": list(each.places)}
        for each in COMMANDS
    ]


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Etc/GMT+12"])
def test_first_and_last_day_of_the_calendar(
    zone: str, home: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Case 97: they are printed in every time zone."""
    dates = ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "9999-12-31", "0001-01-01")
    write_json(home / "odd.jsonl", *(article_json(n, date=d) for n, d in enumerate(dates, 1)))
    with monkeypatch.context() as patch:
        patch.setenv("TZ", zone)
        time.tzset()
        assert run("import", home / "odd.jsonl").code == 0
        assert len(run("list").lines) == len(dates)
        for number in range(1, len(dates) + 1):
            assert run("show", f"0000000{number}").code == 0
    time.tzset()


def test_articles_without_a_date(run: Run, tmp_path: Path) -> None:
    run("import", write_json(tmp_path / "one.jsonl", article_json(1, date=None)))
    (line,) = run("list").lines
    assert line.split("\t")[3:] == ["", "world", "1", "Title 1"]


@pytest.mark.usefixtures("three")
def test_json_lines_are_compact_utf_8(run: Run) -> None:
    for line in run("list", "--json").lines:
        assert orjson.dumps(orjson.loads(line)).decode() == line


@pytest.mark.usefixtures("three")
def test_a_text_that_is_not_here(run: Run, home: Path) -> None:
    """A half-synced library: not the same as an article without a text."""
    missing = "The text of this article is not here; it may not be synced yet"
    assert missing not in run("show", "00000001").err
    [texts] = (library_folder(home) / "texts").glob("*.json")
    texts.rename(texts.with_name(f".{texts.name}.icloud"))
    result = run("show", "00000001")
    assert result.code == 0
    assert missing in result.err
    assert missing in run("read", "00000001").out
    doctor = run("doctor", "--json")
    assert doctor.code == 1
    assert f"texts/{texts.name}" in doctor.value["problems"][0]
    listed = run("list")
    assert len(listed.lines) == 3
    assert f"texts/{texts.name}" in listed.err
