"""Dialogs that ask for one of several lines: a filter, a place, a theme."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from textual import events
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tui.config.commands import Command, format_key
from tui.config.settings import AUTO_THEME_NAME
from tui.reader.dialogs.dialog import CommandTable
from tui.reader.dialogs.searchable import SearchableDialog, has_all_words
from tui.reader.widgets.line_view import LEFT_BUTTON
from tui.rendering.bottom_line import shorten_path
from tui.rendering.cells import cell_width, fit_cells, truncate_cells

if TYPE_CHECKING:
    from tui.config.keymaps import Keymap
    from tui.config.theme_choice import ThemeChoice

FRAME_CELLS = 4
"""Cells of the frame, and of the margins inside of it."""
SUBTITLE_MARGIN_CELLS = 2
"""Cells of the lower border on both sides of its keys, more than around a line."""
MIN_LINE_CELLS, MAX_LINE_CELLS = 38, 100
VALUE_GAP = 2
"""Cells between a name and its value."""
MIN_SEARCHABLE_LINES = 6
"""Fewer lines are not worth naming the key of the search."""
MAX_THEME_NAME_CELLS = 22
NOTHING_FOUND = "No matches"


def find_line_room(columns: int) -> int:
    """Return the cells of a line that is not cut in a terminal of so many columns."""
    return min(MAX_LINE_CELLS, columns * 9 // 10 - FRAME_CELLS)


class PickerLines(OptionList):
    """The lines of a picker."""

    def on_click(self, event: events.Click) -> None:
        """Leave clicks of other buttons than the left one alone."""
        if event.button != LEFT_BUTTON:
            event.prevent_default()


class Picker(SearchableDialog[int | None]):
    """Asks for one of several lines; ends with its index, or None."""

    PLACE = "picker"

    def __init__(
        self,
        keymap: Keymap,
        title: str,
        names: Sequence[str],
        selected: int = 0,
        values: Sequence[str] = (),
    ) -> None:
        """Create the dialog.

        Args:
            keymap: The keys in force.
            title: The title.
            names: The lines.
            selected: The index of the first line under the cursor.
            values: What stands at the right end of each line, and is never cut.
        """
        self._options = PickerLines(markup=False, compact=True)
        super().__init__(keymap, title, self._options)
        self._names = names
        self._values = values
        self._initial_index = selected
        self._shown: Sequence[int] = range(len(names))
        """The indices of the lines that match what is searched."""

    def on_mount(self) -> None:
        """Show all lines."""
        self._show_lines(self._initial_index)

    def on_resize(self) -> None:
        """Write the lines for the new width."""
        self._show_lines(self.highlighted)

    @property
    def hints(self) -> Sequence[tuple[str, str]]:
        """The keys named in the lower border."""
        hints = (("article.open", "select"), ("article.back", "cancel"))
        is_long = len(self._names) >= MIN_SEARCHABLE_LINES
        return (("list.search", "search"), *hints) if is_long else hints

    @property
    def highlighted(self) -> int | None:
        """The index of the line under the cursor; None if no line is shown."""
        row = self._options.highlighted
        return None if row is None or not self._shown else self._shown[row]

    def _show_lines(self, highlighted: int | None) -> None:
        """Write the lines that match; the one of that index stays under the cursor if it is one of them."""
        options = self._options
        room = find_line_room(self.app.size.width)
        keys = min(room, cell_width(self.subtitle) + SUBTITLE_MARGIN_CELLS)
        lines = format_columns(self._names, self._values, room, max(MIN_LINE_CELLS, keys))
        options.clear_options()
        options.add_options(Option(Content(lines[index])) for index in self._shown)
        if not self._shown:
            options.add_option(Option(Content(NOTHING_FOUND), disabled=True))
        elif highlighted in self._shown:
            options.highlighted = self._shown.index(highlighted)
        else:
            options.highlighted = 0
        # As large as with all lines: the frame stays where it is while the user searches.
        options.styles.min_width = max(keys, *map(cell_width, lines)) + 2
        options.styles.height = min(len(lines), max(1, self.app.size.height * 4 // 5 - 2))

    def filter_lines(self, words: str) -> None:
        """Show the lines with these words, with the cursor on the first."""
        self._shown = self._find(words)
        self._show_lines(self._shown[0] if words and self._shown else self._initial_index)

    def _find(self, words: str) -> Sequence[int]:
        """Return the indices of the lines with these words."""
        return [at for at, name in enumerate(self._names) if has_all_words(name, words)]

    def move(self, by: int) -> None:
        """Move the highlight by so many lines; beyond an end, to that end."""
        if self._shown:
            index = (self._options.highlighted or 0) + by
            self._options.highlighted = min(max(0, index), len(self._shown) - 1)

    @property
    def page_size(self) -> int:
        """The number of lines that a page moves."""
        return max(1, self._options.size.height - 1)

    def choose_match(self) -> None:
        """End with the line under the cursor, unless none matches."""
        if self._shown:
            self.submit()

    def submit(self) -> None:
        """End with the line under the cursor."""
        self.dismiss(self.highlighted)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """End with the line that was clicked."""
        self.dismiss(self._shown[event.option_index])


class HistoryPicker(Picker):
    """Shows the changes that can be undone, the last one first; ends with one whose article to open."""

    PLACE = "history"

    def __init__(
        self,
        keymap: Keymap,
        changes: Sequence[str],
        ages: Sequence[str],
        undo: Callable[[], object],
    ) -> None:
        """Create the dialog; `undo` undoes the last change."""
        super().__init__(keymap, "Undo history", changes, values=ages)
        self._undo = undo

    @property
    def hints(self) -> Sequence[tuple[str, str]]:
        """The keys named in the lower border."""
        return (("article.open", "open"), ("app.undo", "undo first"), ("article.back", "close"))

    @property
    def commands(self) -> CommandTable:
        """Those of a picker, and undo."""
        return {**super().commands, "app.undo": self.undo}

    def undo(self) -> None:
        """Undo the last change, and close the dialog."""
        self.dismiss(None)
        self._undo()


class CommandPicker(Picker):
    """Asks for a command, which the user finds by a word of what it does."""

    STARTS_WITH_SEARCH = True

    def __init__(self, keymap: Keymap, commands: Sequence[Command]) -> None:
        self._commands = commands
        names = [each.help for each in commands]
        keys = [keymap.keys[each.id] for each in commands]
        values = [format_key(each[0]) if each else "" for each in keys]
        super().__init__(keymap, "Commands", names, values=values)

    @property
    def hints(self) -> Sequence[tuple[str, str]]:
        """The keys named in the lower border."""
        return (("article.open", "run"), ("article.back", "cancel"))

    def name_key(self, command_id: str) -> str:
        """Return the key of a command; while the user types, enter runs it with every keymap."""
        return "enter" if command_id == "article.open" else super().name_key(command_id)

    def _find(self, words: str) -> Sequence[int]:
        """Return the commands whose names or lines have these words.

        Those with such a name come first, then those with the whole words.
        """
        found = [
            at
            for at, each in enumerate(self._commands)
            if has_all_words(f"{each.label} {each.help}", words)
        ]
        name = words.strip().casefold()
        typed = set(name.split())

        def rank(at: int) -> tuple[bool, bool]:
            command = self._commands[at]
            is_named = command.label.casefold().startswith(name)
            return not is_named, not typed.issubset(command.help.casefold().split())

        return sorted(found, key=rank)


class ThemePicker(Picker):
    """Asks for a theme, and previews the highlighted one."""

    def __init__(
        self, keymap: Keymap, themes: ThemeChoice, apply_theme: Callable[[str], None]
    ) -> None:
        self._theme_names = (AUTO_THEME_NAME, *themes.names)
        self._theme_choice = themes
        self._apply_theme = apply_theme
        labels = {name: theme.label for name, theme in themes.all_themes().items()}
        labels[AUTO_THEME_NAME] = f"by background: {labels[themes.resolve(AUTO_THEME_NAME)]}"
        cells = min(MAX_THEME_NAME_CELLS, max(map(cell_width, self._theme_names)))
        lines = [f"{fit_cells(name, cells)}  {labels[name]}" for name in self._theme_names]
        super().__init__(keymap, "Theme", lines, self._theme_names.index(themes.chosen_name))

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Preview the theme."""
        if self.highlighted is not None:
            self._apply_theme(self._theme_choice.resolve(self._theme_names[self.highlighted]))

    def theme_name_at(self, index: int) -> str:
        """Return the theme of a line."""
        return self._theme_names[index]


def format_columns(
    names: Sequence[str], values: Sequence[str], room: int, least: int = MIN_LINE_CELLS
) -> list[str]:
    """Return a line for each name, with its value at the right end; a name gives way to it.

    Args:
        names: The names.
        values: The value of each, or none at all.
        room: Cells of a line, at most.
        least: Cells of a line with a value, at least, if there is room for them.
    """
    if not any(values):
        return [_fit_name(name, room) for name in names]
    right = max(map(cell_width, values))
    left = max(least - right - VALUE_GAP, max(map(cell_width, names)))
    width = min(max(1 + VALUE_GAP + right, room), left + VALUE_GAP + right)
    return [
        fit_cells(_fit_name(name, room), room) + " " * VALUE_GAP + value
        for name, value in zip(names, values, strict=True)
        for room in [width - VALUE_GAP - cell_width(value)]
    ]


def _fit_name(name: str, width: int) -> str:
    """Return a name in at most `width` cells; that of a place in folders keeps its end."""
    return shorten_path(name, width) if "/" in name else truncate_cells(name, width)
