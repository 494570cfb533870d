"""Keeping the full-text index in step with the articles: the queue, and who indexes what."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from threading import Event
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from store.model.article import Article
from store.model.errors import SaveFailed
from store.postgres import index_updates
from store.postgres.connection import Connection
from store.postgres.index_updates import Indexer
from store.postgres.library import PostgresLibrary
from store.search.list_query import ListQuery, SearchQuery
from store.segments.documents import article_to_document
from tests.support.libraries import list_rows
from tests.support.postgres_server import OpenAs, PostgresServer


def put(library: PostgresLibrary, number: int, text: str, **facts: Any) -> None:
    """Add an article as it is stored."""
    article = Article(f"a{number}", facts.pop("title", f"Title {number}"), **facts)
    own, connection = library.access.own, library.access.connection
    connection.raw.execute(
        "insert into article (library, id, title, at, added_at, tags, language, facts)"
        " values (%s, %s, %s, %s, 1, %s, %s, %s)",
        [
            *(own, article.id, article.title, number, list(article.tags), article.language),
            Jsonb(article_to_document(article)),
        ],
    )
    connection.raw.execute(
        "insert into body (library, id, text) values (%s, %s, %s)", [own, article.id, text]
    )


def index(library: PostgresLibrary) -> list[int]:
    """Index what is queued; return the progress."""
    return [progress.done for progress in library.update_index()]


def tag(library: PostgresLibrary, article: str, tags: dict[str, Any], owner: int = 1) -> None:
    library.access.connection.raw.execute(
        "insert into state (library, account, article, tags) values (%s, %s, %s, %s)"
        " on conflict (library, account, article) do update set tags = excluded.tags",
        [owner, library.access.account, article, Jsonb(tags)],
    )


def find(library: PostgresLibrary, text: str) -> Sequence[str]:
    """Return what a search finds, which is what a list has."""
    found = [row.id for row in library.search(SearchQuery(text, newest_first=True)).rows]
    assert found == [row.id for row in list_rows(library, ListQuery(text=text))]
    return found


@pytest.fixture
def ann(open_as: OpenAs) -> PostgresLibrary:
    """A library with three articles that are indexed."""
    library = open_as("ann")
    for number, text in enumerate(("Fog at sea.", "Fog over the harbour.", "Calm."), 1):
        put(library, number, text, language="en")
    index(library)
    return library


@pytest.fixture
def bob(
    postgres: PostgresServer, database: str, open_as: OpenAs, ann: PostgresLibrary
) -> PostgresLibrary:
    """The library of a member who may only read that of ann."""
    open_as("bob")
    with postgres.administer(database) as administrator:
        administrator.execute(
            "insert into newstui.member values (%s, 'bob', false)", [ann.access.own]
        )
    return open_as("bob")


def test_what_is_new_is_indexed_once(
    ann: PostgresLibrary,
    database: str,
    postgres: PostgresServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Case: by two threads; searches need not look through what is yet to be sorted in."""
    monkeypatch.setattr(index_updates, "BATCH_SIZE", 1)
    assert (find(ann, "fog"), ann.is_index_stale) == (["a2", "a1"], False)
    put(ann, 4, "More fog.")
    assert (find(ann, "fog"), ann.is_index_stale) == (["a2", "a1"], True)
    put(ann, 5, "Still more fog.")
    assert index(ann)[-1] == 2
    assert (find(ann, "fog"), ann.is_index_stale) == (["a5", "a4", "a2", "a1"], False)
    assert index(ann) == []
    with postgres.administer(database) as administrator:
        unsorted = administrator.execute("select gin_clean_pending_list('newstui.document_words')")
        assert unsorted.fetchone() == (0,)


def test_a_changed_text_is_indexed_again_and_its_words_are_counted_once(
    ann: PostgresLibrary,
) -> None:
    connection = ann.access.connection
    connection.raw.execute("update body set text = 'Fog, and mist.' where id = 'a1'")
    index(ann)
    assert find(ann, "mist") == ["a1"]
    assert find(ann, "sea") == []
    terms = "select term, documents from term where field = 'body' and term = any('{fog,mist,sea}') order by 1"
    assert connection.rows(terms) == [("fog", 2), ("mist", 1), ("sea", 1)]


def test_tags_and_edits_are_found_by_the_account_alone(
    ann: PostgresLibrary, bob: PostgresLibrary
) -> None:
    own = ann.access.own
    tag(bob, "a1", {"Later": [5, True]}, own)
    index(bob)
    assert find(bob, "tag:later") == ["a1"]
    assert find(bob, "later fog") == ["a1"]
    assert find(ann, "later") == []
    assert ann.access.connection.rows("select 1 from term where term = 'later'") == []
    assert bob.search(SearchQuery("latre")).corrected == "later"
    tag(bob, "a1", {"Later": [6, False]}, own)
    index(bob)
    assert find(bob, "later") == []
    assert find(bob, "fog") == ["a2", "a1"]
    tag(bob, "a1", {}, own)
    index(bob)
    assert bob.access.connection.rows("select 1 from document where account = 'bob'") == []
    assert find(bob, "fog") == ["a2", "a1"]


def test_who_only_reads_leaves_the_articles_to_others(
    ann: PostgresLibrary, bob: PostgresLibrary
) -> None:
    put(ann, 4, "More fog.")
    assert not bob.is_index_stale
    assert index(bob) == []
    index(ann)
    assert find(bob, "fog") == ["a4", "a2", "a1"]


