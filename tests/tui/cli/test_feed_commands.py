"""`newstui add`, `fetch` and `feeds`, with a server on the loopback interface."""

from __future__ import annotations

import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.network import (
    Site,
    feed_page,
    item,
    make_fetch_context,
    page,
    rss,
    run_server,
    status,
)
from tests.tui.cli.conftest import Run, library_folder, write_json

STORY = "".join(f"<p>On day {n} the ferry came, and all were glad of it.</p>" for n in range(9))
PAGE = f"<html lang='en'><title>The ferry</title><article>{STORY}</article></html>"
LINK = '<link rel="alternate" type="application/rss+xml" href="/feed">'
WALL = "<html><title>Wall</title><p>Enable JavaScript and cookies to go on.</p></html>"


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    for module in ("tui.cli.fetch", "tui.cli.add"):
        monkeypatch.setattr(f"{module}.make_fetch_context", make_fetch_context)
    with run_server() as site:
        site.routes |= {
            "/feed": feed_page(1, 2),
            "/": page(PAGE.replace("<title>", f"{LINK}<title>")),
            "/story": page(PAGE.replace("<title>", f"{LINK}<title>")),
            "/wall": page(WALL),
            "/pdf": page(b"%PDF-1.7", "application/pdf"),
        }
        yield site


def test_add_feeds_sites_and_pages(run: Run, site: Site, home: Path) -> None:
    """Case 101: a page without a text is kept as a URL, and its text fetched later."""
    urls = f"# mine\n{site.url('/story')}\n\n{site.url('/wall')}\n".encode()
    result = run("add", "--private", site.url("/"), "-", site.url("/pdf"), stdin=urls)
    assert result.code == 1
    assert result.err.splitlines() == [
        "newstui: subscribed to Harbour: 2 new articles",
        "newstui: added: The ferry",
        f"newstui: it has a feed: newstui add {site.url('/feed')}",
        f"newstui: {site.url('/wall')}: no article text found; saved the URL,"
        " `newstui add --missing` tries again",
        f"newstui: {site.url('/pdf')}: neither a page nor a feed (application/pdf)",
        "newstui: 4 articles and 1 feed added, 2 failed",
    ]
    facts = {each["title"]: each for each in run("list", "--json").values}
    ferry = facts["The ferry"]
    assert (ferry["url"], ferry["source"], ferry["language"]) == (site.url("/story"), "page", "en")
    assert facts["Wall"]["words"] == 0
    assert facts["Story 2"]["category"] == "Harbour"
    assert "Harbour" in (library_folder(home) / "feeds.opml").read_text()

    site.routes["/wall"] = page(PAGE.replace("The ferry", "Wall"))
    assert run("add", "--missing", "--private").code == 0
    filled = run("show", facts["Wall"]["id"], "--json").value
    assert filled["words"] == 108
    assert filled["text"].startswith("On day 0")


def test_private_hosts_are_rejected_without_a_terminal(run: Run, site: Site) -> None:
    """Case 83: nobody can be asked, so the answer is no."""
    result = run("add", site.url("/feed"))
    assert result.code == 1
    assert "127.0.0.1 is on a private network; --private allows it" in result.err
    assert site.requests == []


def test_feed_and_page_options(run: Run, site: Site) -> None:
    assert "subscribed to Harbour" in run("add", "--private", "--feed", site.url("/story")).err
    assert "already subscribed to" in run("add", "--feed", site.url("/story")).err
    assert "names no feed" in run("add", "--private", "--feed", site.url("/wall")).err
    assert "added: The ferry" in run("add", "--private", "--page", site.url("/")).err
    assert run("add").code == 2


def test_fetch_reports_new_articles_and_failures(run: Run, site: Site) -> None:
    """Cases 88 and 98: a read article keeps its text and its state."""
    run("add", "--private", "--category", "sea", site.url("/feed"))
    first = run("list", "--json").values[0]
    run("mark", first["id"], "--read")
    site.routes["/feed"] = page(
        rss(item(1), item(2, "It was changed."), item(3)), "application/rss+xml"
    )
    assert run("fetch", "--json").value == {"feeds": 1, "failed": 0, "added": 1}
    changed = run("show", first["id"], "--json").value
    assert (changed["read"], changed["text"], changed["category"]) == (
        True,
        "The tide is late.",
        "sea",
    )
    assert run("fetch", "--quiet").err == ""
    site.routes["/feed"] = status(500)
    result = run("fetch", "--quiet", "harbour")
    assert (result.code, result.err) == (1, "newstui: Harbour: 500 Internal Server Error\n")
    (feed,) = run("feeds", "--json").values
    assert (feed["error"], feed["articles"], feed["unread"]) == ("500 Internal Server Error", 3, 2)
    assert feed["share_read"] == 0.333
    (listed,) = run("feeds").lines
    state, articles, unread, share, when, category, name, url, problem = listed.split("\t")
    assert (state, articles, unread, share) == ("failing", "3", "2", "33%")
    assert (when, category, name) == (feed["last_success"], "sea", "Harbour")
    assert (url, problem) == (site.url("/feed"), "500 Internal Server Error")


