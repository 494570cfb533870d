"""The sections of the side pane: statistics, summary, annotations, similar articles and details of an article.

What is shortened to fit is shown whole while the cursor is on it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from store.model.article import (
    Annotation,
    ArticleInsights,
    Body,
    FullArticle,
    SimilarArticle,
    list_annotations,
    reading_minutes,
)
from store.text.urls import extract_host, name_site
from tui.rendering.article_details import (
    ANNOTATIONS_HEADING,
    SIMILAR_HEADING,
    describe_summary_origin,
    list_details,
)
from tui.rendering.cells import (
    ELLIPSIS,
    StyledText,
    break_paragraph,
    cell_width,
    fit_cells,
    pad_left,
    truncate_cells,
    wrap_text,
)
from tui.rendering.list_rows import (
    FACTS_GAP,
    UNREAD_SIGN,
    ShownFacts,
    choose_origin,
    compare_facts,
    fit_origin,
    list_origins,
)
from tui.rendering.markdown import is_rtl
from tui.rendering.wording import (
    describe_language,
    format_age,
    format_count,
    format_duplicates,
    format_duration,
    format_minute,
    join_nonempty,
)

FOLDED_SIGN, UNFOLDED_SIGN = "▸", "▾"
INDENT_CELLS = 2
"""Cells before the lines under a heading."""
LABEL_CELLS = 10
"""Width of the labels of the details, with a gap."""
COLUMN_GAP = 2
"""Cells between two facts in one line."""
SHORT_ID_LENGTH = 8
"""Characters of an id that tell articles apart."""
UNKNOWN = "-"
TIME_CELLS = len("2022-02-28 20:04")
MIN_ONE_LINE_CELLS = 60
"""The width from which a similar article takes one line; its title is whole under the cursor."""
NOT_KEPT = "not in library"
_SHORT_LABELS = {"URL": "source", "Last opened": "opened"}
"""Labels that are not those of the list of details in lower case."""
_NUMBER = re.compile(r"(\d[\d,]*)")

PaneLine = Sequence[StyledText]


class DetailItem(NamedTuple):
    """A stop of the side pane's cursor: one line or a few, and what enter does there."""

    lines: Sequence[PaneLine]
    full_lines: Sequence[PaneLine] = ()
    """Shown instead while the cursor is here; empty if they are the same."""
    folded_section: str = ""
    """The section to fold or unfold: this is its heading."""
    similar_number: int = 0
    """The number of the similar article to open."""
    text_position: int | None = None
    """The offset into the text to show."""


@dataclass(frozen=True, slots=True)
class DetailSection:
    """A heading and what is under it."""

    name: str
    items: Sequence[DetailItem]
    note: str = ""
    """A count or a state, behind the heading."""
    folded_note: str = ""
    """The content in a few words, behind the heading of a folded section."""

    def visible_items(self, width: int, *, folded: bool) -> list[DetailItem]:
        """Return the heading, and unless the section is folded its items."""
        head = f"{FOLDED_SIGN if folded else UNFOLDED_SIGN} {self.name}"
        note = join_nonempty((self.note, self.folded_note if folded else ""))
        room = width - cell_width(head)
        pieces = [
            (truncate_cells(head, width), "section"),
            (truncate_cells(f"  {note}", room), "muted"),
        ]
        heading = DetailItem([pieces if note else pieces[:1]], folded_section=self.name)
        return [heading] if folded else [heading, *self.items]


def build_detail_sections(
    entry: FullArticle,
    similar: Sequence[SimilarArticle] | None,
    insights: ArticleInsights,
    width: int,
    now: int,
    running: str = "",
) -> list[DetailSection]:
    """Return the sections of the side pane, in order.

    Args:
        entry: The article.
        similar: Its similar articles; None while they are being searched.
        insights: Its keywords, and where its summary is in the text.
        width: Cells of a line.
        now: Seconds since 1970, for the ages.
        running: The program that is summarizing the article.
    """
    annotations = list_annotations(entry.article)
    return [
        _statistics_section(entry, width),
        _summary_section(entry.body, insights, width, running),
        *([_annotation_section(annotations, width)] if annotations else []),
        DetailSection(
            SIMILAR_HEADING,
            _similar_items(entry, similar, width, now),
            f"{len(similar)}" if similar else "",
        ),
        _details_section(entry, insights, width),
    ]


