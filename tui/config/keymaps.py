"""Which keys do what: the presets, the user's own keys over them, and what is wrong with those.

A key is written as the character it types (`j`, `?`), by its name (`enter`, `pagedown`), or with what
is held (`ctrl+d`); keys pressed one after the other stand with blanks between them (`g g`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import eq
from string import ascii_lowercase

from themes.faults import nearest, shown, unknown
from tui.config.commands import BY_ID, COMMANDS, EXTENDS, Command, key_name

Keys = tuple[str, ...]
"""Keys pressed one after the other."""

HELD = ("alt", "ctrl", "shift")
"""What may be held down, in the order in which Textual names it."""
NAMED = (
    *("enter", "escape", "space", "tab", "backspace", "delete", "insert"),
    *("up", "down", "left", "right", "home", "end", "pageup", "pagedown"),
    *(f"f{number}" for number in range(1, 25)),
)
OTHER_NAMES = {"esc": "escape", "return": "enter", "page-up": "pageup", "page-down": "pagedown"}

VIM: Mapping[str, Sequence[str]] = {
    "move.start": ("g g", "home"),
    "move.page_down": ("ctrl+f", "space", "pagedown"),
    "move.page_up": ("ctrl+b", "b", "pageup"),
    "trail.back": ("ctrl+o", "["),
    "trail.forward": ("ctrl+n", "]"),
    "app.palette": (":", "ctrl+p"),
    "app.quit": ("q", "Z Z", "ctrl+q"),
    **{f"similar.jump:{number}": (f"g {number}",) for number in range(1, 6)},
}
NEWSBOAT: Mapping[str, Sequence[str]] = {
    "move.start": ("home",),
    "move.end": ("end",),
    "move.page_down": ("space", "pagedown", "ctrl+f"),
    "move.page_up": ("b", "pageup", "ctrl+b"),
    "article.back": ("q", "h", "escape"),
    "article.toggle_read": ("N",),
    "article.delete": ("D",),
    "list.filter": ("F", "f"),
    "list.sort": ("g",),
    "feeds.fetch": ("r", "R"),
    "feeds.list": ("L",),
    "app.palette": (":", "ctrl+p"),
    "app.quit": ("Q", "ctrl+q"),
    "dialog.close": ("Q",),
}
EMACS: Mapping[str, Sequence[str]] = {
    "move.down": ("ctrl+n", "down"),
    "move.up": ("ctrl+p", "up"),
    "move.page_down": ("ctrl+v", "space", "pagedown"),
    "move.page_up": ("alt+v", "backspace", "pageup"),
    "move.half_page_down": ("ctrl+d",),
    "move.half_page_up": ("ctrl+u",),
    "move.start": ("<", "home"),
    "move.end": (">", "end"),
    "move.next_pane": ("ctrl+x o", "tab"),
    "article.back": ("ctrl+g", "escape", "h"),
    "list.search": ("ctrl+s", "/"),
    "article.find": ("ctrl+s", "/"),
    "find.close": ("ctrl+g", "escape"),
    "select.leave": ("ctrl+g", "escape", "q"),
    "view.zoom": ("ctrl+x 1", "z"),
    "view.narrower": ("ctrl+x {",),
    "view.wider": ("ctrl+x }",),
    "app.undo": ("ctrl+x u", "u"),
    "app.palette": ("alt+x",),
    "app.quit": ("ctrl+x ctrl+c", "q"),
}
PRESETS: Mapping[str, Mapping[str, Sequence[str]]] = {
    "default": {},
    "vim": VIM,
    "newsboat": NEWSBOAT,
    "emacs": EMACS,
}
"""What each preset has otherwise than the table of commands."""
COUNTING = {"vim"}
"""The presets in which a number before a key says how often."""
MOST = 9999
"""The largest count."""


@dataclass(frozen=True, slots=True)
class Keymap:
    """The keys in force."""

    keys: Mapping[str, tuple[str, ...]]
    """The keys of every command, by its id."""
    places: Mapping[str, Mapping[Keys, Command]]
    """What keys mean, by the place one is in."""
    counts: bool = False
    """Whether numbers before a key say how often."""
    faults: tuple[str, ...] = ()
    """One line for each of the user's keys that cannot be as it was wanted."""

    def first(self, command_id: str) -> str:
        """The key to name where there is room for one; the command's name where it has none."""
        keys = self.keys[command_id]
        return key_name(keys[0]) if keys else BY_ID[command_id].label


@dataclass(frozen=True, slots=True)
class Pending:
    """What was typed of a command so far."""

    keys: Keys = ()
    count: int = 0

    @property
    def shown(self) -> str:
        """As it is shown in the bottom line."""
        return f"{self.count or ''}{' '.join(self.keys)}"