def test_edit_feeds_by_name(run: Run, site: Site) -> None:
    run("add", "--private", site.url("/feed"))
    assert run("feeds", "harb", "--rename", "The port", "--category", "sea", "--pause").code == 0
    (feed,) = run("feeds", "--json").values
    assert (feed["title"], feed["category"], feed["paused"]) == ("The port", "sea", True)
    site.requests.clear()
    assert run("fetch").code == 0
    assert site.requests == []
    assert run("feeds", "port", "--resume", "--whole-page").code == 0
    assert run("feeds", "moon", "--pause").code == 1
    unknown = run("feeds", "moon", "--rename", "Sun")
    assert (unknown.code, unknown.err) == (1, "newstui: no feed matches “moon”\n")
    assert run("feeds", "--remove").code == 2
    assert run("feeds", "port", "--remove").code == 0
    assert "no feeds yet" in run("feeds").err
    assert len(run("list").lines) == 2


@pytest.mark.parametrize(
    ("typed", "minutes"), [("30m", 30), ("2h", 120), ("366d", 366 * 1440), ("none", 0)]
)
def test_the_interval_of_a_feed(run: Run, site: Site, typed: str, minutes: int) -> None:
    run("add", "--private", site.url("/feed"))
    run("feeds", "harbour", "--interval", "7m")
    assert run("feeds", "harbour", "--interval", typed).code == 0
    assert [each["interval_minutes"] for each in run("feeds", "--json").values] == [minutes]


@pytest.mark.parametrize("typed", ["0", "1y", "367d", "-3h", ""])
def test_an_interval_that_is_none(run: Run, typed: str) -> None:
    result = run("feeds", "harbour", f"--interval={typed}")
    assert result.code == 2
    assert "argument --interval" in result.err


def test_fetch_without_feeds(run: Run, home: Path) -> None:
    result = run("fetch")
    assert (result.code, "no feeds yet" in result.err) == (0, True)
    assert run("fetch", "--quiet").err == ""
    assert run("fetch", "moon").code == 1
    assert run("fetch", "--every", "soon").code == 2


def test_passwords_are_not_printed(run: Run, site: Site, home: Path) -> None:
    """Case 86: not in any output, and the file is private."""
    site.routes["/feed"] = page(rss(item(1), title=""), "application/rss+xml")
    url = site.url("/feed").replace("://", "://ada:secret@")
    output = [run("add", "--private", url), run("fetch"), run("feeds"), run("feeds", "--json")]
    site.routes["/feed"] = status(401)
    output += [run("fetch"), run("add", "--private", url), run("list", "--json")]
    assert "secret" not in "".join(result.out + result.err for result in output)
    file = library_folder(home) / "feeds.opml"
    assert "secret" in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600


def test_an_import_adds_a_missing_text(run: Run, tmp_path: Path) -> None:
    """Case 96: from any source, and the metadata of the article is kept."""
    facts = {"title": "Kept", "url": "https://e.example/1", "tags": ["mine"], "starred": True}
    run("import", write_json(tmp_path / "bare.json", facts))
    text = {
        "title": "Other",
        "url": "https://e.example/1#utm_source=x",
        "text": "Words at last, five.",
    }
    result = run("import", write_json(tmp_path / "text.json", text))
    assert result.code == 0
    (article,) = run("list", "--json").values
    assert (article["title"], article["tags"], article["words"]) == ("Kept", ["mine"], 4)
    assert article["starred"]
    assert "0 articles added" in run("import", tmp_path / "text.json").err