def _indented(line: str, role: str = "text", indent: int = INDENT_CELLS) -> PaneLine:
    return [(" " * indent + line, role)]


def _wrapped(
    text: str, width: int, role: str = "text", indent: int = INDENT_CELLS
) -> list[PaneLine]:
    return [_indented(line, role, indent) for line in wrap_text(text, max(1, width - indent))]


def _statistics_section(entry: FullArticle, width: int) -> DetailSection:
    words = entry.article.words
    length = (format_count(words, "word"), format_duration(reading_minutes(words)))
    facts = (*length, f"read {entry.reading.read_count:,}×")
    lines: list[Sequence[str]] = [facts]
    if cell_width("   ".join(facts)) > width - INDENT_CELLS:
        lines = [length, facts[2:]]
    items = [DetailItem([[(" " * INDENT_CELLS, "text"), *_number_pieces(line)]]) for line in lines]
    return DetailSection("Statistics", items, folded_note=join_nonempty(length))


def _number_pieces(facts: Iterable[str]) -> list[StyledText]:
    pieces = enumerate(_NUMBER.split("   ".join(facts)))  # every second piece is a number
    return [(piece, "strong" if at % 2 else "text") for at, piece in pieces if piece]


def _summary_section(
    body: Body, insights: ArticleInsights, width: int, running: str
) -> DetailSection:
    items = _summary_items(body, insights, width)
    origin = describe_summary_origin(body).strip("()")
    if cell_width(f"{UNFOLDED_SIGN} Summary  {origin}") > width:
        items += [DetailItem([line]) for line in _wrapped(f"({origin})", width, "muted")]
        origin = ""
    state = f"running {running} {ELLIPSIS}" if running else origin
    return DetailSection("Summary", items, state, "" if running else body.summary)


def _summary_items(body: Body, insights: ArticleInsights, width: int) -> list[DetailItem]:
    if not body.summary:
        return [DetailItem([_indented("none", "muted")])]
    items: list[DetailItem] = []
    start = 0
    room, rtl = max(1, width - INDENT_CELLS), is_rtl(body.summary)
    for line in wrap_text(body.summary, room):
        start = max(start, body.summary.find(line, start))
        if line:
            position = _sentence_position(insights, start, start + len(line))
            shown = _indented(pad_left(line, room) if rtl else line)
            items.append(DetailItem([shown], text_position=position))
        start += len(line)
    return items


def _sentence_position(insights: ArticleInsights, start: int, end: int) -> int | None:
    """Return the place in the text of the first sentence on a line, else of the one that goes on there."""
    begins = [place for at, place in insights.summary_positions if start <= at < end]
    earlier = [place for at, place in insights.summary_positions if at < start]
    return begins[0] if begins else earlier[-1] if earlier else None


def _annotation_section(annotations: Sequence[Annotation], width: int) -> DetailSection:
    """Return the highlights and notes; enter on a quote shows its place in the text."""
    items: list[DetailItem] = []
    for each in annotations:
        quote = _wrapped(f"“{each.quote}”", width) if each.quote else []
        items += [DetailItem([line], text_position=each.position) for line in quote]
        indent = INDENT_CELLS * (2 if quote else 1)
        note = _wrapped(each.note, width, "accent", indent) if each.note else []
        time = [_indented(format_minute(each.time), "muted", indent)] if each.time else []
        items += [DetailItem([line]) for line in (*note, *time)]
    return DetailSection(ANNOTATIONS_HEADING, items, f"{len(annotations)}")


# -- similar articles ----------------------------------------------------------------------------


