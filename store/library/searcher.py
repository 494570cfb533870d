"""Answer queries, and keep the full-text index in step with the library.

Words come from the index, facts from the rows in memory. The signatures of the segments' files and
the stamps of edit, tag and delete events tell what the index covers, so that a start with nothing
new costs nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Container, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from store.journal.reading_state import ArticleState, ReadingState, apply_edits
from store.library.article_numbers import ArticleNumbers
from store.library.catalog import Catalog
from store.model.article import Article, ArticleRow, Body, FeedLabel, ReadingStatus, Snippet
from store.model.errors import (
    InvalidQuery,
    LibraryBusy,
    LibraryDamaged,
    LibraryUnavailable,
    SaveFailed,
)
from store.model.results import IndexProgress
from store.model.times import Clock
from store.search.highlight import make_highlighter, make_snippet, no_other_forms
from store.search.index import (
    FullTextIndex,
    IndexCoverage,
    IndexUnusable,
    IndexWriter,
    SegmentCoverage,
    article_number,
)
from store.search.index_query import IndexQueryBuilder
from store.search.language import (
    describe_unfinished_value,
    parse_query,
    replace_words,
    tokenize_query,
)
from store.search.list_query import Matches, SearchQuery, sort_newest_first
from store.search.syntax_tree import (
    MATCH_ALL,
    FeedCondition,
    QueryLeaf,
    QueryNode,
    RowPredicate,
    SplitQuery,
    ValueCondition,
    WordsCondition,
    build_predicate,
    iter_wanted_words,
    loosen,
    split_query,
)
from store.segments.segments import Segments, TextReader
from store.system.files import WarningHandler, file_lock, file_signature, make_folder
from store.text.clean import clean_line
from store.text.folding import normalize_text
from store.text.markdown import strip_inline_markdown
from store.text.tokenizer import has_words

PLAN_STEP_SIZE = 20_000
"""Changed articles that are looked at in one step."""
INDEX_BATCH_SIZE = 50
"""Articles indexed between two steps."""
COMMIT_POLL_SECONDS = 0.02
"""Seconds of a step that waits for the engine, short enough for the keyboard."""
COMMIT_BATCH_SIZE = 20_000
"""Articles after which what was indexed is committed."""
ONLY_TITLES = "searching titles and categories only"
NOT_INDEXED = f"not indexed yet: {ONLY_TITLES}"
MAX_SAME_TITLES = 100
"""Articles that are found because their title is the query."""
MIN_FILTERED_HITS = 2000
"""Hits examined first if a query asks for words and facts."""

log = logging.getLogger("newstui")


class SearchContext(NamedTuple):
    """The parts of its library that a searcher uses."""

    catalog: Callable[[], Catalog]
    """Returns the catalog, which may change between two steps."""
    articles: Callable[[Iterable[str]], Iterator[tuple[Article, ReadingStatus]]]
    """Yields the facts of articles by their ids."""
    segments: Segments
    texts: TextReader
    clock: Clock
    warn: WarningHandler
    """Called with a line about a segment that cannot be read, or an index that cannot be written."""
    feeds: Callable[[], Mapping[str, FeedLabel]]
    """Returns name and category of every feed, by its key."""


# -- updating the index --------------------------------------------------------------------


@dataclass(slots=True)
class IndexWork:
    """The work that an update of the index has to do."""

    segments: Mapping[str, tuple[int, ...]]
    """Segments to read, with their signatures."""
    removed: set[str]
    edited: dict[str, int]
    """Edited articles of other segments, with the stamp of the edit, or -1 if it was undone."""
    edit_stamps: Mapping[str, int]
    """The edits that the index covers once this is done."""
    article_count: int
    """The number of articles to index."""


class Indexer:
    """Brings the index of one library up to date, on the library's thread."""

    def __init__(self, folder: Path, library: SearchContext) -> None:
        """Open nothing yet."""
        self._folder = folder
        self._catalog = library.catalog
        self._segments = library.segments
        self._warn = library.warn
        self._languages: set[str] = set()

    def update(self, covered: IndexCoverage | None, state: ReadingState) -> Iterator[IndexProgress]:
        """Index what is new, in steps; `covered` is None if there is no usable index.

        Raises:
            IndexUnusable: It cannot be written.
            LibraryBusy: Another process is writing it.
            LibraryUnavailable, SaveFailed: Its folder cannot be written.
        """
        work = yield from self._plan(covered or IndexCoverage(), state)
        if work.segments or work.removed or work.edited:
            yield from self._run(work, state)
            from store.system.memory import return_free_memory

            return_free_memory()  # the engine's heap, and the texts that went through it

    def _plan(
        self, covered: IndexCoverage, state: ReadingState
    ) -> Generator[IndexProgress, None, IndexWork]:
        counts = self._catalog().segment_counts()
        known = covered.segments
        current = segment_signatures(self._segments, counts)
        changed = {n: key for n, key in current.items() if tuple(known.get(n, ()))[:4] != key}
        removed = known.keys() - current.keys()
        if removed or (changed.keys() & known.keys()):  # a duplicate may be valid now
            copies = [name for name in current if name in known and known[name][4]]
            changed |= {name: current[name] for name in copies}
        edits = yield from edit_stamps(state)
        is_many = len(edits) + len(covered.edited) > PLAN_STEP_SIZE
        old = covered.edited
        edited = {each: stamp for each, stamp in edits.items() if old.get(each) != stamp}
        edited |= {each: -1 for each, at in old.items() if at != -1 and each not in edits}
        if is_many:
            yield IndexProgress(0, 0)
        elsewhere = {
            article: stamp
            for article, stamp in edited.items()
            if (location := self._catalog().stored_location(article))
            and location.segment not in changed
        }
        number = sum(counts[name] for name in changed) + len(elsewhere)
        return IndexWork(changed, removed, elsewhere, edits, number)

    def _run(self, work: IndexWork, state: ReadingState) -> Iterator[IndexProgress]:
        make_folder(self._folder.parent)
        with ExitStack() as stack:
            stack.enter_context(file_lock(self._folder.with_suffix(".lock"), 0, self._warn))
            writer = IndexWriter(self._folder)
            if not writer.coverage.segments and len(work.segments) < len(
                self._catalog().segment_counts()
            ):
                # It was unusable, and has been recreated.
                work = yield from self._plan(IndexCoverage(), state)
            self._languages.update(writer.coverage.languages)
            done = since = 0
            for name in work.removed:
                writer.remove_segment(name)
            old = writer.coverage.segments
            segments = {n: key for n, key in old.items() if n not in work.removed}
            yield IndexProgress(done, work.article_count)
            for name, stamp in work.segments.items():
                writer.remove_segment(name)
                duplicates = 0
                for put, skipped in self._add_segment(writer, name, state):
                    done, since, duplicates = done + put, since + put, duplicates + skipped
                    yield IndexProgress(min(done, work.article_count), work.article_count)
                segments[name] = (*stamp, duplicates)
                if since >= COMMIT_BATCH_SIZE:
                    progress = IndexProgress(min(done, work.article_count), work.article_count)
                    yield from self._commit(writer, segments, writer.coverage.edited, progress)
                    since = 0
            for count, article in enumerate(self._by_location(work.edited), 1):
                self._reindex_article(writer, article, state)
                if count % INDEX_BATCH_SIZE == 0:
                    done = min(done + INDEX_BATCH_SIZE, work.article_count)
                    yield IndexProgress(done, work.article_count)
            progress = IndexProgress(work.article_count, work.article_count)
            yield from self._commit(writer, segments, work.edit_stamps, progress)

    def _add_segment(
        self, writer: IndexWriter, name: str, state: ReadingState
    ) -> Iterator[tuple[int, int]]:
        """Index a segment; yield the numbers of added and of duplicate articles by steps."""
        try:
            found = self._segments.read_articles(name)
            while batch := list(islice(found, INDEX_BATCH_SIZE)):
                duplicates = 0
                for location, article, body in batch:
                    if self._catalog().stored_location(article.id) != location:
                        duplicates += 1
                    elif self._catalog().location(article.id):
                        self._add_article(writer, name, article, body, state.get(article.id))
                yield len(batch) - duplicates, duplicates
        except LibraryDamaged as error:
            self._warn(str(error))

    def _by_location(self, articles: Iterable[str]) -> list[str]:
        """Return articles segment by segment, so that each file is read only once."""
        location = self._catalog().stored_location
        return sorted(articles, key=lambda article: location(article) or ())

    def _reindex_article(self, writer: IndexWriter, article: str, state: ReadingState) -> None:
        writer.remove(article)
        if location := self._catalog().location(article):
            facts, body = self._segments.read_article(location), self._segments.read_body(location)
            self._add_article(writer, location.segment, facts, body, state.get(article))

    def _add_article(
        self, writer: IndexWriter, segment: str, article: Article, body: Body, state: ArticleState
    ) -> None:
        if article.language:
            self._languages.add(article.language)
        changed = bool(state.edits or state.tags)
        writer.add(segment, apply_edits(article, state) if changed else article, body)

    def _commit(
        self,
        writer: IndexWriter,
        segments: SegmentCoverage,
        edited: Mapping[str, int],
        progress: IndexProgress,
    ) -> Iterator[IndexProgress]:
        """Commit on a thread of its own, in steps: the engine takes up to two seconds."""
        coverage = IndexCoverage(dict(segments), edited, sorted(self._languages))
        with ThreadPoolExecutor(1, "index") as thread:
            try:
                committed = thread.submit(writer.commit, coverage)
            except RuntimeError as error:  # too little memory for a thread
                raise IndexUnusable(str(error), file=self._folder) from error
            try:
                while wait([committed], COMMIT_POLL_SECONDS).not_done:
                    yield progress
                committed.result()
            finally:
                del (
                    committed
                )  # its error refers to this frame, which would keep the writer and its lock
        yield progress


