"""The messages from the library to the reader's screen: the parts that receive each, in their order.

What several parts do with one message is here as well.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from tui.reader.gateway import messages

if TYPE_CHECKING:
    from tui.reader.screen.reader_screen import Reader

Receiver = Callable[[Any], object]
"""Receives the messages of one type."""
ReceiverTable = Mapping[type[messages.LibraryMessage], Sequence[Receiver]]


def make_receiver_table(reader: Reader) -> ReceiverTable:
    """Return the receivers of each message of the library, in the order in which they are called."""
    overlays, places, previews = reader.overlays, reader.places, reader.previews
    return {
        messages.ArticleLoaded: [
            reader.articles.show,
            reader.pages.load_wanted_text,
            reader.side.show,
            previews.receive,
            overlays.receive_message,
            lambda _: reader.call_after_refresh(reader.update_status),  # how far one is in it
        ],
        **_page_receivers(reader),
        messages.InsightsComputed: [reader.side.show_insights],
        messages.SummaryStatusChanged: [reader.side.show_summary_status],
        messages.SimilarFound: [reader.side.show_similar, overlays.receive_message],
        **_list_receivers(reader),
        messages.RowsChanged: [
            partial(_receive_changes, reader),
            reader.header.refresh_after_change,
            places.refresh,
            overlays.receive_message,
        ],
        messages.LibraryChanged: [
            previews.forget_texts,
            reader.lists.reload,
            reader.header.refresh,
            places.refresh,
        ],
        **_progress_receivers(reader),
        **_dialog_receivers(reader),
        messages.OperationFailed: [
            reader.lists.show_failure,
            partial(_show_failure, reader),
            overlays.receive_message,
        ],
    }


def _progress_receivers(reader: Reader) -> ReceiverTable:
    return {
        messages.Progressed: [reader.status.show_progress],
        messages.LibraryLoaded: [
            partial(_finish_loading, reader),
            reader.header.refresh,
            reader.places.refresh,
        ],
        messages.AccessChanged: [partial(_show_access, reader)],
        messages.IndexEnded: [
            reader.status.end_progress,
            reader.side.reload_insights,
            reader.places.refresh,
            reader.overlays.receive_message,
        ],
        messages.FetchEnded: [
            reader.status.end_progress,
            reader.feeds.show_fetch_result,
            reader.header.refresh,
            reader.places.refresh,
        ],
    }


def _dialog_receivers(reader: Reader) -> ReceiverTable:
    return {
        messages.BackupFailed: [partial(_show_failure, reader)],
        messages.LinkLoaded: [reader.links.use_link],
        messages.TagsListed: [reader.edits.suggest_tags],
        messages.ExportNameSuggested: [reader.exports.prompt_for_file],
        messages.ArticleRendered: [reader.exports.pipe],
        messages.PlacesListed: [reader.places.show_places],
        messages.PlacesCounted: [reader.places.show_counts, reader.describe_selected_place],
        messages.PrivateHostDetected: [reader.feeds.confirm_private_host],
        messages.UndoHistoryListed: [reader.edits.show_undo_history],
        messages.StoryUpdated: [reader.overlays.receive_message],
        messages.FrontPageUpdated: [reader.overlays.receive_message],
        messages.StatisticsUpdated: [reader.overlays.receive_message],
        messages.PaceMeasured: [reader.overlays.receive_message],
    }


def _list_receivers(reader: Reader) -> ReceiverTable:
    return {
        messages.RowsListed: [
            partial(_receive_rows, reader),
            reader.places.mark_shown,
            reader.header.refresh,
        ],
        messages.ListCounted: [reader.header.show_counts],
        messages.WindowLoaded: [reader.lists.add_window],
        messages.UnreadFound: [reader.navigation.show_unread],
        messages.UnreadListed: [reader.overlays.show_triage],
        messages.FiltersCounted: [reader.lists.choose_filter],
        messages.SearchCompleted: [reader.search.show_matches, partial(_follow_matches, reader)],
        messages.SearchRejected: [reader.search.show_query_error],
        messages.SnippetsFound: [reader.search.show_snippets],
    }


def _page_receivers(reader: Reader) -> ReceiverTable:
    return {
        messages.PageFetchStarted: [reader.pages.show_fetch],
        messages.PageTextLoaded: [reader.pages.show_text],
        messages.LinkResolved: [reader.pages.open_resolved],
        messages.KnownLinksFound: [reader.pages.mark_known_links],
        messages.PageKept: [reader.pages.show_kept],
    }


def _receive_rows(reader: Reader, message: messages.RowsListed) -> None:
    """Show a list."""
    if reader.lists.show_rows(message):
        reader.is_list_known = True
        reader.update_status()
        reader.previews.follow()


def _follow_matches(reader: Reader, _: messages.LibraryMessage) -> None:
    """Show the article under the cursor of what was found, once the user types no more."""
    reader.previews.follow(waits=reader.search.input is not None)


def _receive_changes(reader: Reader, message: messages.RowsChanged) -> None:
    """Update list and panes, and say what was done."""
    changed = None if message.is_many else [*message.rows, *message.removed]
    reader.previews.preview.forget(changed)
    if message.removed:
        reader.lists.remove(message.removed)
        reader.side.remove(message.removed)
        reader.articles.remove(message.removed)
        reader.previews.follow(rests=True)
    if not message.is_many:
        reader.article_list.update_rows(message.rows)
    elif not message.removed:
        reader.article_list.reload_rows()
    reader.side.update_similar(message)
    entries = (reader.article_view.full_article, reader.side_pane.full_article)
    for article in {each.article.id for each in entries if each}:
        if message.is_many or article in message.rows:
            reader.gateway.articles.preview_article(article)
    if message.notice:
        is_done = message.is_done or bool(message.rows or message.removed or message.is_many)
        hint = message.describe_next(reader.keymap)
        reader.status_line.show_notice(message.notice, "done" if is_done else "info", hint)
    elif message.next_command is not None:
        reader.status_line.retract_hint()
    reader.update_status()


def _finish_loading(reader: Reader, message: messages.LibraryLoaded) -> None:
    """Report what is wrong with the library and the settings."""
    reader.state.read_only_reason = message.read_only_reason
    reader.lists.finish_loading()
    reader.status.end_progress(message)
    problems = [
        *filter(None, [message.read_only_reason]),
        *reader.settings_faults,
        *message.problems,
    ]
    if problems:
        reader.status_line.show_problems(problems, reader.keymap.first_key("app.problems"))


def _show_access(reader: Reader, message: messages.AccessChanged) -> None:
    """Say that nothing can be changed for now, or that it can again."""
    reader.state.read_only_reason = message.read_only_reason
    if message.read_only_reason:
        reader.status_line.show_notice(message.read_only_reason, "failed")
    else:
        reader.side.ask_again()
        if reader.articles.is_loading and reader.state.current_pane == "article":
            reader.articles.open(reader.state.requested_article, visit=False)
        else:
            reader.previews.load_again()
        reader.status_line.show_notice("Changes are saved again", "done")
    reader.update_status()


def _show_failure(
    reader: Reader, message: messages.OperationFailed | messages.BackupFailed
) -> None:
    """Show what failed."""
    reader.is_list_known = True
    reader.status_line.show_notice(message.problem, "failed")