def _similar_items(
    entry: FullArticle, similar: Sequence[SimilarArticle] | None, width: int, now: int
) -> list[DetailItem]:
    if not similar:
        return [DetailItem([_indented("searching …" if similar is None else "none", "muted")])]
    shown = compare_facts([entry, *(other for other in similar if other.id is not None)])
    return [
        DetailItem(
            _short_similar_lines(number, other, shown, width, now),
            _full_similar_lines(number, other, shown, width, now),
            similar_number=number,
        )
        for number, other in enumerate(similar, 1)
    ]


def _title_role(other: SimilarArticle) -> str:
    return "text" if other.id is None or other.read else "unread"


def _similar_facts(other: SimilarArticle, now: int, language: str) -> tuple[Sequence[str], str]:
    """Return the facts of a similar article, the one that is dropped first in front, and its sign."""
    if other.id is None:
        return (NOT_KEPT,), ""
    copies = format_duplicates(other.duplicate_count)
    facts = (copies, language, format_age(other.timestamp, now))
    return [*filter(None, facts)], "" if other.read else f" {UNREAD_SIGN}"


def _short_similar_lines(
    number: int, other: SimilarArticle, shown: ShownFacts, width: int, now: int
) -> Sequence[PaneLine]:
    """Return as much of the title as fits, and the facts at the right: one line if wide, else two at most."""
    room = max(1, width - INDENT_CELLS)
    role = _title_role(other)
    number_piece = (f"{number} ", "accent")
    facts, sign = _similar_facts(other, now, other.language)
    origin = choose_origin(other, shown, other.title, room - len(sign), facts)
    line = f"{join_nonempty((*origin, *facts))}{sign}"
    left = room - cell_width(line) - FACTS_GAP
    if cell_width(other.title) <= left or width >= MIN_ONE_LINE_CELLS:
        title = fit_cells(other.title, left) + " " * FACTS_GAP
        return [[number_piece, (title, role), (line, "muted")]]
    first, rest = _split_title(other.title, room)
    gap = FACTS_GAP if rest else 0
    facts_room = room - cell_width(rest) - gap - len(sign)
    kept = (facts[at:] for at in range(len(facts)))
    fitting = (each for each in kept if cell_width(join_nonempty(each)) <= facts_room)
    facts = next(fitting, facts[-1:])
    end = truncate_cells(f"{fit_origin(other, shown, facts_room, facts)}{sign}", room)
    second = fit_cells(
        fit_cells(rest, max(0, room - cell_width(end) - gap)), room - cell_width(end)
    )
    return [
        [number_piece, (first, role)],
        [(" " * INDENT_CELLS + second, role), (end, "muted")],
    ]


def _split_title(title: str, room: int) -> tuple[str, str]:
    """Return the first line of a title, and all the rest."""
    ranges = break_paragraph(title, room)
    return title[slice(*ranges[0])], title[ranges[1][0] :] if len(ranges) > 1 else ""


def _full_similar_lines(
    number: int, other: SimilarArticle, shown: ShownFacts, width: int, now: int
) -> Sequence[PaneLine]:
    """Return the whole title, all facts, and the words in common."""
    role = _title_role(other)
    first, *rest = _wrapped(other.title, width, role) or [[]]
    facts, sign = _similar_facts(other, now, describe_language(other.language))
    known = f"{join_nonempty((*list_origins(other, shown)[0], *facts))}{sign}"
    words = f"in common: {', '.join(other.shared_terms)}" if other.shared_terms else ""
    return [
        [(f"{number} ", "accent"), *((text[INDENT_CELLS:], role) for text, _ in first)],
        *rest,
        *_wrapped(join_nonempty((known, words)), width, "muted"),
    ]


# -- details -------------------------------------------------------------------------------------


class _Fact(NamedTuple):
    """A labelled value, and the short form of it that tells enough."""

    label: str
    value: str
    short: str

    @property
    def room(self) -> int:
        """Cells for the short form; an unknown value is given those of a time, for when it is known."""
        return TIME_CELLS if self.short == UNKNOWN else cell_width(self.short)


