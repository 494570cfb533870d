"""The place of the terminal's cursor, which screen readers, magnifiers and input methods follow."""

from __future__ import annotations

from textual.geometry import Offset
from textual.widget import Widget
from textual.widgets import Input, OptionList

from tui.reader.widgets.line_view import LineView
from tui.rendering.cells import cell_width


def find_caret(widget: Widget) -> Offset | None:
    """Return where on the screen a widget that has the focus wants the cursor.

    Returns:
        None if it is not on the screen yet, or wants none.
    """
    region = widget.content_region
    if not region.area:
        return None
    if isinstance(widget, LineView):
        caret = widget.caret
    elif isinstance(widget, Input):
        # Textual's own offset is one cell too far at the end of the text.
        before = cell_width(widget.value[: widget.cursor_position])
        caret = Offset(before - widget.scroll_offset.x, 0)
    elif isinstance(widget, OptionList):
        caret = Offset(0, (widget.highlighted or 0) - widget.scroll_offset.y)
    else:
        return None
    return region.offset + region.size.clamp_offset(caret)