@dataclass(frozen=True, slots=True)
class Pressed:
    """What came of a key."""

    pending: Pending = field(default_factory=Pending)
    command: Command | None = None
    count: int = 0
    """The number typed before it; 0 for none."""
    taken: bool = True
    """Whether the key was ours."""


def press(keymap: Keymap, place: str, pending: Pending, key: str) -> Pressed:
    """What a key means after those that are pending."""
    digits = "0123456789" if pending.count else "123456789"
    counts = keymap.counts and place != "links"  # there a number is a link's
    if counts and not pending.keys and len(key) == 1 and key in digits:
        return Pressed(Pending((), min(MOST, pending.count * 10 + int(key))))
    known = keymap.places.get(place, {})
    keys = (*pending.keys, key)
    if command := known.get(keys):
        return Pressed(Pending(), command, pending.count)
    if any(each[: len(keys)] == keys for each in known):
        return Pressed(Pending(keys, pending.count))
    return Pressed(taken=pending != Pending())


def make_keymap(preset: str = "default", own: Mapping[str, Sequence[str]] | None = None) -> Keymap:
    """The keys in force.

    Args:
        preset: The keys to begin with.
        own: The user's own, by command; they go first where two want the same key.
    """
    own = own or {}
    faults: list[str] = []
    unknown("keys.", own, BY_ID, faults)
    wanted = {each.id: PRESETS[preset].get(each.id, each.keys) for each in COMMANDS}
    for name in filter(BY_ID.__contains__, own):
        wanted[name] = tuple(_readable(name, own[name], faults))
    order = sorted(BY_ID, key=lambda name: name not in own)
    places: dict[str, dict[Keys, Command]] = {}
    keys = {name: tuple(_place(BY_ID[name], wanted[name], places, faults)) for name in order}
    for place, base in EXTENDS.items():
        own_keys, known = places.setdefault(place, {}), places[base]
        free = (keys for keys in known if not any(_clash(keys, other) for other in own_keys))
        places[place] = {**{keys: known[keys] for keys in free}, **own_keys}
    return Keymap({name: keys[name] for name in BY_ID}, places, preset in COUNTING, tuple(faults))


def _readable(name: str, keys: Iterable[str], faults: list[str]) -> Iterator[str]:
    for key in keys:
        try:
            yield " ".join(read_keys(key))
        except ValueError as error:
            faults.append(f"keys.{name}: {error}")


def _place(
    command: Command,
    keys: Iterable[str],
    places: dict[str, dict[Keys, Command]],
    faults: list[str],
) -> Iterator[str]:
    """The keys that a command gets: those that no other one has where it is available."""
    for key in keys:
        sequence = tuple(key.split(" "))
        if rival := _rival(command, sequence, places):
            faults.append(f'keys: "{key}" of {command.id} is taken by {rival.id}')
            continue
        yield key
        for place in command.places:
            places.setdefault(place, {})[sequence] = command


def _rival(
    command: Command, sequence: Keys, places: Mapping[str, Mapping[Keys, Command]]
) -> Command | None:
    """The command that could no longer be reached, or would be in the way."""
    for place in command.places:
        for other, rival in places.get(place, {}).items():
            if _clash(other, sequence) and rival is not command:
                return rival
    return None


def _clash(one: Keys, other: Keys) -> bool:
    """Whether one of them is the beginning of the other."""
    return one[0] == other[0] and all(map(eq, one, other))


def read_keys(text: str) -> Keys:
    """Keys as a user writes them: `j`, `ctrl+x u`, `gg`.

    Raises:
        ValueError: One is not known; the nearest one that is, is named.
    """
    words = text.split()
    if len(words) == 1 and len(text) == 2 and text.isascii() and text.lower() not in NAMED:
        words = list(text)
    if not words:
        raise ValueError("a key has no name")
    return tuple(map(_read_key, words))


def _read_key(word: str) -> str:
    prefix, _, name = word.rpartition("+")
    if word == "+" or word.endswith("++"):
        prefix, name = prefix.removesuffix("+"), "+"
    held = sorted(filter(None, prefix.lower().split("+")))
    if held == ["shift"] and len(name) == 1 and name.isalpha():
        held, name = [], name.upper()
    elif held or len(name) > 1:
        name = OTHER_NAMES.get(name.lower(), name.lower())
    sound = name in NAMED or (len(name) == 1 and name.isprintable() and name != " ")
    if not sound or not set(held) <= set(HELD):
        known = [*NAMED, *(f"{each}+{letter}" for each in HELD for letter in ascii_lowercase)]
        hint = nearest(word.lower(), known)
        raise ValueError(f'"{shown(word)}" is not a key{hint and f"; {hint}"}')
    return "+".join([*held, name])