def index_batch(library: PostgresLibrary) -> int:
    """Index what is queued, as far as it is one batch; return how many articles that are."""
    access = library.access
    libraries = {"libraries": list(access.libraries), "writable": list(access.writable)}
    return Indexer({"account": access.account, **libraries}, Event()).index_batch(access.connection)


def test_clients_share_the_work(
    ann: PostgresLibrary, open_as: OpenAs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_updates, "write_batch", lambda *_: None)  # it never comes to that
    put(ann, 4, "More fog.")
    assert index_batch(ann) == 1
    monkeypatch.undo()
    other = open_as("ann", "laptop")
    put(other, 5, "Even more fog.")
    index(other)
    assert find(other, "fog") == ["a5", "a2", "a1"]
    assert not other.is_index_stale, "the other client may be at it"
    other.access.connection.raw.execute(
        "update unindexed set claimed_at = claimed_at - interval '1 day'"
    )
    index(other)
    assert find(other, "fog") == ["a5", "a4", "a2", "a1"]


def test_what_changes_while_it_is_indexed_stays_queued(
    ann: PostgresLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(ann, 4, "More fog.")
    read, connection = index_updates.read_articles, ann.access.connection

    def change_meanwhile(other: Connection, places: Any) -> Any:
        found = list(read(other, places))
        connection.raw.execute("update body set text = 'Mist.' where id = 'a4'")
        return iter(found)

    monkeypatch.setattr(index_updates, "read_articles", change_meanwhile)
    index_batch(ann)
    assert find(ann, "fog") == ["a2", "a1"]
    monkeypatch.undo()
    index(ann)
    assert find(ann, "mist") == ["a4"]


def test_what_was_taken_is_given_back_if_indexing_stops(
    ann: PostgresLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(ann, 4, "More fog.")
    read, has_begun, is_stopped = index_updates.read_articles, Event(), Event()

    def read_until_stopped(*arguments: Any) -> Any:
        for article in read(*arguments):
            has_begun.set()
            assert is_stopped.wait(60)
            yield article

    monkeypatch.setattr(index_updates, "read_articles", read_until_stopped)
    monkeypatch.setattr(Indexer, "interrupt", lambda _: is_stopped.set())
    steps = ann.update_index()
    while not has_begun.is_set():
        next(steps)
    assert isinstance(steps, Generator)
    steps.close()
    monkeypatch.undo()
    assert (find(ann, "fog"), ann.is_index_stale) == (["a2", "a1"], True)
    index(ann)
    assert find(ann, "fog") == ["a4", "a2", "a1"]


def test_stopping_does_not_wait_for_the_server(
    ann: PostgresLibrary, postgres: PostgresServer, database: str
) -> None:
    """Case: while the index is written, which takes as long as another client keeps it locked."""
    put(ann, 4, "More fog.")
    with postgres.administer(database) as administrator, administrator.transaction():
        administrator.execute("lock table newstui.term in exclusive mode")
        steps = ann.update_index()
        while not administrator.execute("select from pg_locks where not granted").rowcount:
            next(steps)
        assert isinstance(steps, Generator)
        steps.close()
        assert ann.is_index_stale
    assert ann.problems == ()
    index(ann)
    assert find(ann, "fog") == ["a4", "a2", "a1"]


def test_an_article_that_cannot_be_read_is_left_out(ann: PostgresLibrary) -> None:
    put(ann, 4, "More fog.")
    put(ann, 5, "Even more fog.")
    ann.access.connection.raw.execute("""update article set facts = '{"id": 7}' where id = 'a4'""")
    index(ann)
    assert not ann.is_index_stale
    found = ann.access.connection.rows("select id from document where words @@ 'more' order by id")
    assert found == [("a5",)]


def test_texts_of_any_length_are_indexed(ann: PostgresLibrary) -> None:
    """Case: texts over a megabyte, and words that occur more often than a vector says."""
    long = "the " * 20_000 + "very end. " + " ".join(f"word{number}" for number in range(80_000))
    put(ann, 4, long + " last words")
    index(ann)
    assert find(ann, '"very end"') == ["a4"]
    assert find(ann, '"the very end" fog') == []
    assert find(ann, '"the very end" -fog') == ["a4"]
    assert find(ann, '-"the very end" fog') == ["a2", "a1"]
    assert find(ann, "word79999") == ["a4"]
    assert find(ann, '"last words"') == ["a4"]


def test_an_index_that_cannot_be_written_is_reported(
    ann: PostgresLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise SaveFailed("disk full")

    put(ann, 4, "More fog.")
    monkeypatch.setattr(index_updates, "write_batch", fail)
    assert set(index(ann)) == {0}
    assert ann.problems == ("the search index cannot be written: Not saved: disk full",)
    assert "out of date (Not saved: disk full)" in ann.search(SearchQuery("fog")).note
    monkeypatch.undo()
    ann.access.connection.raw.execute("update unindexed set claimed_at = null")
    index(ann)
    assert ann.search(SearchQuery("fog")).note == ""


def test_a_library_that_is_read_only_is_not_indexed(ann: PostgresLibrary) -> None:
    put(ann, 4, "More fog.")
    ann.access.read_only_reason = "made by a newer newstui"
    assert index(ann) == []
