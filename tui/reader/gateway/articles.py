"""Single articles: reading and changing them, and summaries by a program of the user's."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

from store.model.article import FullArticle
from store.model.errors import ProgramFailed
from store.search.list_query import ListQuery
from store.text.clean import clean_line
from tui.actions import article_changes
from tui.actions.article_changes import ActionResult, ActionSteps, ArticleFlag, ListedArticles
from tui.actions.loose_pages import LoosePages
from tui.reader.gateway import messages
from tui.reader.gateway.worker import Part, Worker, library_job

if TYPE_CHECKING:
    from store.system.programs import ProgramRun
    from tui.actions.place_changes import PlaceEditor

MAX_TAG_ARTICLES = 500
"""Articles whose tags are read to suggest those that can be removed."""
MAX_SENT_ROWS = 1000
"""Changed rows that the list takes over; after more, it asks for those that it shows."""
MAX_PROGRAM_NAME_LENGTH = 24


class Articles(Part):
    """Loads articles and records reading events."""

    def __init__(self, worker: Worker, summaries: Summaries, loose: LoosePages) -> None:
        super().__init__(worker)
        self._summaries = summaries
        self._loose = loose
        self._insights_pending_for = ""
        """The article whose similar readings were asked for and are not searched yet."""

    def open_article(self, article: str) -> None:
        """Load an article, record that it was opened, and have its summary made."""
        self._load_article(article, opened=True)
        self.record_opened(article)

    def record_opened(self, article: str) -> None:
        """Record that an article was opened, and have its summary made."""
        self.record_event("opened", article)
        self._summaries.request_summary(article)

    def preview_article(self, article: str) -> None:
        """Load an article without opening it; nothing happens if it is gone."""
        self._load_article(article, opened=False)

    def load_insights(self, entry: FullArticle) -> None:
        """Find similar articles, then compute the insights of an article that is shown."""
        if entry.article.id != self._insights_pending_for:
            self._insights_pending_for = entry.article.id
            self._find_similar(entry)

    @library_job
    def load_link(self, article: str, purpose: str) -> None:
        """Load an article's title and URL."""
        metadata = self._get_article(article).article
        self._post(messages.LinkLoaded(purpose, metadata.title, metadata.url))

    @library_job
    def record_event(self, event: str, article: str, /, **data: Any) -> None:
        """Record an event of reading; a read-only library silently skips it, and loose pages have none."""
        if not self._library.read_only_reason and self._loose.get(article) is None:
            articles = self._worker.with_copies([article]) if event == "read" else [article]
            rows = self._library.record(event, articles, **data)
            self._post(messages.RowsChanged(self._worker.shown_rows(rows)))
            if event == "read":
                self._worker.run_hook("on_read", [article])

    @library_job
    def _load_article(self, article: str, *, opened: bool) -> None:
        is_known = self._library.get_row(article) or self._loose.get(article)
        if opened or is_known is not None:
            self._post(messages.ArticleLoaded(self._get_article(article), opened))

    def _get_article(self, article: str) -> FullArticle:
        return self._loose.get(article) or self._library.get_article(article)

    @library_job
    def _find_similar(self, entry: FullArticle) -> None:
        if entry.article.id == self._insights_pending_for:
            self._insights_pending_for = ""
            self._post(messages.SimilarFound(entry.article.id, self._library.similar(entry)))
            # A job of its own: what a key asked for in the meantime comes first.
            self._worker.submit(lambda: self._worker.post_insights(entry))


