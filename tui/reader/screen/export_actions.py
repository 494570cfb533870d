"""Exporting articles to files, and piping one to a command."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from textual.screen import Screen

from store.model.errors import InvalidInput, NewstuiError
from store.model.times import format_timestamp, from_microseconds
from store.text.clean import clean_line, clean_text
from tui.actions.article_export import (
    describe_pipe_end,
    find_export_fault,
    parse_pipe_command,
    run_pipe_command,
)
from tui.config.keymaps import Keymap
from tui.config.settings_file import expand_user
from tui.reader.dialogs.text_dialog import TextDialog
from tui.reader.gateway import messages
from tui.reader.gateway.exports import Exports
from tui.reader.gateway.messages import Articles
from tui.reader.screen.daemon_thread import run_in_daemon_thread
from tui.reader.screen.prompts import Prompts
from tui.reader.screen.reader_state import ReaderState
from tui.reader.widgets.bars import StatusLine
from tui.reader.widgets.inputs import Prompt
from tui.rendering.wording import format_count

MIN_LONG_QUESTION_COLUMNS = 80
"""The width from which the question for a file says what a folder gets."""
MAX_OUTPUT_LINES = 2000
"""Of what a command writes."""


@dataclass(eq=False)
class ExportActions:
    """Exports the current article or the listed ones."""

    screen: Screen[None]
    keymap: Keymap
    exports: Exports
    state: ReaderState
    prompts: Prompts
    status_line: StatusLine
    pipe_command: Sequence[str]
    """The command proposed for piping."""
    now: Callable[[], int]
    clear_selection: Callable[[], object]

    async def request_export_name(self) -> None:
        """Ask for a file name for the article, for `prompt_for_file`; or for the selected ones."""
        if self._is_selecting:
            await self.prompt_for_list_file()
        elif article := self.state.current_article:
            self.exports.suggest_export_name(article)

    @property
    def _is_selecting(self) -> bool:
        is_in_list = self.state.current_pane == "list"
        return is_in_list and self.state.article_list.selected_places is not None

    async def prompt_for_file(self, message: messages.ExportNameSuggested) -> None:
        """Ask for the file to export to, unless the user is busy with something else by now."""
        if self.prompts.prompt is not None or not self.screen.is_active:
            return

        def export(text: str) -> None:
            if name := text.strip():
                self.exports.export_article(message.article, expand_user(name))

        prompt = Prompt("Export to file", message.path, "export")
        await self.prompts.ask(prompt, export, partial(find_export_fault, many=False))

    async def prompt_for_list_file(self) -> None:
        """Ask for the file or folder to export the selected articles to, or all listed ones."""
        articles: Articles | None = self.state.listed_articles
        count = self.state.article_list.total
        if self._is_selecting:
            articles = self.state.chosen_articles
            count = len(self.state.article_list.selected_places or ())
        if self.exports.is_exporting:
            self.status_line.show_notice(f"Already exporting · {self.keymap.cancel_key} to cancel")
        elif count:

            def export(text: str) -> None:
                if name := text.strip():
                    timestamp = format_timestamp(from_microseconds(self.now() * 1_000_000))
                    self.clear_selection()
                    self.exports.export_list(articles, expand_user(name), timestamp)

            prompt = Prompt(_list_question(count, self.screen.app.size.width), verb="export")
            await self.prompts.ask(prompt, export, partial(find_export_fault, many=True))

    def cancel(self) -> bool:
        """Cancel the export of the list; return False if there is none."""
        was_exporting: bool = self.exports.is_exporting
        if was_exporting:
            self.exports.stop_export()
        return was_exporting

    # -- piping ------------------------------------------------------------------------------

    async def prompt_for_command(self) -> None:
        """Ask for the command to pipe the article to."""
        if article := self.state.current_article:

            def pipe(text: str) -> None:
                self._request_markdown(article, text)

            command = shlex.join(self.pipe_command)
            prompt = Prompt("Pipe to command", command, "run")
            await self.prompts.ask(prompt, pipe, _find_command_fault)

    def _request_markdown(self, article: str, command: str) -> None:
        arguments = parse_pipe_command(command)
        if arguments:
            self.status_line.show_notice(f"Running {clean_line(arguments[0])}…")
            self.exports.render_markdown(article, arguments)

    def pipe(self, message: messages.ArticleRendered) -> None:
        """Run the command on the article, off the event loop."""
        self.screen.run_worker(self._pipe(message.arguments, message.text), group="pipe")

    async def _pipe(self, arguments: list[str], text: str) -> None:
        try:
            output = await run_in_daemon_thread(run_pipe_command, arguments, text)
        except NewstuiError as error:
            self.status_line.show_notice(clean_line(str(error)), "failed")
            return
        self.status_line.show_notice(describe_pipe_end(arguments), "done")
        if lines := clean_text(output).strip().splitlines():
            dialog = TextDialog(self.keymap, clean_line(arguments[0]), lines[:MAX_OUTPUT_LINES])
            self.screen.app.push_screen(dialog)


def _find_command_fault(command: str) -> str:
    """Return what is wrong with a command; the prompt stays open then."""
    try:
        parse_pipe_command(command)
    except InvalidInput as error:
        return str(error)
    return ""


def _list_question(count: int, columns: int) -> str:
    if columns < MIN_LONG_QUESTION_COLUMNS:
        return f"Export {count:,} to .json .jsonl .html .epub folder/"
    formats = (
        ".json, .jsonl, .html, .epub, or folder/: Markdown"  # with the count, 76 cells at most
    )
    return f"Export {format_count(count, 'article')} to ({formats})"