def segment_signatures(
    segments: Segments, names: Container[str]
) -> dict[str, tuple[int, int, int, int]]:
    """Return the signatures of facts and texts of some segments, the one written last first."""
    return {
        name: (*signature, *(file_signature(segments.texts_path(name)) or (0, 0)))
        for name, signature in segments.signatures().items()
        if name in names
    }


def edit_stamps(state: ReadingState) -> Generator[IndexProgress, None, Mapping[str, int]]:
    """Return the edited, tagged and deleted articles with the stamp of the latest change, in steps."""
    stamps: dict[str, int] = {}
    for article, one in list(state.article_states.items()):
        if one.edits or one.tags or one.deleted[1]:
            registers = (*one.edits.values(), *one.tags.values(), one.deleted)
            stamps[article] = max(stamp for stamp, _ in registers)
            if len(stamps) % PLAN_STEP_SIZE == 0:
                yield IndexProgress(0, 0)
    return stamps


# -- queries -------------------------------------------------------------------------------


class Answer(NamedTuple):
    """The articles that a query finds."""

    node: QueryNode
    """The query."""
    rows: list[ArticleRow]
    """The first of them, up to the limit."""
    total: int
    is_exact: bool
    """False if there may be more than `total`."""

    def with_titled(
        self, titled: Sequence[ArticleRow], limit: int | None, *, newest: bool
    ) -> Answer:
        """Return the answer with articles whose title is the query: first, unless the newest are."""
        ids = {row.id for row in titled}
        rows = [*titled, *(row for row in self.rows if row.id not in ids)] if ids else self.rows
        if newest and ids:
            rows = sort_newest_first(rows)
        return self._replace(rows=rows[:limit], total=max(self.total, len(rows)))


