"""Line mode: whole sessions, typed line by line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from store.feeds.fetch import FetchContext
from store.feeds.folder_feeds import FolderFeedStore
from store.library.folder import FolderLibrary
from store.library.protocol import Library
from store.model.article import ParsedArticle
from store.search.list_query import ListQuery
from tests.support.network import make_fetch_context, page, run_server, subscription
from tests.support.reader import NOW, article_id, long_text, make_article, make_library
from tui.config.keymaps import make_keymap
from tui.config.settings import Settings
from tui.plain.plain_session import Environment
from tui.plain.reader import PlainReader


class Session:
    """Runs sessions with given input lines, and records what they do."""

    def __init__(self, folder: Path, found: list[ParsedArticle], rows: int = 15) -> None:
        self.folder = folder
        self.opened: list[str] = []
        self.copied: list[str] = []
        self.ran: list[tuple[str, ...]] = []
        self.marked_read: list[str] = []
        self.rows = rows
        self.settings = Settings()
        self.make_fetch_context: Callable[[], FetchContext] | None = None
        make_library(folder, found)

    def library(self) -> FolderLibrary:
        """Return the library as another process would load it."""
        library = make_library(self.folder)
        for _ in library.load():
            pass
        return library

    def run_command(self, arguments: Sequence[str]) -> int:
        """Add an article, in place of a real command."""
        self.ran.append(tuple(arguments))
        library = self.library()
        for _ in library.add([make_article(20 + len(self.ran))]):
            pass
        return 0

    def run(self, *lines: str) -> str:
        """Type lines until the input ends; return all output and prompts."""
        said: list[str] = []
        typed = iter(lines)

        def ask(prompt: str) -> str | None:
            said.append(prompt)
            return next(typed, None)

        world = Environment(
            ask,
            said.append,
            lambda: (80, self.rows),
            lambda url: self.opened.append(url) or "Opened",  # type: ignore[func-returns-value]
            lambda text: self.copied.append(text) or "Sent",  # type: ignore[func-returns-value]
            prepare,
            self.run_command,
            self.marked_read.extend,
            lambda: NOW,
            self.settings,
            make_fetch_context=self.make_fetch_context,
        )
        PlainReader(self.library(), make_keymap(), world).run()
        return "\n".join(said)


def prepare(library: Library) -> None:
    """Update the index."""
    for _ in library.update_index():
        pass


@pytest.fixture
def session(tmp_path: Path) -> Session:
    """Fourteen articles; 14 is the newest and first, 13 is long."""
    found = [make_article(number) for number in range(1, 15)]
    found[12] = make_article(13, text=long_text(30))
    for number in (3, 4, 6):
        found[number - 1] = make_article(number, title=f"The harbour master, number {number}")
    return Session(tmp_path, found)


def test_list_is_printed_page_by_page(session: Session) -> None:
    """Case 129: plain lines only; enter turns the page."""
    said = session.run("", "", "b", "G", "g")
    assert said.startswith("1. Article number 14 about the harbour (unread; south; 2026-11-14;")
    assert said.count("14 articles, 14 unread; 1 to 12.") == 3
    assert said.count("13. Article number 2 about") == 2
    assert "End of the list" in said
    assert "List. Number, command, or ?: " in said


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (("c", "4"), "No matching articles · f filter, c go to a place, / search"),
        (("/zebra",), "No matching articles · f filter, c go to a place, / search"),
        (("c", "3"), "No articles here · c go to a place, / search"),
    ],
)
def test_an_empty_list_says_what_to_do(session: Session, lines: Sequence[str], said: str) -> None:
    assert said in session.run(*lines)


def test_an_empty_library_says_what_to_do(tmp_path: Path) -> None:
    assert "No articles yet · R fetch, W add some" in Session(tmp_path, []).run()


def test_article_is_printed_page_by_page_and_resumed(session: Session) -> None:
    """Opening is recorded, the last page marks as read, and the next session resumes."""
    said = session.run("2", "")
    assert "Article number 13 about the harbour" in said
    assert "Paragraph 1 begins." in said
    reading = session.library().get_article(article_id(13)).reading
    assert (reading.read, reading.position > 0) == (False, True)
    assert reading.last_opened is not None
    again = session.run("2")
    assert "Resumed where you stopped (g: start)" in again
    assert "Paragraph 1 begins." not in again
    assert "More. Number" in again
    found = session.run("2", "g", "/Paragraph 20", "/", "nothing like it")
    assert found.count("Paragraph 20 begins.") == 1
    assert "Not found below this page: nothing like it" in found
    end = session.run("2", "G", "", "h")
    assert "End of the article." in end
    assert "Paragraph 30 begins." in end
    assert "Article number 12 about" in end.split("End of the article.")[1], "the next unread one"
    assert session.library().get_article(article_id(13)).reading.read
    assert "2. Article number 13 about the harbour (read;" in end.rpartition("End of the")[2]


def test_misspelt_words_are_corrected(session: Session) -> None:
    said = session.run("/harbuor master", '/"harbuor"', "/xyzxyz")
    assert "No matches; did you mean harbour master? (quote to insist)" in said
    assert "3 articles, 3 unread." in said
    assert said.count("0 articles, 0 unread.") == 2


def test_changes_are_reported_and_undone(session: Session) -> None:
    said = session.run("3m", "s 3", "m", "1", "s", "+ two words", "d", "U", *"uuuuu", "u", "u", "h")
    for change in (
        "Marked as read: Article number 12", "Starred: Article number 12", "Marked as unread:",
        "Starred: Article number 14", "Tagged two words: Article number 14",
        "Deleted: Article number 14 about the harbour. u to undo.",
        "Undone: deleted: Article number 14", "Undone: tagged two words",
    ):  # fmt: skip
        assert change in said, change
    library = session.library()
    rows = library.rows(ListQuery())
    assert len(rows) == 14
    assert not any(row.starred for row in rows)


def test_search_filter_category_and_sort(session: Session) -> None:
    """In one line or with a prompt; choices by number or first letters."""
    said = session.run(
        "/ harbour master", "f", "2", "c so", ",title", "/", "number", "h", "/ a:b:("
    )
    assert "3 articles, 3 unread." in said
    assert "1. all (3)\n2. unread (3)" in said
    assert "2 articles, 2 unread." in said
    assert "Search: " in said
    assert said.count("7 articles, 7 unread.") == 2, "found by the words, and without them again"


def test_details_links_and_similar_articles(session: Session) -> None:
    said = session.run("i", "1", "i", "o", "y", "1", "J", "K", "n", "p", "?")
    assert "Which article? Type its number, as in 3i" in said
    assert "Summary: Summary of 14." in said
    assert "Similar Readings: 5." in said
    assert session.opened == session.copied == ["https://news.example/14"]
    assert "A number may precede a command" in said
    assert "m: toggle read (in a story: all)" in said


def test_trail_and_story(session: Session) -> None:
    """Case 129: back and forward on the trail; open from the story, mark all as read."""
    said = session.run(
        "2", "J", "[", "[", "[", "]", "99[", "t", "", "99", "1", "t", "m", "u", "q", "h"
    )
    assert said.count("No older article in the trail") == 2
    assert said.count("\nArticle number 13 about the harbour\n") == 3
    story = said[said.index("Story: ") : said.index("Story. Number")]
    assert "You came from this article." in story
    assert "New here: " in story
    assert "There are " in said
    assert "Story. Number, m mark it as read, h go back, or ?: " in said
    assert "Undone: marked 12 articles as read" in said
    assert said.rpartition("Undone")[2].count("Back in: Article number ") == 1


def test_triage(session: Session) -> None:
    """Case 129: one summary at a time, one command a decision; undo goes back to its article."""
    said = session.run("9m", "T", "m", "s", "t", "d", "u", "", "k", "?", "7", "l", "h", "T", "q")
    assert "1 of 13; 13 articles left; " in said
    assert "Summary: Summary of 5." in said
    for change in ("Marked as read", "Starred", "Tagged later", "Deleted", "Undone: deleted"):
        assert f"\n{change}: " in said, change
    assert said.count("4 of 13; 10 articles left; ") == 3
    assert "t: tag as later" in said
    assert "Numbers have no meaning in triage" in said
    assert "The short text of article 2." in said, "opened"
    assert session.marked_read[:2] == [article_id(6), article_id(5)]
    end = session.run("T", *[""] * 11, "h")
    assert "No more unread articles\n1. Article number 14 " in end


def test_front_page(tmp_path: Path) -> None:
    """Case 129: what is new by stories; a number opens one, `m` marks one as read."""
    titles = ("Ferry of Brae late", "Ferry of Brae sails", "Comet over the moor")
    texts = ("The ferry of Brae is late again.",) * 2 + ("A comet with two tails at dawn.",)
    found = [
        make_article(n, title=t, text=x)
        for n, (t, x) in enumerate(zip(titles, texts, strict=True), 1)
    ]
    session = Session(tmp_path, found)
    said = session.run("B", "w", "1m", "u", "2s", "m", "9", "+", "f", "", "?", "2", "h", "q")
    page = said[said.index("All unread · 2 stories") : said.index("Front page. Number")]
    assert page.splitlines()[2:5] == [
        "NEW",
        " 1. Ferry of Brae sails",
        "    news.example · 2 articles · 1 min",
    ]
    assert "    ranked higher: 2 articles" in said
    for change in ("Marked 2 articles as read", "Undone: marked 2 articles as read", "Starred"):
        assert f"\n{change}" in said, change
    assert "Which story? Type its number, as in 3m" in said
    assert "The front page has 2 lines" in said
    assert "of 25 min" in said
    assert "Nothing new since today 00:00" in said or "Since today 00:00" in said
    assert "m: mark the story with that number as read, as in 3m" in said


def test_export_pipe_and_links(session: Session, tmp_path: Path) -> None:
    """Cases 107, 109: export to new files, pipe to programs, copy links."""
    target = tmp_path / "one.json"
    said = session.run(
        *("1", f"e {target}", f"e {target}", "e ~nobody-of-this-name/x.md", f"e {'x' * 300}/x.md"),
        *("Y", "|cat", "|", "", "|false", "|'", ";", ";1"),
    )
    assert f"Exported to {target}" in said
    assert f"{target}: already exists" in said
    assert "nobody-of-this-name" in said
    assert session.copied[-1].startswith("[Article number 14 about the harbour](https://")
    assert "\ntitle: Article number 14" in said
    assert "false failed with exit code 1" in said
    assert "not a command" in said
    assert said.count("This article has no links") == 2


def test_text_of_the_page(tmp_path: Path) -> None:
    """Case 83: the page is fetched once, from a private host for the feed on that host alone."""
    story = "".join(f"<p>On day {n} the ferry came, and all were glad of it.</p>" for n in range(9))
    with run_server() as site:
        site.routes["/1"] = page(f"<html><title>F</title><article>{story}</article></html>")
        feed = {"feed": subscription(site).key}
        found = [
            make_article(1, url=site.url("/1")),
            make_article(2, url=site.url("/1"), text=long_text(2), extra=feed),
            make_article(3, url=""),
        ]
        session = Session(tmp_path, found)
        FolderFeedStore(tmp_path / "library", tmp_path / "cache").update(put=[subscription(site)])
        assert "The sample library fetches no pages" in session.run("2", "x")
        session.make_fetch_context = make_fetch_context
        said = session.run("2", "x", "", "x", "h", "3", "x", "h", "1", "x")
        again = session.run("x", "2", "x")
        assert site.requested_paths == ["/1"]
    assert "Fetching 127.0.0.1 … ctrl+c to stop\nText of the page" in said
    assert said.index("On day 8 the ferry") < said.index("The article's own text")
    assert "Not fetched: 127.0.0.1 is on a private network" in said
    assert "This article has no URL" in said
    assert "No article is open" in again
    assert "On day 0 the ferry" in again
    entry = session.library().get_article(article_id(2))
    assert entry.body.text == long_text(2)


def test_a_link_is_read_in_place(tmp_path: Path) -> None:
    """Case 83: from the library if that has it, else the page is fetched, and may be added."""
    story = "".join(f"<p>On day {n} the ferry came, and all were glad of it.</p>" for n in range(9))
    with run_server() as site:
        site.routes["/ferry"] = page(f"<html><title>Ferry</title><article>{story}</article></html>")
        feed = {"feed": subscription(site).key}
        text = "[one](https://news.example/1), [two](/ferry), [three](mailto:a@b.example)"
        found = [make_article(1), make_article(2, url=site.url("/a"), text=text, extra=feed)]
        session = Session(tmp_path, found, rows=40)
        FolderFeedStore(tmp_path / "library", tmp_path / "cache").update(put=[subscription(site)])
        assert "The sample library fetches no pages" in session.run("1", ";2")
        session.make_fetch_context = make_fetch_context
        said = session.run(
            *("1", ";", ";3", ";4", "2o", ";1", "[", ";2", "m", "i", "x", ";", "o", "n", "]"),
            *("[", ";2", "a", "m", "h", "1"),
        )
        assert site.requested_paths == ["/ferry", "/ferry"]
    links, read = said.split("Fetching 127.0.0.1 … ctrl+c to stop")[:2]
    assert "1. https://news.example/1 (in the library)\n2. /ferry\n3. mailto:" in links
    assert "Only http and https links can be read" in links
    assert "This article has 3 links" in links
    assert "The short text of article 1." in links
    assert "Not in the library (a: add it, [: go back)\nFerry" in read
    assert read.count("Not in the library (a adds it)") == 2
    assert "This is the text of the page" in read
    assert "This article has no links" in read
    assert session.opened == [site.url("/ferry")] * 2
    assert "Added: Ferry\n" in said
    assert "3 articles, 0 unread" in said
    library = session.library()
    assert sum(len(ids) for ids in library.listing(ListQuery()).ids()) == 3


def test_deceptive_link_needs_confirmation(tmp_path: Path) -> None:
    """Case 69: the real host is named first, and only y opens the link."""
    url = "https://bank.example@evil.example/login"
    session = Session(tmp_path, [make_article(1, url=url, text=f"See [the bank]({url}).")])
    said = session.run("1", "o", "", "o", "y", "1o", "n")
    assert said.count("This leads to evil.example. y to open it: ") == 3
    assert said.count("Not opened") == 2
    assert session.opened == [url]


def test_fetch_add_and_import(session: Session) -> None:
    """Commands of newstui are run, and the articles they add appear in the list."""
    session.settings = Settings(searches={"master": "harbour master"})
    said = session.run(
        "r", "a https://a.example/ https://b.example/", "W", "1", "some/file", "W", "", "F", "h",
        "c", "/master", "c all", "S",
    )  # fmt: skip
    assert session.ran == [
        ("fetch",),
        ("add", "--", "https://a.example/", "https://b.example/"),
        ("import", "--", "some/file"),
    ]
    assert "\nUnread (17 unread of 17)\n" in said
    assert "\nLater (0 unread of 0)\n" in said
    assert "\nSearches\n  master (3 unread of 3)\n" in said
    assert "17 articles, 17 unread" in said
    assert "7. /master (3 unread of 3)" in said
    assert "3 articles, 3 unread." in said
    assert "Read: 0 of 17 articles" in said
    assert "█" not in said


def test_invalid_input_does_not_end_the_session(session: Session) -> None:
    lines = [
        "99",
        "9m",
        "0",
        "5",
        "7",
        "xyz",
        "\x1b[A\x00",
        "m" * 5000,
        "9" * 40,
        "/" * 50,
        "A",
        "A",
    ]
    said = session.run(*lines, "f zzz", "c", "", "+", "", "U", "q", "1")
    assert "The list has 14 articles" in said
    assert "There is no similar reading 7" in said
    assert "No such command here; ? for help" in said
    assert said.endswith("?: ")


def test_empty_and_read_only_libraries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Case 28: reading works, and refused changes are reported."""
    empty = Session(tmp_path / "empty", []).run("", "1", "m", "J", "A", "u", "G", "b")
    assert "0 articles, 0 unread." in empty
    assert "Nothing to undo" in empty
    session = Session(tmp_path / "other", [make_article(1), make_article(2)])
    reason = "made by a newer newstui"
    monkeypatch.setattr(FolderLibrary, "read_only_reason", property(lambda _: reason))
    said = session.run("1", "s", "h")
    assert "The short text of article 2." in said
    assert reason in said