class Changes(Part):
    """Changes reading state and tags, deletes articles, and undoes changes.

    The state that a key toggles is looked up on the library's thread: the key may be pressed again
    before the first answer arrives.
    """

    def __init__(self, worker: Worker) -> None:
        super().__init__(worker)
        self._place_editor: PlaceEditor | None = None
        """Remembers which feeds were changed; None until one is."""

    def toggle_flag(
        self, flag: ArticleFlag, articles: messages.Articles, *, say: bool = False
    ) -> None:
        """Mark articles as read or star them, or undo that; `say` asks for a status line."""
        self._change(
            articles,
            lambda ids: article_changes.toggle_flag(self._library, ids, flag),
            lambda listed: article_changes.toggle_listed_flag(self._library, listed, flag),
            say=say,
        )

    def mark_all_read(self, articles: messages.Articles) -> None:
        """Mark articles as read that are unread, as one change."""
        self._change(
            articles,
            lambda ids: article_changes.set_state(self._library, ids, "read"),
            lambda listed: article_changes.set_listed_state(self._library, listed, "read"),
        )

    def mark_list_read(self, query: ListQuery | None = None) -> None:
        """Mark all articles of a list as read, as one change; without a query, of the shown list."""

        def change() -> ActionSteps:
            listing = self._worker.listing if query is None else self._library.listing(query)
            if listing is None:
                return ActionResult("")
            listed = ListedArticles(listing, range(listing.total))
            return (yield from article_changes.set_listed_state(self._library, listed, "read"))

        self._run_steps(change())

    def delete(self, articles: messages.Articles) -> None:
        """Delete articles, as one change."""
        self._change(
            articles,
            lambda ids: article_changes.delete(self._library, ids),
            lambda listed: article_changes.delete_listed(self._library, listed),
        )

    def tag(self, articles: messages.Articles, tag: str) -> None:
        """Add a tag to articles, as one change."""
        self._change(
            articles,
            lambda ids: article_changes.add_tag(self._library, ids, tag),
            lambda listed: article_changes.add_listed_tag(self._library, listed, tag),
        )

    def untag(self, articles: messages.Articles, tag: str) -> None:
        """Remove a tag from articles, as one change."""
        self._change(
            articles,
            lambda ids: article_changes.remove_tag(self._library, ids, tag),
            lambda listed: article_changes.remove_listed_tag(self._library, listed, tag),
        )

    def _change(
        self,
        articles: messages.Articles,
        change: Callable[[Sequence[str]], ActionResult],
        change_listed: Callable[[ListedArticles], ActionSteps],
        *,
        say: bool = True,
    ) -> None:
        """Change articles that are named at once, and rows of the list in steps."""
        if isinstance(articles, messages.ListedRows):
            self._run_steps(self._change_rows(articles, change_listed))
        else:
            self._worker.submit(
                lambda: self._report(change(self._worker.with_copies(articles)), say=say)
            )

    def _change_rows(
        self, rows: messages.ListedRows, change: Callable[[ListedArticles], ActionSteps]
    ) -> ActionSteps:
        return (yield from change(self._worker.find_listed(rows)))

    def _run_steps(self, steps: ActionSteps) -> None:
        def run() -> Iterator[None]:
            self._report((yield from steps))

        self._worker.run_steps(run())

    def undo(self) -> None:
        """Undo the last change, of feeds or of articles."""

        def undo() -> ActionSteps:
            undone = self._place_editor.undo() if self._place_editor is not None else None
            return undone or (yield from article_changes.undo_in_steps(self._library))

        self._run_steps(undo())

    @library_job
    def change_places(self, change: Callable[[PlaceEditor], ActionResult]) -> None:
        """Change feeds, as the function does that is given their editor."""
        if self._place_editor is None:
            from tui.actions.place_changes import PlaceEditor  # imported with the first change

            self._place_editor = PlaceEditor(self._library)
        self._report(change(self._place_editor))

    @library_job
    def list_tags(self, articles: messages.Articles) -> None:
        """List the tags of articles, unless there are too many, and all known tags."""
        found = self._worker.find_articles(articles)
        is_few = len(found) <= MAX_TAG_ARTICLES
        tags = article_changes.list_tags(self._library, found) if is_few else None
        self._post(messages.TagsListed(articles, tags, self._library.tags()))

    @library_job
    def list_undo_history(self) -> None:
        """List the changes that can be undone."""
        changes = self._library.undoable()
        if self._place_editor is not None:
            changes = self._place_editor.insert_changes(changes)
        titles = article_changes.find_titles(self._library, changes)
        self._post(messages.UndoHistoryListed(changes, titles))

    def _report(self, result: ActionResult, *, say: bool = True) -> None:
        if result.removed and self._worker.listing is not None:
            self._worker.listing = self._worker.listing.without(result.removed)
        notice = result.message if say else ""
        undo: messages.NextCommand | None = "app.undo" if result.is_undoable else None
        is_many = bool(result.listed_event) or len(result.rows) > MAX_SENT_ROWS
        rows = result.rows if is_many else self._worker.shown_rows(result.rows)
        self._post(
            messages.RowsChanged(
                rows, notice, result.removed, undo, is_done=result.is_undoable, is_many=is_many
            )
        )
        self._worker.run_hook("on_read", result.marked_read)
        if result.listed_event == "read" and self._worker.has_hook("on_read"):
            self._worker.run_hook("on_read", self._library.undoable(1)[0].articles)
        if result.is_list_stale:
            self._post(messages.LibraryChanged(result.rows.keys() & set(result.articles)))


