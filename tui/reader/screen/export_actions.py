"""Articles on their way out of the reader: into a file, into a program."""

from __future__ import annotations

import asyncio
import shlex
from pathlib import Path

from textual import on, work

from store.model.errors import InvalidInput, NewstuiError
from store.model.times import format_timestamp, from_microseconds
from store.text.clean import clean_line, clean_text
from tui.actions.article_export import describe_pipe_end, parse_pipe_command, run_pipe_command
from tui.reader.dialogs.text_dialog import TextDialog
from tui.reader.gateway import messages
from tui.reader.screen.prompting import Asking
from tui.reader.widgets.inputs import ExportPrompt, ListExportPrompt, PipePrompt

MAX_OUTPUT_LINES = 2000
"""Lines of a program's output."""


class Exporting(Asking):
    """Writing the article to a file, and giving it to a program."""

    def action_article_export(self) -> None:
        """Ask for the file; its name is proposed."""
        if self.current_article:
            self.gateway.exports.suggest_export_name(self.current_article)

    @on(messages.ExportNameSuggested)
    async def prompt_for_file(self, message: messages.ExportNameSuggested) -> None:
        """Ask for the file, unless something else was asked for meanwhile."""
        if self.prompt is None and self.is_active:
            await self.show_prompt(ExportPrompt(message.article, "file to export to", message.path))

    @on(ExportPrompt.Submitted, "ExportPrompt")
    def export_article(self, event: ExportPrompt.Submitted) -> None:
        """Write the file that was named; its suffix tells the form."""
        asked, name = event.input, event.value.strip()
        if isinstance(asked, ExportPrompt) and self.close_if_current(asked) and name:
            self.gateway.exports.export_article(asked.article, Path(name).expanduser())

    # -- all of the list -------------------------------------------------------------------

    async def action_list_export(self) -> None:
        """Ask where all articles of the list go."""
        if self.gateway.exports.is_exporting:
            self.status_line.show_notice(
                f"exporting already; {self.keymap.first_key('article.back')} stops it"
            )
        elif self.article_list.rows:
            await self.show_prompt(ListExportPrompt([row.id for row in self.article_list.rows]))

    @on(ListExportPrompt.Submitted, "ListExportPrompt")
    def export_list(self, event: ListExportPrompt.Submitted) -> None:
        """Write them to what was named."""
        asked, name = event.input, event.value.strip()
        if isinstance(asked, ListExportPrompt) and self.close_if_current(asked) and name:
            made = format_timestamp(from_microseconds(self.now() * 1_000_000))
            self.gateway.exports.export_list(asked.articles, Path(name).expanduser(), made)

    @on(messages.ExportProgressed)
    def show_export_progress(self, message: messages.ExportProgressed) -> None:
        """Say how far it is."""
        told = f"exporting {message.done:,} of {message.total:,}"
        self._progress_text = told if message.total else ""
        self.update_status()

    def stop_export(self) -> bool:
        """Stop the export of a list; tells whether there was one."""
        there: bool = self.gateway.exports.is_exporting
        if there:
            self.gateway.exports.stop_export()
        return there

    # -- to a program ----------------------------------------------------------------------

    async def action_article_pipe(self) -> None:
        """Ask for the program the article is given to."""
        if self.current_article:
            command = shlex.join(self.settings.pipe_command)
            await self.show_prompt(
                PipePrompt(self.current_article, "program to pipe the article to", command)
            )

    @on(PipePrompt.Submitted, "PipePrompt")
    def pipe_article(self, event: PipePrompt.Submitted) -> None:
        """Fetch the article for the program that was named."""
        asked = event.input
        if not isinstance(asked, PipePrompt) or not self.close_if_current(asked):
            return
        try:
            arguments = parse_pipe_command(event.value)
        except InvalidInput as error:
            self.status_line.show_notice(str(error))
            return
        if arguments:
            self.status_line.show_notice(f"running {clean_line(arguments[0])} …")
            self.gateway.exports.render_markdown(asked.article, arguments)

    @on(messages.ArticleRendered)
    def pipe_rendered_article(self, message: messages.ArticleRendered) -> None:
        """Give the article to the program."""
        self.run_pipe_command(message.arguments, message.text)

    @work(group="pipe")
    async def run_pipe_command(self, arguments: list[str], text: str) -> None:
        """Run the program off the event loop, and show what it writes."""
        try:
            out = await asyncio.to_thread(run_pipe_command, arguments, text)
        except NewstuiError as error:
            self.status_line.show_notice(clean_line(str(error)))
            return
        name = clean_line(arguments[0])
        self.status_line.show_notice(describe_pipe_end(arguments))
        if lines := clean_text(out).strip().splitlines():
            self.app.push_screen(TextDialog(name, lines[:MAX_OUTPUT_LINES]))