@pytest.mark.parametrize(
    ("urls", "facts"),
    [
        (
            ("https://www.quay.example/1", "https://b.example/2"),
            "unread; quay.example; north; 2026",
        ),
        (("https://quay.example/1", "https://quay.example/2"), "unread; north; 2026"),
    ],
)
def test_the_source_is_named_where_a_list_has_several(
    tmp_path: Path, urls: tuple[str, str], facts: str
) -> None:
    found = [make_article(n, url=url, category="north") for n, url in enumerate(urls, 1)]
    said = Session(tmp_path, found).run("2").replace("\n", " ")
    assert f"2. Article number 1 about the harbour ({facts}-11-01; 1 minute)" in said
    assert " quay.example; north; Nov. 1, 2026; 1 minute; unread" in said


@pytest.mark.parametrize(
    ("line", "said", "read"),
    [
        ("2..3m", "Marked 2 articles as read. u to undo.", [1, 2]),
        ("2..m", "Marked 2 articles as read. u to undo.", [1, 2]),
        ("..2m", "Marked 2 articles as read. u to undo.", [2, 3]),
        ("3..2m", "No such range: the list has 3 articles", []),
        ("4..9m", "No such range: the list has 3 articles", []),
        ("1..2o", "This command takes one article", []),
        ("1..2m\nu", "Undone: marked 2 articles as read", []),
        ("1..3+ sea", "Tagged 3 articles sea. u to undo.", []),
        ("1..3d", "Deleted 3 articles. u to undo.", []),
    ],
)
def test_commands_on_a_range_of_the_list(
    tmp_path: Path, line: str, said: str, read: list[int]
) -> None:
    session = Session(tmp_path, [make_article(number) for number in (1, 2, 3)])
    assert said in session.run(*line.split("\n"))
    rows = session.library().rows(ListQuery())
    assert sorted(int(row.id[-12:]) for row in rows if row.read) == read