def _details_section(entry: FullArticle, insights: ArticleInsights, width: int) -> DetailSection:
    facts = _list_facts(entry, insights)
    by_label = {fact.label: fact.short for fact in facts}
    items = [_facts_item(line, width) for line in _pair_facts(facts, width - INDENT_CELLS)]
    known = (by_label["category"], by_label["date"])
    return DetailSection(
        "Details", items, folded_note=join_nonempty(each for each in known if each != UNKNOWN)
    )


def _list_facts(entry: FullArticle, insights: ArticleInsights) -> list[_Fact]:
    """Return the details in the order of the pane: the short ones first, so that two fit in a line."""
    facts = []
    for label, value in list_details(entry, insights):
        if label == "Source":
            continue  # is that of the URL
        short = value
        if label == "ID":
            short = value if len(value) <= SHORT_ID_LENGTH else value[:SHORT_ID_LENGTH] + ELLIPSIS
        elif label == "URL":
            short = entry.source_name or extract_host(value) or value
            name = "" if entry.source_name == name_site(value) else entry.source_name
            value = join_nonempty((name, value))
        facts.append(
            _Fact(_SHORT_LABELS.get(label, label.lower()), value or UNKNOWN, short or UNKNOWN)
        )
    first = ["category", "id", "date"]
    return sorted(facts, key=lambda fact: (*first, fact.label).index(fact.label))


def _pair_facts(facts: Sequence[_Fact], room: int) -> list[Sequence[_Fact]]:
    """Return the facts of each line: two where both fit in half of it."""
    half = (room - COLUMN_GAP) // 2
    lines: list[Sequence[_Fact]] = []
    for fact in facts:
        before = lines[-1] if lines else ()
        if len(before) == 1 and _fits_left(before[0], half) and _fits_right(fact, half):
            lines[-1] = (*before, fact)
        else:
            lines.append((fact,))
    return lines


def _fits_left(fact: _Fact, half: int) -> bool:
    return LABEL_CELLS + fact.room <= half


def _fits_right(fact: _Fact, half: int) -> bool:
    return cell_width(fact.label) + 1 + fact.room <= half


def _facts_item(facts: Sequence[_Fact], width: int) -> DetailItem:
    """Return a line of one or two facts; what they shorten is whole under the cursor."""
    room = max(1, width - INDENT_CELLS)
    blank = " " * INDENT_CELLS
    if len(facts) == 1:
        whole = _whole_fact_lines(facts[0], width)
        fact = facts[0]
        if fact.short == fact.value or len(whole) == 1:
            return DetailItem(whole)
        label = fit_cells(fact.label, LABEL_CELLS)
        value = truncate_cells(fact.short, room - LABEL_CELLS)
        return DetailItem([[(blank + label, "muted"), (value, "text")]], whole)
    left, right = facts
    half = (room - COLUMN_GAP) // 2
    start = room - half
    label = fit_cells(left.label, LABEL_CELLS)
    is_wide = LABEL_CELLS + cell_width(right.short) <= half
    line = [
        (blank + label, "muted"),
        (fit_cells(left.short, start - LABEL_CELLS), "text"),
        (fit_cells(right.label, LABEL_CELLS) if is_wide else f"{right.label} ", "muted"),
        (right.short, "text"),
    ]
    is_whole = all(fact.short == fact.value for fact in facts)
    full = [] if is_whole else [line for fact in facts for line in _whole_fact_lines(fact, width)]
    return DetailItem([line], full)


def _whole_fact_lines(fact: _Fact, width: int) -> list[PaneLine]:
    blank = " " * INDENT_CELLS
    first, *rest = wrap_text(fact.value, max(1, width - INDENT_CELLS - LABEL_CELLS)) or [""]
    return [
        [(blank + fit_cells(fact.label, LABEL_CELLS), "muted"), (first, "text")],
        *([(blank + " " * LABEL_CELLS + line, "text")] for line in rest),
    ]
