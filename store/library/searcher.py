"""Answer queries about a library, whatever answers their parts.

A search that finds nothing is asked again with its misspelt words corrected, and then for most of its
words. An article whose title was typed is found whatever the signs in it mean.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from store.library.search_engine import Answer, SearchEngine
from store.model.article import ArticleRow, Snippet
from store.model.errors import InvalidQuery
from store.model.times import Clock
from store.search.highlight import make_highlighter, make_snippet, no_other_forms
from store.search.index import IndexUnusable
from store.search.language import (
    describe_unfinished_value,
    parse_query,
    replace_words,
    tokenize_query,
)
from store.search.list_query import Matches, SearchQuery
from store.search.syntax_tree import (
    QueryNode,
    WordsCondition,
    iter_wanted_words,
    loosen,
    split_query,
)
from store.text.clean import clean_line
from store.text.markdown import strip_inline_markdown
from store.text.tokenizer import has_words


class Searcher:
    """Searches one library, on its thread."""

    def __init__(self, engine: SearchEngine, clock: Clock) -> None:
        """Let `engine` answer the parsed queries."""
        self._engine = engine
        self._clock = clock

    @property
    def problem(self) -> str:
        """A line about what a search misses, and why; empty if it finds everything."""
        return self._engine.problem

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
        forms = words.forms if (words := self._engine.vocabulary) else no_other_forms
        wanted = list(iter_wanted_words(answer.node))
        highlighter = make_highlighter(wanted, forms)
        typed = [each.text for each in wanted]
        return Matches(answer.rows, answer.total, answer.is_exact, note, highlighter, typed)

    def _unfinished_value(self, search: SearchQuery) -> str:
        try:
            now = int(self._clock().timestamp())
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
            if (answer := self._engine.answer(node, limit, newest=search.newest_first)).rows:
                matches = self._to_matches(answer)
                return replace(matches, corrected=corrected, is_loosened=True, suggested=suggested)
        return replace(self._to_matches(nothing), suggested=suggested)

    def correct(self, search: SearchQuery) -> str:
        """Return a query with the words corrected that the index lacks; empty if there are none."""
        vocabulary, now = self._engine.vocabulary, int(self._clock().timestamp())
        if vocabulary is None:
            return ""
        try:
            node = parse_query(search.text, now, typing=search.is_typing)
            replacements = dict(vocabulary.correct_words(iter_wanted_words(node)))
        except InvalidQuery:
            return ""
        except IndexUnusable as error:
            self._engine.discard_index(error)
            return ""
        corrected = replace_words(search.text, replacements)
        return corrected if corrected != search.text else ""

    def _loosened(self, search: SearchQuery) -> Iterator[QueryNode]:
        """Yield less strict forms of a query: without the word being typed, with most of its words."""
        now, text = int(self._clock().timestamp()), drop_unfinished_word(search)
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
        title = clean_line(search.text)
        now = int(self._clock().timestamp())
        try:
            node = parse_query(search.text, now, typing=search.is_typing)
        except InvalidQuery:
            if not title or not (rows := self._engine.find_in_titles(title)):
                raise
            phrase = WordsCondition(title, "title", is_phrase=True)
            answer = Answer(phrase, rows, len(rows), is_exact=True)
        else:
            answer = self._engine.answer(node, limit, newest=search.newest_first)
        titled = self._engine.find_titled(title)
        return answer.with_titled(titled, limit, newest=search.newest_first)

    def snippets(self, matches: Matches, articles: Iterable[str]) -> Mapping[str, Snippet]:
        """Return a snippet for each of some articles that a search found, by id."""
        highlighter = matches.highlighter
        return {
            article: make_snippet(highlighter, list(map(strip_inline_markdown, texts)))
            for article, texts in self._engine.read_texts(articles).items()
        }

    def parse(self, text: str) -> QueryNode:
        """Return the syntax tree of a query as of now.

        Raises:
            InvalidQuery: It cannot be parsed.
        """
        return parse_query(text, int(self._clock().timestamp()))


def drop_unfinished_word(search: SearchQuery) -> str:
    """Return the text of a search, and while it is typed without the last word, which may go on."""
    *_, last, end = [None, *tokenize_query(search.text)]
    if not (search.is_typing and last and end and last.end == end.start):
        return search.text
    is_unfinished = last.kind == "word" or not last.is_closed
    return search.text[: last.start] if is_unfinished else search.text
