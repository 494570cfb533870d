"""The whole text of an article, and links read in place."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from store.feeds.folder_feeds import FolderFeedStore
from store.library.folder import FolderLibrary
from store.model.article import ParsedArticle
from tests.support.network import (
    RequestHandler,
    Site,
    make_fetch_context,
    page,
    redirect,
    run_server,
    status,
    subscription,
)
from tests.support.reader import MIDDLE, FakePrograms, RunningReader, Start, long_text, make_article
from tests.support.reader import article_id as id_of
from tests.support.screens import screen_text
from tui.reader.dialogs.links import LinksDialog

BEGIN = "The feed has this sentence."
WORDS = "The ferry came on that day, and everybody at the quay was glad of it."


def html(title: str, paragraphs: int = 12) -> str:
    """Return a page whose text is long enough to be an article."""
    text = "".join(f"<p>{title} part {n}. {WORDS}</p>" for n in range(1, paragraphs + 1))
    return f"<html><head><title>{title}</title></head><body><article>{text}</article></body></html>"


@pytest.fixture(scope="module")
def server() -> Iterator[Site]:
    with run_server() as site:
        yield site


@pytest.fixture
def site(server: Site) -> Site:
    """Return the server without routes and requests of other tests."""
    server.routes = {"/whole": page(html("Whole")), "/linked": page(html("Linked", 40))}
    server.requests.clear()
    return server


@pytest.fixture
def articles(site: Site) -> list[ParsedArticle]:
    """Return articles of a feed on the test server: 3 with a page, 2 with links, 1 from elsewhere."""
    feed = {"feed": subscription(site).key}
    links = [
        f"[linked]({site.url('/linked')})",
        "[other](https://news.example/1)",
        "[here](/linked)",
        "[mail](mailto:a@b.example)",
        f"[gone]({site.url('/gone')})",
        f"[inside](http://10.0.0.1:{site.port}/x)",
        f"[moved]({site.url('/moved')})",
    ]
    text = f"{long_text(20)}\n\nSee {', '.join(links)}.\n\n{long_text(20)}"
    return [
        make_article(1, text=f"[private]({site.url('/linked')})"),
        make_article(2, url=site.url("/two"), text=text, extra=feed),
        make_article(3, url=site.url("/whole"), text=BEGIN, extra=feed),
    ]


def begin(running: RunningReader, tmp_path: Path, site: Site) -> None:
    """Give the reader a network, and the private host of its feed."""
    running.gateway.feeds.make_context = make_fetch_context
    FolderFeedStore(tmp_path / "library", tmp_path / "cache").update(put=[subscription(site)])


async def choose_link(running: RunningReader, number: int, key: str = "enter") -> None:
    """Open the links of the article, and choose one."""
    await running.press(";")
    dialog = running.app.screen
    assert isinstance(dialog, LinksDialog)
    await running.press(*["j"] * (number - 1), key)


@pytest.mark.command("article.page_text")
async def test_the_text_of_the_page_and_that_of_the_feed(
    start: Start, tmp_path: Path, site: Site, library: FolderLibrary
) -> None:
    """Both are kept: the page is fetched once, and nothing of the article is rewritten."""
    async with start(MIDDLE) as running:
        begin(running, tmp_path, site)
        view = running.reader.article_view
        await running.press("enter")
        assert BEGIN in view.shown_text
        await running.press("x")
        await running.wait_until(lambda: view.shown_page)
        assert "Whole part 12." in view.shown_text
        assert BEGIN not in view.shown_text
        assert running.status.startswith("Text of the page · x shows the article's own")
        assert "text of its page" in screen_text(running.app)
        assert " · 1 min" in screen_text(running.app)
        await running.press("space")
        assert view.position > 0
        await running.press("x")
        assert (view.shown_text, view.position) == (BEGIN, 0)
        await running.press("x")
        assert "Whole part 12." in view.shown_text
        await running.press("J", "K")
        assert view.shown_text == BEGIN
        await running.press("x")
        assert "Whole part 12." in view.shown_text
        await running.press("G")
    assert site.requested_paths == ["/whole"]
    entry = library.get_article(id_of(3))
    assert (entry.body.text, entry.reading.position, entry.reading.read) == (BEGIN, 0, True)


async def test_a_page_that_cannot_be_had(start: Start, tmp_path: Path, site: Site) -> None:
    """Cases 80 to 86 and 101: one line says why, and the text of the feed stays."""
    failures = {
        "404 Not Found": status(404),
        "no article text found": page("<html><body>Nothing</body></html>"),
        "neither a page nor a feed (application/pdf)": page(b"%PDF-1.4", "application/pdf"),
        "parsing took longer than 10 seconds": page(html("Slow") + "<!-- HANG -->"),
        "is on a private network": redirect(f"http://localhost:{site.port}/linked"),
    }
    async with start(MIDDLE) as running:
        begin(running, tmp_path, site)
        await running.press("enter")
        for reason, route in failures.items():
            site.routes["/whole"] = route
            await running.press("x")
            await running.wait_until(lambda reason=reason: reason in running.status)
            assert running.reader.article_view.shown_text == BEGIN
            assert not running.reader.pages.pages.is_fetching


async def test_a_slow_page_is_stopped(start: Start, tmp_path: Path, site: Site) -> None:
    """Keys are answered while a page is fetched; escape stops that, and what comes later is dropped."""

    def hang(asked: RequestHandler) -> None:
        site.test_ended.wait(60)

    site.routes["/whole"] = hang
    async with start(MIDDLE) as running:
        begin(running, tmp_path, site)
        await running.press("enter", "x")
        await running.wait_until(lambda: running.reader.pages.pages.is_fetching)
        await running.settle()
        assert running.status.startswith("Fetching 127.0.0.1 … · esc to stop")
        await running.press("escape")
        assert running.status.startswith("Stopped")
        assert running.reader.state.current_pane == "article"
        await running.press("x", "J")
        assert running.opened_number == 2
        await running.press("escape", "escape")
        assert running.reader.state.current_pane == "list"


async def test_articles_without_a_page(start: Start, tmp_path: Path, site: Site) -> None:
    async with start(MIDDLE) as running:
        await running.press("enter", "x")
        assert running.status.startswith("The sample library fetches no pages · W to start")
        begin(running, tmp_path, site)
        await running.press("G", "h", "G", "enter", "x")
        await running.wait_until(lambda: "Fetching" not in running.status and running.status)
        assert site.requested_paths == []


@pytest.mark.command("trail.back")
async def test_a_link_is_read_in_place(
    start: Start, tmp_path: Path, site: Site, library: FolderLibrary
) -> None:
    """A loose page is on the trail and nowhere else; going back leads to the very line."""
    async with start(MIDDLE) as running:
        begin(running, tmp_path, site)
        view = running.reader.article_view
        await running.press("j", "enter", "space", "space", "j")
        line, position = view.top_line, view.position
        assert position > 0
        await choose_link(running, 1)
        await running.wait_until(lambda: "Linked part 40." in view.shown_text)
        await running.settle()
        assert "not in the library" in screen_text(running.app)
        assert running.status.startswith("a adds it to the library · [ goes back")
        await running.press("space")
        inside = view.position
        for key in ("m", "s", "d", "+", "e", "t"):
            await running.press(key)
            assert running.status.startswith("Not in the library · a adds it"), key
        await running.press("[")
        assert (running.opened_number, view.top_line, view.position) == (2, line, position)
        await running.press("]")
        assert "Linked part 40." in view.shown_text
        assert view.position == inside
        await running.press("G", "q")
    assert site.requested_paths == ["/linked"]
    assert len(library.rows(running.reader.state.query)) == 3
    journal = "".join(path.read_text() for path in (tmp_path / "library/journal").glob("*.jsonl"))
    ids = {id_of(number) for number in (1, 2, 3)}
    assert {urlsplit(part).path[:36] for part in journal.split('"article":"')[1:]} <= ids


@pytest.mark.command("feeds.add")
async def test_a_loose_page_is_kept(
    start: Start, tmp_path: Path, site: Site, library: FolderLibrary
) -> None:
    async with start(MIDDLE) as running:
        begin(running, tmp_path, site)
        await running.press("j", "enter")
        await choose_link(running, 1)
        await running.wait_until(
            lambda: "Linked part 40." in running.reader.article_view.shown_text
        )
        await running.press("a")
        await running.wait_until(lambda: running.status.startswith("Added: Linked"))
        assert "not in the library" not in screen_text(running.app)
        await running.press("s", "[")
        await running.press(";")
        await running.wait_until(lambda: screen_text(running.app).count("in the library ·") == 3)
    titles = {row.title: row.starred for row in library.rows(running.reader.state.query)}
    assert titles["Linked"] is True


async def test_links_into_the_library_open_from_it(
    start: Start, tmp_path: Path, site: Site, programs: FakePrograms
) -> None:
    async with start(MIDDLE) as running:
        begin(running, tmp_path, site)
        await running.press("j", "enter", ";")
        await running.wait_until(
            lambda: "in the library · https://news" in screen_text(running.app)
        )
        assert screen_text(running.app).count("in the library ·") == 1
        await running.press("escape")
        await choose_link(running, 2)
        assert running.opened_number == 1
        await running.press("[")
        await choose_link(running, 2, "o")
        await running.wait_until(lambda: programs.opened)
        assert programs.opened == ["https://news.example/1"]
    assert site.requested_paths == []


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (4, "Not opened: only http and https links can be read"),
        (5, "/gone: 404 Not Found"),
        (6, "Not fetched: 10.0.0.1 is on a private network"),
    ],
)
async def test_links_that_cannot_be_read(
    start: Start, tmp_path: Path, site: Site, number: int, reason: str
) -> None:
    """Cases 66, 83 and 88: private hosts are refused as for feeds."""
    async with start(MIDDLE) as running:
        begin(running, tmp_path, site)
        await running.press("j", "enter")
        await choose_link(running, number)
        await running.wait_until(lambda: reason in running.status)
        assert running.opened_number == 2


async def test_a_private_host_is_allowed_to_its_own_feed_alone(
    start: Start, tmp_path: Path, site: Site
) -> None:
    async with start(MIDDLE) as running:
        begin(running, tmp_path, site)
        await running.press("G", "enter")
        await choose_link(running, 1)
        await running.wait_until(
            lambda: running.status.startswith("Not fetched: 127.0.0.1 is on a private network")
        )
    assert site.requested_paths == []


async def test_relative_links_and_redirects(start: Start, tmp_path: Path, site: Site) -> None:
    site.routes["/moved"] = redirect("/linked")
    async with start(MIDDLE) as running:
        begin(running, tmp_path, site)
        view = running.reader.article_view
        await running.press("j", "enter")
        for number in (3, 7):
            await choose_link(running, number)
            await running.wait_until(lambda: "Linked part 40." in view.shown_text)
            await running.press("[")
            assert running.opened_number == 2


async def test_a_page_of_an_article_and_a_link_in_it(
    start: Start, tmp_path: Path, site: Site
) -> None:
    """Going back shows the text of the page again, at the same line."""
    link = f'<p>{WORDS} <a href="/linked">{WORDS}</a></p>'
    site.routes["/whole"] = page(html("Whole", 40).replace("</article>", f"{link}</article>"))
    async with start(MIDDLE) as running:
        begin(running, tmp_path, site)
        view = running.reader.article_view
        await running.press("enter", "x")
        await running.wait_until(lambda: view.shown_page)
        await running.press("space", "space")
        position = view.position
        await choose_link(running, 1)
        await running.wait_until(lambda: "Linked part 40." in view.shown_text)
        await running.press("[")
        assert "Whole part 40." in view.shown_text
        assert view.position == position > 0


async def test_pages_are_sanitized(start: Start, tmp_path: Path, site: Site) -> None:
    """Cases 45 and 48: what a page says is text, fetched or cached, and in the dialog of links."""
    hostile = "\x1b[31m\x9b2J\u202e"
    link = f'<p>{WORDS} <a href="/linked">{hostile}red [/b] {WORDS}</a></p>'
    body = html(f"Whole{hostile}").replace("</article>", f"{link}</article>")
    site.routes["/whole"] = page(body, "text/html; charset=utf-8")
    async with start(MIDDLE) as running:
        begin(running, tmp_path, site)
        view = running.reader.article_view
        await running.press("enter", "x")
        await running.wait_until(lambda: view.shown_page)
        fetched = view.shown_text
        assert r"red \[/b\]" in fetched
        assert not set(fetched) & set("\x1b\x9b\u202e")
        await running.press("x", "x")
        assert view.shown_text == fetched
        await running.press(";")
        assert "red [/b]" in screen_text(running.app)
        assert not set(screen_text(running.app)) & set("\x1b\x9b\u202e")