@dataclass(frozen=True, slots=True)
class SummaryCommand:
    """A program with its arguments, and its timeout in seconds."""

    arguments: Sequence[str]
    timeout: float

    @property
    def name(self) -> str:
        """The program's file name."""
        return clean_line(Path(self.arguments[0]).name, MAX_PROGRAM_NAME_LENGTH)


class Summaries(Part):
    """Runs the user's summary command on articles that are opened: on a thread, one at a time.

    State is changed on the library's thread only, so nothing here needs a lock.

    Attributes:
        command: None if the user has not set one.
    """

    def __init__(self, worker: Worker) -> None:
        super().__init__(worker)
        self.command: SummaryCommand | None = None
        self._article_in_progress = ""
        """The article whose text the program has now."""
        self._next_article = ""
        """The article opened last; those before it are no longer wanted."""
        self._running_program: ProgramRun | None = None

    @library_job
    def request_summary(self, article: str) -> None:
        """Have a summary made, if there is a command and the article needs one."""
        self._next_article = "" if article == self._article_in_progress else article
        if not self._article_in_progress:
            self._start_summary()

    def stop(self) -> None:
        """Kill the program if it still runs: nobody waits for its answer."""
        if self._running_program is not None:
            self._running_program.kill()

    def _start_summary(self) -> None:
        article, self._next_article = self._next_article, ""
        command = self.command
        if command is None or self._library.get_row(article) is None:
            return
        entry = self._library.get_article(article)
        if self._library.summaries.needs_summary(entry, command.arguments):
            from store.system.programs import ProgramRun  # imported here: most have no program

            self._article_in_progress = article
            self._running_program = run = ProgramRun(command.arguments)
            self._post(messages.SummaryStatusChanged(article, command.name))
            arguments = (command, entry, run)
            Thread(target=self._run_command, args=arguments, name="summary", daemon=True).start()

    def _run_command(self, command: SummaryCommand, entry: FullArticle, run: ProgramRun) -> None:
        answer = problem = ""
        try:
            answer = run.run(entry.body.text, command.timeout)
        except (ProgramFailed, OSError) as error:
            problem = str(error)
        self._finish_summary(command, entry, answer, problem)

    @library_job
    def _finish_summary(
        self, command: SummaryCommand, entry: FullArticle, answer: str, problem: str
    ) -> None:
        self._article_in_progress = ""
        self._worker.submit(self._start_summary)
        self._post(messages.SummaryStatusChanged(entry.article.id, ""))
        if not problem and not clean_line(answer):
            problem = f"{command.name} wrote nothing"
        if problem:
            self._post(messages.OperationFailed(clean_line(f"summary_command: {problem}")))
        else:
            self._store_summary(command, entry, answer)

    def _store_summary(self, command: SummaryCommand, entry: FullArticle, answer: str) -> None:
        from store.library.summary_cache import apply_program_summary

        article = entry.article.id
        if self._library.get_row(article) is None:  # deleted in the meantime
            return
        body = apply_program_summary(entry.body, answer)
        summarized = replace(self._library.get_article(article), body=body)
        self._post(messages.ArticleLoaded(summarized, opened=False))
        self._worker.submit(lambda: self._worker.post_insights(summarized))
        self._library.summaries.save(article, body, command.arguments)