class LibrarySearcher:
    """The index of one library and the queries it answers, on the library's thread."""

    def __init__(self, folder: Path, library: SearchContext) -> None:
        """Open nothing yet; the lock of the index's writer is beside its folder."""
        self._folder = folder
        self._context = library
        self._index: FullTextIndex | None = None
        self._query_builder: IndexQueryBuilder | None = None
        self._numbers = ArticleNumbers()
        self._is_usable = False
        self._failure = ""
        """Why the last update failed; empty if it did not."""

    @property
    def problem(self) -> str:
        """A line about what a search misses, and why; empty if it finds everything."""
        if self._is_usable:
            return f"the search index is out of date ({self._failure})" if self._failure else ""
        return f"no search index ({self._failure}): {ONLY_TITLES}" if self._failure else NOT_INDEXED

    # -- the index -------------------------------------------------------------------------

    def current_index(self) -> FullTextIndex | None:
        """Return the index as any process last committed it; None if there is none."""
        if self._index is None:
            self._index = FullTextIndex(self._folder)
        try:
            if self._index.refresh():
                self._query_builder = None
        except IndexUnusable as error:
            log.debug("%s", error)
            self._is_usable = False
            self._index.close()
            return None
        self._is_usable = True
        return self._index

    def update(self, state: ReadingState) -> Generator[IndexProgress, None, bool]:
        """Index what is new, in steps, unless another process is doing it.

        Returns:
            False if another process was writing, which may end before it is done.
        """
        indexer, index = Indexer(self._folder, self._context), self.current_index()
        is_done, self._failure = True, ""
        try:
            yield from indexer.update(index.coverage if index else None, state)
        except LibraryBusy:
            is_done = False
        except (IndexUnusable, LibraryUnavailable, SaveFailed) as error:
            self._failure = str(error) if isinstance(error, LibraryUnavailable) else error.reason
            self._context.warn(f"the search index cannot be written: {self._failure}")
        if self.current_index() is not None:
            yield from self._number_articles(self._context.catalog())
        return is_done

    def _number_articles(self, catalog: Catalog) -> Iterator[IndexProgress]:
        if len(self._numbers) != catalog.total:
            for _ in self._numbers.set_in_steps(catalog):
                yield IndexProgress(0, 0)

    # -- asking ----------------------------------------------------------------------------

    def rows(self, text: str) -> list[ArticleRow]:
        """Return the rows that match a query, newest first."""
        return self._ask(SearchQuery(text, newest_first=True), None).rows

    def search(self, search: SearchQuery, limit: int | None = None) -> Matches:
        """Return the articles that a search finds."""
        answer = self._ask(search, limit)
        is_forgiven = not answer.rows and search.text.strip()
        matches = self._forgive(search, answer, limit) if is_forgiven else self._to_matches(answer)
        unfinished = self._unfinished_value(search)
        return replace(matches, unfinished_value=unfinished) if unfinished else matches

    def _to_matches(self, answer: Answer) -> Matches:
        note = self.problem if split_query(answer.node).needs_index else ""
        forms = builder.forms if (builder := self.current_query_builder()) else no_other_forms
        words = list(iter_wanted_words(answer.node))
        highlighter = make_highlighter(words, forms)
        typed = [each.text for each in words]
        return Matches(answer.rows, answer.total, answer.is_exact, note, highlighter, typed)

    def _unfinished_value(self, search: SearchQuery) -> str:
        try:
            now = int(self._context.clock().timestamp())
            return describe_unfinished_value(search.text, now) if search.is_typing else ""
        except InvalidQuery:  # and so a part of a title
            return ""

    def _forgive(self, search: SearchQuery, nothing: Answer, limit: int | None) -> Matches:
        """Return what a query finds with its misspelt words corrected, or with most of its words.

        Args:
            search: A query that finds nothing.
            nothing: Its answer, which is returned if nothing helps.
            limit: The most rows to return; None for all.
        """
        corrected = self.correct(search)
        meant = replace(search, text=corrected) if corrected else search
        if corrected and (answer := self._ask(meant, limit)).rows:
            return replace(self._to_matches(answer), corrected=corrected)
        finished = replace(search, is_typing=False)
        is_better = self.correct(finished) not in ("", corrected)
        found = self.search(finished, 1) if is_better else None
        suggested = found.corrected if found and found.rows else ""
        for node in self._loosened(meant):
            if (answer := self._answer(node, limit, newest=search.newest_first)).rows:
                matches = self._to_matches(answer)
                return replace(matches, corrected=corrected, is_loosened=True, suggested=suggested)
        return replace(self._to_matches(nothing), suggested=suggested)

    def correct(self, search: SearchQuery) -> str:
        """Return a query with the words corrected that the index lacks; empty if there are none."""
        builder, now = self.current_query_builder(), int(self._context.clock().timestamp())
        if builder is None:
            return ""
        try:
            node = parse_query(search.text, now, typing=search.is_typing)
            replacements = dict(builder.correct_words(iter_wanted_words(node)))
        except InvalidQuery:
            return ""
        except IndexUnusable as error:
            self.discard_index(error)
            return ""
        corrected = replace_words(search.text, replacements)
        return corrected if corrected != search.text else ""

    def _loosened(self, search: SearchQuery) -> Iterator[QueryNode]:
        """Yield less strict forms of a query: without the word being typed, with most of its words."""
        now, text = int(self._context.clock().timestamp()), drop_unfinished_word(search)
        node = parse_query(text, now, typing=search.is_typing)
        if text != search.text and has_words(text):
            yield node
        if loosened := loosen(node):
            yield loosened

    def _ask(self, search: SearchQuery, limit: int | None) -> Answer:
        """Answer a query. An article whose title it is matches, too, whatever its signs mean.

        Raises:
            InvalidQuery: It cannot be parsed, and is no part of a title.
        """
        catalog, title = self._context.catalog(), clean_line(search.text)
        now = int(self._context.clock().timestamp())
        try:
            node = parse_query(search.text, now, typing=search.is_typing)
        except InvalidQuery:
            part = title.casefold()
            rows = [row for row in catalog.rows() if part in row.title.casefold()]
            if not part or not rows:
                raise
            phrase = WordsCondition(title, "title", is_phrase=True)
            answer = Answer(phrase, rows, len(rows), is_exact=True)
        else:
            answer = self._answer(node, limit, newest=search.newest_first)
        return answer.with_titled(self._titled(title), limit, newest=search.newest_first)

    def _titled(self, title: str) -> list[ArticleRow]:
        """Return the articles with this title."""
        if builder := self.current_query_builder():
            try:
                hits = builder.index.search_uncounted(builder.title_query(title), MAX_SAME_TITLES)
                return self._rows_by_number([hit.number for hit in hits])
            except IndexUnusable as error:
                self.discard_index(error)
        return [row for row in self._context.catalog().rows() if row.title == title]

    def _feed_predicate(self, condition: QueryLeaf) -> RowPredicate:
        """Return a function that tells whether a row is of a feed."""
        if not isinstance(condition, FeedCondition):
            raise TypeError(f"not a condition of rows: {condition}")
        part = normalize_text(condition.name)
        feeds = self._context.feeds()
        known = {key for key, each in feeds.items() if part in normalize_text(f"{each.name} {key}")}
        return lambda row: (
            row.feed_key in known or (bool(row.feed_key) and part in normalize_text(row.feed_key))
        )

    def snippets(self, matches: Matches, articles: Iterable[str]) -> Mapping[str, Snippet]:
        """Return a snippet for each of some articles that a search found, by id."""
        catalog = self._context.catalog()
        locations = {each: location for each in articles if (location := catalog.location(each))}
        highlighter = matches.highlighter
        return {
            article: make_snippet(
                highlighter,
                list(
                    map(strip_inline_markdown, self._context.texts.read_text_and_summary(location))
                ),
            )
            for article, location in locations.items()
        }

    def _answer(self, node: QueryNode, limit: int | None, *, newest: bool) -> Answer:
        split = split_query(node)
        if split.needs_index and (builder := self.current_query_builder()):
            try:
                rows, total, is_exact = self._search_index(split, builder, limit, newest=newest)
                return Answer(node, rows, total, is_exact)
            except IndexUnusable as error:
                self.discard_index(error)
        rows = self._search_rows(node)
        return Answer(node, rows[:limit], len(rows), is_exact=True)

    def parse(self, text: str) -> QueryNode:
        """Return the syntax tree of a query as of now.

        Raises:
            InvalidQuery: It cannot be parsed.
        """
        return parse_query(text, int(self._context.clock().timestamp()))

    def find_best(self, node: QueryNode, limit: int) -> list[tuple[ArticleRow, float]]:
        """Return the best articles for a query with their scores; none without an index.

        Raises:
            IndexUnusable: The index is damaged.
        """
        if (builder := self.current_query_builder()) is None:
            return []
        split = split_query(node)
        matches = self._row_predicate(split, builder)
        number = limit if matches is None else max(limit, MIN_FILTERED_HITS)
        hits = builder.index.search_uncounted(builder.build(split.index_part), number)
        found = [
            (row, hit.score)
            for hit in hits
            if (row := self.row_by_number(hit.number)) and (matches is None or matches(row))
        ]
        return found[:limit]

    def _row_predicate(self, split: SplitQuery, builder: IndexQueryBuilder) -> RowPredicate | None:
        """Return a function that tells whether a row matches what the index does not answer."""
        index = builder.index

        def leaf(condition: QueryLeaf) -> RowPredicate:
            if isinstance(condition, FeedCondition):
                return self._feed_predicate(condition)
            hits = index.search(builder.build(condition), max(1, index.document_count))
            numbers = {hit.number for hit in hits.hits}
            return lambda row: article_number(row.id) in numbers

        return build_predicate(split.row_part, leaf) if split.row_part.parts else None

    def _search_index(
        self, split: SplitQuery, builder: IndexQueryBuilder, limit: int | None, *, newest: bool
    ) -> tuple[list[ArticleRow], int, bool]:
        index, catalog = builder.index, self._context.catalog()
        matches = self._row_predicate(split, builder)
        if not split.index_part.parts:
            rows = [row for row in catalog.rows() if matches is None or matches(row)]
            return rows[:limit], len(rows), True
        number = limit or max(1, index.document_count)
        if matches is not None and limit:
            number = max(limit, MIN_FILTERED_HITS)
        query = builder.build(split.index_part)
        while True:
            hits = index.search(query, number, newest=newest)
            rows = self._rows_by_number([hit.number for hit in hits.hits])
            if matches is None:
                deleted = len(hits.hits) - len(rows)
                return rows[:limit], hits.total - deleted, True
            rows = [row for row in rows if matches(row)]
            if number >= hits.total or (limit and len(rows) >= limit):
                return rows[:limit], len(rows), number >= hits.total
            number *= 8

    def _rows_by_number(self, numbers: Iterable[int]) -> list[ArticleRow]:
        catalog = self._context.catalog()
        self._update_numbers(catalog)
        ids = map(self._numbers.find, numbers)
        return [row for article in ids if article and (row := catalog.get_row(article))]

    def _update_numbers(self, catalog: Catalog) -> None:
        if len(self._numbers) != catalog.total:
            self._numbers = ArticleNumbers(catalog)

    def _search_rows(self, node: QueryNode) -> list[ArticleRow]:
        """Return the rows that match; without the index, words match titles and categories."""
        catalog = self._context.catalog()

        def leaf(condition: QueryLeaf) -> RowPredicate:
            if isinstance(condition, FeedCondition):
                return self._feed_predicate(condition)
            if isinstance(condition, ValueCondition):
                return self._facts_predicate(lambda facts: matches_value(facts, condition))
            if not isinstance(condition, WordsCondition):
                raise TypeError(f"not a condition of words: {condition}")
            matches, field = make_highlighter([condition]).matches, condition.field
            if field == "author":
                return self._facts_predicate(lambda facts: any(map(matches, facts.authors)))
            if field == "url":
                return self._facts_predicate(lambda facts: matches(facts.url))
            return lambda row: (
                (field in ("", "title") and matches(row.title))
                or (field == "" and matches(row.category))
            )

        if node == MATCH_ALL:
            return list(catalog.rows())
        matches_row = build_predicate(node, leaf)
        return [row for row in catalog.rows() if matches_row(row)]

    def _facts_predicate(self, matches: Callable[[Article], bool]) -> RowPredicate:
        """Return a function that tells whether the facts of a row's article match."""
        every = self._context.articles(list(self._context.catalog()))
        ids = {facts.id for facts, _ in every if matches(facts)}
        return lambda row: row.id in ids

    def current_query_builder(self) -> IndexQueryBuilder | None:
        """Return a builder of queries of the current index; None if there is none."""
        index = self.current_index()
        if index is None:
            return None
        if self._query_builder is None:
            self._query_builder = IndexQueryBuilder(index)
        return self._query_builder

    def row_by_number(self, number: int) -> ArticleRow | None:
        """Return the row of an article by its number in the index; None if it is gone."""
        return next(iter(self._rows_by_number([number])), None)

    def read_text(self, article: str) -> str:
        """Return the text of an article; empty if there is none or it cannot be read."""
        location = self._context.catalog().location(article)
        return self._context.texts.read_text_and_summary(location)[0] if location else ""

    def discard_index(self, error: Exception) -> None:
        """Stop using a damaged index, so that the next update recreates it."""
        log.warning("%s", error)
        self._is_usable = False
        if self._index is not None:
            self._index.discard()
        self._query_builder = None


def drop_unfinished_word(search: SearchQuery) -> str:
    """Return the text of a search, and while it is typed without the last word, which may go on."""
    *_, last, end = [None, *tokenize_query(search.text)]
    if not (search.is_typing and last and end and last.end == end.start):
        return search.text
    is_unfinished = last.kind == "word" or not last.is_closed
    return search.text[: last.start] if is_unfinished else search.text


def matches_value(facts: Article, condition: ValueCondition) -> bool:
    """Return True if an article has a tag, a source or a language."""
    values = {"tag": facts.tags, "source": (facts.source,), "lang": (facts.language,)}
    value = normalize_text(condition.value)
    for each in map(normalize_text, values[condition.column]):
        if each == value or (condition.is_prefix and each.startswith(value)):
            return True
        if condition.column == "lang" and each.replace("_", "-").startswith(f"{value}-"):
            return True
    return False