def test_a_page_without_a_text_is_cached(
    run: Run, site: Site, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Case 101: gone from the web, it can still be parsed by a newer newstui that finds more."""
    monkeypatch.setattr("store.feeds.web_page.MIN_ARTICLE_WORDS", 1000)
    site.routes["/wall"] = page(PAGE.replace("The ferry", "Wall"))
    assert run("add", "--private", site.url("/wall")).code == 1
    (kept,) = home.rglob("pages/*.html.gz")
    site.routes["/wall"] = status(404)
    assert run("add", "--missing", "--private").code == 1
    monkeypatch.setattr("store.feeds.web_page.MIN_ARTICLE_WORDS", 25)
    assert run("add", "--missing", "--private").code == 0
    (wall,) = run("list", "--json").values
    assert (wall["title"], wall["words"]) == ("Wall", 108)
    assert not kept.exists()


def test_an_imported_password_is_not_printed(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "urls"
    file.write_text("https://ann:secret@h.invalid/f sea tech\nexec:curl -u ann:secret x\n")
    assert "secret" not in run("feeds", "--import", file).err
    assert "secret" not in run("feeds").out + run("feeds", "--json").out


def test_query_feeds_of_newsboat_become_saved_searches(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "urls"
    file.write_text(
        '"query:Fresh:unread = \\"yes\\" and age < 7"\n"query:Sea:title =~ \\"sea\\""\n'
    )
    settings = Path.home() / ".config" / "newstui" / "settings.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text('# mine\nmeasure = 70\n\n[searches]\nSea = "tag:sea"  # by tag\n')
    assert "1 saved search added, 1 already there" in run("feeds", "--import", file).err
    assert "tag:sea" in settings.read_text()
    searches = Path.home() / ".local" / "share" / "newstui" / "searches.toml"
    assert tomllib.loads(searches.read_text())["searches"] == {"Fresh": "is:unread newer:7d"}


def test_searches_that_cannot_be_parsed_are_left_alone(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "urls"
    file.write_text('"query:Fresh:age < 7"\n')
    searches = Path.home() / ".local" / "share" / "newstui" / "searches.toml"
    searches.parent.mkdir(parents=True)
    for text, reason in (("[searches\n", "not TOML"), ('searches = "x"\n', "cannot be changed")):
        searches.write_text(text)
        result = run("feeds", "--import", file)
        assert (result.code, searches.read_text()) == (1, text)
        assert f"searches.toml: {reason}" in result.err


def test_doctor_reports_saved_searches(run: Run, home: Path) -> None:
    """Conflict copies are listed, and a damaged file is a problem."""
    library = library_folder(home)
    library.mkdir(parents=True)
    (library / "searches.toml").write_text('[searches]\nsea = "tag:sea"\n')
    copy = library / "searches.sync-conflict-20261122-1.toml"
    copy.write_text('[searches]\nsea = "tag:sea"\nweek = "newer:7d"\n')
    expected = (
        f"{copy.name} is a conflict copy with 1 search that searches.toml lacks (week);"
        " move their lines to searches.toml"
    )
    assert run("doctor", "--json").value["copies"] == [expected]
    (library / "searches.toml").write_text("[")
    result = run("doctor")
    assert (result.code, "searches.toml: not TOML" in result.out) == (1, True)


def test_a_conflict_copy_of_the_subscriptions(run: Run, home: Path) -> None:
    """Reported by `feeds` and `doctor`, until an import has added what it has more."""
    one, two = (
        f'<outline text="{name}" xmlUrl="https://{name}.example/feed"/>' for name in ("one", "two")
    )
    library = library_folder(home)
    library.mkdir(parents=True)
    copy = library / "feeds (Ada's conflicted copy 2026-11-22).opml"
    for path, outlines in ((library / "feeds.opml", one), (copy, one + two)):
        path.write_text(f'<opml version="2.0"><body>{outlines}</body></opml>')
    more = (
        f"{copy.name} is a conflict copy with 1 feed that feeds.opml lacks (two);"
        f" `newstui feeds --import {shlex.quote(str(copy))}` adds them"
    )
    result = run("feeds")
    assert (result.code, result.err) == (0, f"newstui: {more}\n")
    assert run("doctor", "--json").value["copies"] == [more]
    assert run("feeds", "--import", copy).code == 0
    redundant = f"{copy.name} is a redundant conflict copy and can be deleted"
    assert run("feeds").err == f"newstui: {redundant}\n"
    assert run("doctor", "--json").value["copies"] == [redundant]
