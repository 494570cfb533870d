"""Recordings of the reader: pictures of a terminal, one after the other, as one animated SVG.

Every line of the screen is drawn once for each of its contents, and shown while it has that content. The
animation is SMIL, which browsers play in a picture; no script, nothing is fetched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

LINE_HEIGHT = 24.4
"""Height of a line in the pictures that Rich exports."""
CLASS_RULE = re.compile(r"\.(terminal-\d+-r\d+) \{ ?([^}]*?);? ?\}")
SCREEN = re.compile(
    r'(?P<before>.*?<g transform="translate\([^"]*\)" clip-path[^>]*>)\s*(?P<screen>.*)</g>\s*</svg>',
    re.DOTALL,
)
ELEMENT = re.compile(r"<rect[^>]*?/>|<text[^>]*>[^<]*</text>")
RECTANGLE = re.compile(r'<rect fill="([^"]*)" x="([^"]*)" y="([^"]*)" width="([^"]*)"[^>]*/>')
STYLE = re.compile(r"<style>.*?</style>", re.DOTALL)
CLIP_PATHS = re.compile(r"<defs>.*?</defs>|\s?clip-path=\"[^\"]*\"", re.DOTALL)
TRAILING_ZERO = re.compile(r'(="\d+)\.0(?=")')
Y = re.compile(r' y="([\d.]+)"')


class Frame(NamedTuple):
    """A picture of the terminal, and how long it is shown."""

    svg: str
    seconds: float


class Span(NamedTuple):
    """A content of a line, and the time in seconds in which it is shown."""

    content: str
    start: float
    end: float


def animate(frames: Sequence[Frame]) -> str:
    """Return an animated SVG that shows pictures of one size in an endless loop."""
    starts = [sum(frame.seconds for frame in frames[:n]) for n in range(len(frames) + 1)]
    total = starts[-1]
    styles: dict[str, str] = {}
    contents = [_split_lines(frame.svg, styles) for frame in frames]
    drawn = [
        _draw_span(span, total)
        for line in sorted({line for content in contents for line in content})
        for span in _join_spans([content.get(line, "") for content in contents], starts)
    ]
    head = SCREEN.match(frames[0].svg)
    if head is None:
        raise ValueError("not a picture of a terminal")
    rules = "".join(f".{name}{{{rule}}}" for rule, name in styles.items())
    font = "font-family:Fira Code,DejaVu Sans Mono,monospace;font-size:20px;white-space:pre"
    before = CLIP_PATHS.sub("", STYLE.sub("", head["before"]))
    screen = "\n".join(drawn)
    style = f"<style>text{{{font}}}{rules}</style>"
    return f'{before}{style}<g xml:space="preserve">\n{screen}\n</g></g></svg>\n'


def _split_lines(svg: str, styles: dict[str, str]) -> dict[int, str]:
    """Return the elements of each line of a picture, with the classes that `styles` names."""
    rules = dict(CLASS_RULE.findall(svg))
    found = SCREEN.match(svg)
    if found is None:
        raise ValueError("not a picture of a terminal")
    lines: dict[int, str] = {}
    for element in ELEMENT.findall(found["screen"]):
        place = Y.search(element)
        if place is None:
            continue
        for name, rule in rules.items():
            if f'"{name}"' in element:
                short = styles.setdefault(rule, f"c{len(styles)}")
                element = element.replace(f'"{name}"', f'"{short}"')
        line = int(float(place[1]) / LINE_HEIGHT)
        lines[line] = lines.get(line, "") + _shorten(element)
    return {line: _join_backgrounds(text) for line, text in lines.items()}


def _shorten(element: str) -> str:
    text = CLIP_PATHS.sub("", element).replace(' shape-rendering="crispEdges"', "")
    return TRAILING_ZERO.sub(r"\1", text.replace("&#160;", " "))


def _join_backgrounds(text: str) -> str:
    """Return the elements of a line, with one rectangle for neighbours of the same colour."""
    joined: list[tuple[str, float, str, float]] = []
    for fill, x, y, width in RECTANGLE.findall(text):
        left, size = float(x), float(width)
        if joined and joined[-1][0] == fill and abs(joined[-1][1] + joined[-1][3] - left) < 1:
            left, size = joined[-1][1], left + size - joined[-1][1]
            joined.pop()
        joined.append((fill, left, y, size))
    backgrounds = "".join(
        f'<rect fill="{fill}" x="{x:g}" y="{y}" width="{width:.1f}" height="24.65"/>'
        for fill, x, y, width in joined
    )
    return backgrounds + RECTANGLE.sub("", text)


def _join_spans(contents: Sequence[str], starts: Sequence[float]) -> Iterator[Span]:
    """Yield what a line shows, and from when to when."""
    begin = 0
    for n in range(1, len(contents) + 1):
        if n == len(contents) or contents[n] != contents[begin]:
            if contents[begin]:
                yield Span(contents[begin], starts[begin], starts[n])
            begin = n


def _draw_span(span: Span, total: float) -> str:
    if span.start == 0 and span.end == total:
        return f"<g>{span.content}</g>"
    times = [(0.0, span.start == 0), (span.start / total, True), (span.end / total, False)]
    kept = [each for n, each in enumerate(times) if each[0] < 1 and (n != 1 or span.start)]
    values = ";".join("inline" if shown else "none" for _, shown in kept)
    keys = ";".join(f"{time:.4f}" for time, _ in kept)
    animation = (
        f'<animate attributeName="display" values="{values}" keyTimes="{keys}" dur="{total:.2f}s"'
        ' calcMode="discrete" repeatCount="indefinite"/>'
    )
    first = "inline" if span.start == 0 else "none"
    return f'<g display="{first}">{animation}{span.content}</g>'
