"""The commands of the reader's screen: the part that does each, and those that several parts do."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from tui.reader.dialogs.dialog import CommandTable
from tui.reader.dialogs.moves import movement_commands
from tui.reader.screen.article_actions import is_article
from tui.terminal.session import can_be_resumed

if TYPE_CHECKING:
    from tui.reader.screen.reader_screen import Reader


def make_command_table(reader: Reader) -> CommandTable:
    """Return what carries out each command of the screen."""
    return {
        **_navigation_commands(reader),
        **_article_commands(reader),
        **_text_commands(reader),
        **_list_commands(reader),
        **_view_commands(reader),
        "app.undo": reader.gateway.changes.undo,
        "app.history": reader.gateway.changes.list_undo_history,
        "app.help": lambda: reader.overlays.show_help(reader.place or reader.state.current_pane),
        "app.palette": reader.overlays.show_palette,
        "app.problems": reader.overlays.show_problems,
        "app.theme": reader.overlays.choose_theme,
        "app.welcome": reader.welcome.choose,
        "app.redraw": reader.host.redraw,
        "app.suspend": partial(_suspend, reader),
        "app.leave": partial(_leave, reader),
        "app.quit": lambda: reader.app.action_quit(),
    }


def _navigation_commands(reader: Reader) -> CommandTable:
    go = reader.navigation
    return {
        **movement_commands(reader.move, lambda: reader.page_size),
        "move.page_down": go.page_down,
        "move.next_article": go.step_article,
        "move.previous_article": lambda count=1: go.step_article(-count),
        "move.next_unread": _by_pane(reader, reader.places.step_unread, go.step_unread),
        "move.previous_unread": _by_pane(
            reader,
            lambda count=1: reader.places.step_unread(-count),
            lambda count=1: go.step_unread(-count),
        ),
        "move.next_pane": lambda: reader.panes.step(1),
        "move.previous_pane": lambda: reader.panes.step(-1),
        "trail.back": lambda count=1: reader.articles.follow_trail(-count),
        "trail.forward": reader.articles.follow_trail,
        **{f"similar.jump:{n}": partial(reader.side.open_similar, n) for n in range(1, 6)},
    }


def _article_commands(reader: Reader) -> CommandTable:
    return {
        "article.open": partial(_open_selected, reader),
        "article.back": partial(go_back, reader),
        "article.page_text": reader.pages.toggle_text,
        "article.open_url": lambda: reader.links.request_link("open"),
        "article.copy_url": lambda: reader.links.request_link("copy url"),
        "article.copy_link": lambda: reader.links.request_link("copy link"),
        "article.toggle_read": _for_library(reader, lambda: reader.edits.toggle_flag("read")),
        "article.toggle_star": _for_library(reader, lambda: reader.edits.toggle_flag("starred")),
        "article.delete": _for_library(reader, reader.edits.delete),
        "article.tag": _for_library(reader, lambda: reader.edits.prompt_for_tag(adds=True)),
        "article.untag": _for_library(reader, lambda: reader.edits.prompt_for_tag(adds=False)),
        "article.export": _for_library(reader, reader.exports.request_export_name),
        "article.pipe": _for_library(reader, reader.exports.prompt_for_command),
    }


def _text_commands(reader: Reader) -> CommandTable:
    text, view = reader.text, reader.article_view
    select = view.move_selection
    return {
        "article.find": text.start_find,
        "article.links": reader.pages.show_links,
        "find.next": lambda count=1: view.step_hit(count),
        "find.previous": lambda count=1: view.step_hit(-count),
        "find.keep": text.close_find_bar,
        "find.close": text.close_find_bar,
        "select.start": text.start_selection,
        "select.begin": view.toggle_selection_anchor,
        "select.word_next": lambda count=1: select("word", count),
        "select.word_previous": lambda count=1: select("word", -count),
        "select.paragraph_next": lambda count=1: select("paragraph", count),
        "select.paragraph_previous": lambda count=1: select("paragraph", -count),
        "select.copy": text.copy_selection,
        "select.leave": text.cancel_selection,
    }


def _list_commands(reader: Reader) -> CommandTable:
    return {
        "list.search": reader.search.start,
        "list.filter": reader.lists.request_filters,
        "list.category": reader.places.request_picker,
        "list.sort": reader.lists.choose_sort,
        "list.mark_all_read": _by_pane(
            reader, reader.places.mark_all_read, reader.edits.mark_all_read
        ),
        "list.fold_copies": reader.places.toggle_copies,
        "list.unfold_copies": reader.places.unfold_copies,
        "list.mark_above_read": lambda: reader.edits.mark_read_beside(above=True),
        "list.mark_below_read": lambda: reader.edits.mark_read_beside(above=False),
        "list.select": reader.edits.toggle_selection,
        "list.select_all": reader.edits.toggle_all_selected,
        "list.export": reader.exports.prompt_for_list_file,
        "list.keep_search": reader.place_edits.keep_search,
        "place.fold": reader.place_tree.toggle_fold,
        "place.filter": reader.places.start_filter,
        "feeds.edit": reader.place_edits.edit,
        "feeds.unsubscribe": reader.place_edits.unsubscribe,
        "feeds.fetch": _by_pane(reader, reader.places.fetch, reader.feeds.fetch),
        "feeds.fetch_all": reader.feeds.fetch,
        "feeds.list": reader.places.open,
        "feeds.add": partial(_add, reader),
    }


def _view_commands(reader: Reader) -> CommandTable:
    return {
        "view.story": _for_library(reader, reader.overlays.show_story),
        "view.front_page": reader.overlays.show_front_page,
        "view.triage": reader.overlays.request_triage,
        "view.statistics": reader.overlays.show_statistics,
        "view.zoom": partial(_toggle_zoom, reader),
        "view.side": reader.panes.toggle_side,
        "view.narrower": lambda: reader.article_view.change_measure(-1),
        "view.wider": lambda: reader.article_view.change_measure(1),
    }


def _by_pane(
    reader: Reader, in_places: Callable[..., object], elsewhere: Callable[..., object]
) -> Callable[..., object]:
    """Return what does one thing to places and another one to articles."""

    def run(*count: int) -> object:
        return (in_places if reader.state.current_pane == "places" else elsewhere)(*count)

    return run


def _for_library(reader: Reader, run: Callable[[], object]) -> Callable[[], object]:
    """Return a command that does nothing to a page that is not in the library."""
    return lambda: None if reader.pages.reject_loose_page() else run()


async def _add(reader: Reader) -> None:
    """Add the loose page that is being read, else ask for URLs."""
    if not reader.pages.keep():
        await reader.welcome.prompt_for_urls()


def _open_selected(reader: Reader) -> None:
    """Open the current article or place, or do what enter does in the side pane."""
    if reader.state.current_pane == "places":
        reader.place_tree.choose()
        return
    article = reader.state.current_article
    is_in_side_pane = reader.state.current_pane == "side"
    is_about_article = is_article(reader.side_pane.full_article, article)
    if is_in_side_pane and is_about_article and reader.side_pane.activate_line():
        return
    if article and not (reader.state.is_reading and reader.articles.is_loading):
        reader.articles.open_or_resume(article)


def go_back(reader: Reader) -> None:
    """Return to the pane before; in the list cancel or clear the first of these there is."""
    if reader.prompts.prompt is not None:
        reader.prompts.close()
    elif reader.pages.cancel_fetch():
        pass
    elif reader.search.input is not None or reader.state.current_pane == "list":
        _ = (
            reader.edits.clear_selection()
            or reader.exports.cancel()
            or reader.search.clear()
            or reader.feeds.cancel_fetch()
            or reader.lists.clear_filter()
        )
    elif reader.state.current_pane == "places":
        if not reader.places.close_input():
            reader.places.close()
    elif reader.state.current_pane == "side" and reader.state.is_reading:
        reader.panes.focus("article")
    else:
        reader.articles.save_position()
        reader.panes.return_to_list()


async def _leave(reader: Reader) -> None:
    """Go back one step: to the pane before, from matches to the whole list; from that, quit."""
    is_visible = bool(reader.panes.layout.visible_panes)
    if is_visible and reader.state.current_pane != "list":
        go_back(reader)
    elif not (
        is_visible
        and (reader.edits.clear_selection() or reader.search.clear() or reader.lists.clear_filter())
    ):
        await reader.app.action_quit()


def _toggle_zoom(reader: Reader) -> None:
    """Show only the article, or the side pane if the user is there, or all panes again."""
    reader.panes.is_zoomed = not reader.panes.is_zoomed
    if reader.panes.is_zoomed and reader.state.current_pane == "list":
        _open_selected(reader)
    elif reader.panes.is_zoomed:
        reader.articles.enter_passed()
    reader.panes.update()


def _suspend(reader: Reader) -> None:
    """Suspend the process, if somebody can resume it."""
    if not can_be_resumed():
        reader.status_line.show_notice("Cannot suspend: no shell to return to")
        return
    reader.articles.save_position()
    reader.app.action_suspend_process()
