"""The commands of line mode, by group; each takes the line that was typed."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import chain, zip_longest

from store.model.article import FullArticle
from store.model.errors import NewstuiError
from store.search.list_query import SHOWS, SORTS, ListQuery
from store.text.names import name_key
from store.text.urls import extract_host, is_deceptive_url, resolve_web_url
from tui.actions import article_export
from tui.actions.article_changes import (
    Action,
    ArticleFlag,
    add_tag,
    delete,
    find_titles,
    remove_tag,
    set_state,
    toggle_flag,
    undo,
)
from tui.actions.place_changes import keep_search
from tui.actions.places import FoundPlaces, PlaceFinder
from tui.config.settings_file import expand_user
from tui.plain.input import ParsedLine
from tui.plain.plain_session import PlainSession
from tui.rendering.markdown import find_links
from tui.rendering.place_lines import PlaceCounts, describe_place_counts
from tui.rendering.places import ALL_PLACE
from tui.rendering.wording import (
    describe_correction,
    describe_feed_problem,
    format_count,
    format_markdown_link,
    summarize_change,
)

CommandHandler = Callable[[ParsedLine], object]

PLAIN_FILL_OPTIONS = ("import files or a folder", "subscribe to a feed or add a page, by its URL")
RUNNING_LABELS = {"fetch": "Fetching feeds", "add": "Adding", "import": "Importing"}


class ListCommands:
    """Searching, filtering and sorting; a choice is typed as a number or as its first letters."""

    def __init__(self, session: PlainSession) -> None:
        self._session = session
        self._environment = session.environment
        self.handlers: Mapping[str, CommandHandler] = {
            "list.search": self._search,
            "list.filter": self._filter,
            "list.category": self._choose_place,
            "list.sort": self._sort,
            "list.keep_search": self._keep_search,
            "feeds.list": self._say_places,
            "list.fold_copies": self._fold_copies,
            "list.unfold_copies": self._unfold_copies,
        }

    @property
    def _query(self) -> ListQuery:
        return self._session.list.query

    def _search(self, typed: ParsedLine) -> None:
        words = typed.words or self._environment.ask_words("Search: ")
        self._session.list.change_query(replace(self._query, text=words))
        if words and not self._session.list.listing.total:
            self._correct(words)
        self._session.show_list()

    def _correct(self, words: str) -> None:
        """Search for the corrected words instead, if that finds anything."""
        corrected = self._session.library.correct_query(words)
        query = replace(self._query, text=corrected)
        if corrected and self._session.library.listing(query).total:
            self._session.list.change_query(query)
            self._environment.say(f"No matches; {describe_correction(corrected)}")

    def _filter(self, typed: ParsedLine) -> None:
        counts = self._count({show: replace(self._query, show=show) for show in SHOWS})
        show = SHOWS[self._choose(typed, "Show", SHOWS, counts)]
        self._session.change_query(replace(self._query, show=show))

    def _choose_place(self, typed: ParsedLine) -> None:
        found, counts = self._find_places()
        queries = {each: each.query for each in found.places if each.query is not None}
        names = [each.full_name for each in queries]
        labels = [describe_place_counts(each, counts) for each in queries]
        place, query = [*queries.items()][self._choose(typed, "Place", names, labels)]
        self._session.change_query(
            replace(
                self._query,
                show=query.show if place.kind == "show" else self._query.show,
                category=query.category,
                feeds=query.feeds,
                since=query.since,
                text=query.text or ("" if place == ALL_PLACE else self._query.text),
            )
        )

    def _fold_copies(self, typed: ParsedLine) -> None:
        query = replace(self._query, is_folded=not self._query.is_folded, unfolded=frozenset())
        self._session.change_query(query)

    def _unfold_copies(self, typed: ParsedLine) -> None:
        article = self._session.target(typed)
        place = self._session.list.listing.place(article)
        if place is None or self._session.list.row(place + 1).copy_count <= 0:
            raise NewstuiError("No copies are folded here")
        unfolded = self._query.unfolded ^ {self._session.list.row(place + 1).id}
        self._session.change_query(replace(self._query, unfolded=unfolded))

    def _find_places(self) -> tuple[FoundPlaces, PlaceCounts]:
        """Return the places and all their numbers."""
        environment = self._environment
        finder = PlaceFinder(self._session.library, environment.settings.searches)
        finder.is_folded = self._query.is_folded
        found = finder.find(int(environment.now().timestamp()))
        counts = dict(found.counts)
        for each in finder.count_searches():
            counts |= each
        if found.problem:
            environment.say(found.problem)
        return found, counts

    def _say_places(self, typed: ParsedLine) -> None:
        """List the places with their numbers, and the failing feeds with the reason."""
        found, counts = self._find_places()
        now = int(self._environment.now().timestamp())
        lines = []
        for each in found.places:
            indent = "  " * each.depth
            numbers = describe_place_counts(each, counts)
            lines.append(f"{indent}{each.name} ({numbers})" if numbers else f"{indent}{each.name}")
            feed = found.feeds.get(each.feed_key) if each.feed_key else None
            if feed is not None and (problem := describe_feed_problem(feed, now)):
                lines.append(f"{indent}  {problem}")
        self._environment.say_lines(lines)

    def _keep_search(self, typed: ParsedLine) -> None:
        if not self._query.text:
            raise NewstuiError("No search to keep")
        if name := typed.words or self._environment.ask_words("Name of the search: "):
            self._environment.say(keep_search(self._session.library, name, self._query.text))

    def _sort(self, typed: ParsedLine) -> None:
        sort = SORTS[self._choose(typed, "Sort by", SORTS)]
        self._session.change_query(replace(self._query, sort=sort))

    def _count(self, queries: Mapping[str, ListQuery]) -> list[str]:
        counts = self._session.library.counts(queries)
        return [
            f"{counts[each].total:,}" if each in counts else "invalid query" for each in queries
        ]

    def _choose(
        self, typed: ParsedLine, what: str, names: Sequence[str], counts: Sequence[str] = ()
    ) -> int:
        """Return the index of the name that was typed, or is chosen now."""
        words = typed.words or (str(typed.number) if typed.number else "")
        if not words:
            pairs = zip_longest(names, counts, fillvalue="")
            labels = (f"{name} ({count})" if count else name for name, count in pairs)
            self._environment.say_numbered(labels)
            words = self._environment.ask_words(f"{what}: ")
        if words.isdecimal() and 0 < int(words) <= len(names):
            return int(words) - 1
        for index, name in enumerate(names):
            if words and name_key(name).startswith(name_key(words)):
                return index
        raise NewstuiError(f"{what}: {words or 'nothing'} is none of {', '.join(names)}")


class EditCommands:
    """Reading state, tags, deletion, and undo."""

    def __init__(self, session: PlainSession) -> None:
        self._session = session
        self.handlers: Mapping[str, CommandHandler] = {
            "article.toggle_read": lambda typed: self._toggle(typed, "read"),
            "article.toggle_star": lambda typed: self._toggle(typed, "starred"),
            "article.delete": lambda typed: session.change(delete, session.targets(typed)),
            "article.tag": lambda typed: self._change_tag(typed, add_tag),
            "article.untag": lambda typed: self._change_tag(typed, remove_tag),
            "list.mark_all_read": lambda _: session.change(
                set_state, [*chain.from_iterable(session.list.listing.ids())], "read"
            ),
            "app.undo": lambda _: session.change(undo),
            "app.history": self._say_undo_history,
        }

    def _toggle(self, typed: ParsedLine, flag: ArticleFlag) -> None:
        self._session.change(toggle_flag, self._session.targets(typed), flag)

    def _change_tag(self, typed: ParsedLine, change: Action[Sequence[str], str]) -> None:
        if tag := typed.words or self._session.environment.ask_words("Tag: "):
            if tag.isdecimal() and not typed.last:  # the tag, and not the number of an article
                typed = replace(typed, number=0)
            self._session.change(change, self._session.targets(typed), tag)

    def _say_undo_history(self, typed: ParsedLine) -> None:
        undoable = self._session.library.undoable()
        titles = find_titles(self._session.library, undoable)
        lines = [summarize_change(change, titles) for change in undoable]
        self._session.environment.say_lines(lines or ["Nothing to undo"])


class ExportCommands:
    """Links, the clipboard, files, and programs."""

    def __init__(self, session: PlainSession) -> None:
        self._session = session
        self._environment = session.environment
        self.handlers: Mapping[str, CommandHandler] = {
            "article.open_url": self._open_url,
            "article.copy_url": lambda typed: self._copy(self._title_and_url(typed)[1]),
            "article.copy_link": lambda typed: self._copy(
                format_markdown_link(*self._title_and_url(typed))
            ),
            "article.page_text": lambda _: self._session.toggle_page_text(),
            "article.links": self._show_or_read_link,
            "article.export": self._export,
            "article.pipe": self._pipe,
        }

    def _target(self, typed: ParsedLine) -> FullArticle:
        return self._session.library.get_article(self._session.target(typed))

    def _title_and_url(self, typed: ParsedLine) -> tuple[str, str]:
        article = self._session.target_entry(typed).article
        if not article.url:
            raise NewstuiError("This article has no URL")
        return article.title, article.url

    def _open(self, url: str) -> None:
        if is_deceptive_url(url):
            prompt = f"This leads to {extract_host(url)}. y to open it: "
            if self._environment.ask_words(prompt).lower() != "y":
                raise NewstuiError("Not opened")
        self._environment.say(self._environment.open_url(url))

    def _copy(self, text: str) -> None:
        self._environment.say(text)
        self._environment.say(self._environment.copy(text))

    def _open_url(self, typed: ParsedLine) -> None:
        if self._session.article is not None and typed.number:
            url = self._link(typed.number)
            self._open(self._resolve(url) or url)
        else:
            self._open(self._title_and_url(typed)[1])

    def _show_or_read_link(self, typed: ParsedLine) -> None:
        if typed.number:
            self._session.read_link(self._resolve(self._link(typed.number)))
            return
        urls = self._links()
        known = self._session.library.find_urls(map(self._resolve, urls))
        self._environment.say_numbered(
            f"{url} (in the library)" if self._resolve(url) in known else url for url in urls
        )

    def _resolve(self, url: str) -> str:
        """Return a link of the open article as an absolute URL; empty if it is none of the web."""
        return resolve_web_url(url, self._session.require_article().full_article.article.url)

    def _links(self) -> list[str]:
        urls = find_links(self._session.require_article().full_article.body.text)
        if not urls:
            raise NewstuiError("This article has no links")
        return urls

    def _link(self, number: int) -> str:
        urls = self._links()
        if number > len(urls):
            raise NewstuiError(f"This article has {format_count(len(urls), 'link')}")
        return urls[number - 1]

    def _export(self, typed: ParsedLine) -> None:
        entry = self._target(typed)
        name = "" if typed.words.isdecimal() else typed.words
        suggested = article_export.suggest_export_path(entry)
        name = name or self._environment.ask_words(f"File (enter for {suggested}): ") or suggested
        self._environment.say(article_export.export_article(entry, expand_user(name)))

    def _pipe(self, typed: ParsedLine) -> None:
        entry = self._target(typed)
        configured = shlex.join(self._environment.settings.pipe_command)
        hint = f" (enter for {configured})" if configured else ""
        words = typed.words or self._environment.ask_words(f"Program{hint}: ") or configured
        if arguments := article_export.parse_pipe_command(words):
            text = article_export.render_markdown(entry)
            output = article_export.run_pipe_command(arguments, text).rstrip("\n")
            self._environment.say(output or article_export.describe_pipe_end(arguments))


class FeedCommands:
    """Feeds, pages and imports: runs commands of newstui on the user's own library."""

    def __init__(self, session: PlainSession) -> None:
        self._session = session
        self._environment = session.environment
        self.handlers: Mapping[str, CommandHandler] = {
            "feeds.fetch": lambda _: self._run(["fetch"]),
            "feeds.add": self._add,
            "app.welcome": self._welcome,
        }

    def _add(self, typed: ParsedLine) -> None:
        if not typed.words and self._session.keep_loose_page():
            return
        if urls := (typed.words or self._environment.ask_words("URL: ")).split():
            self._run(["add", "--", *urls])

    def _welcome(self, typed: ParsedLine) -> None:
        self._environment.say_numbered(PLAIN_FILL_OPTIONS)
        chosen = self._environment.ask_words("Number, or enter to go back: ")
        if chosen == "1" and (path := self._environment.ask_words("File or folder: ")):
            self._run(["import", "--", str(expand_user(path))])
        elif chosen == "2":
            self._add(ParsedLine())

    def _run(self, arguments: Sequence[str]) -> None:
        self._environment.say(f"{RUNNING_LABELS[arguments[0]]} … ctrl+c to stop")
        self._environment.run(arguments)
        if self._environment.is_library_filled():
            self._session.should_restart = True
        else:
            self._session.refresh()