COPY = (
    "The harbour master closed the northern basin on Tuesday after divers found a crack in the old"
    " lock gate. Ferries to the islands will leave from the southern quay until the gate has been"
    " repaired, which engineers expect to take three weeks."
)


def test_each_story_once(tmp_path: Path) -> None:
    texts = {number: COPY if number in (2, 4) else "" for number in range(1, 6)}
    made = [make_article(n, title=f"Paper {n}", text=text) for n, text in texts.items()]
    session = Session(tmp_path, made)
    said = session.run("Z", "2m", "3X", "2X", "3s", "2X", "Z")
    assert "2. Paper 4 (unread; with 1 copy; south" in said
    assert "4 articles, 4 unread." in said
    assert "Marked 2 articles as read" in said
    assert "No copies are folded here" in said
    assert "3. Paper 2 (read; copy of the one above; south" in said
    assert "2. Paper 4 (read, starred; with 1 copy; south" in said
    assert said.rstrip().endswith("5 articles, 3 unread.\nList. Number, command, or ?:")
    session.settings = Settings(copies="folded")
    assert "2. Paper 4 (read, starred; with 1 copy; south" in session.run()


def test_copies_are_decided_on_as_one_in_triage(tmp_path: Path) -> None:
    made = [make_article(n, title=f"Paper {n}", text=COPY if n > 1 else "") for n in (1, 2, 3)]
    session = Session(tmp_path, made)
    said = session.run("Z", "T", "m", "q")
    assert "1 of 2; 2 articles left" in said
    assert "Paper 3 (unread; with 1 copy; north" in said.split("1 of 2; 2 articles left")[1]
    assert [row.read for row in session.library().rows(ListQuery())] == [True, True, False]
