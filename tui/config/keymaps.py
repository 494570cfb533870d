"""Keymaps: the presets, the user's own keys on top of one, and the faults in those.

A key is written as the character it types (`j`, `?`), by its name (`enter`, `pagedown`), or with its
modifiers (`ctrl+d`); the keys of a sequence are separated by blanks (`g g`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import eq
from string import ascii_lowercase

from themes.faults import add_unknown_key_faults, make_printable, suggest_nearest
from tui.config.commands import COMMANDS, COMMANDS_BY_ID, INHERITED_PLACES, Command, format_key

KeySequence = tuple[str, ...]
"""Keys to press one after the other."""

MODIFIER_KEYS = ("alt", "ctrl", "shift")
"""The modifiers, in the order in which Textual names them."""
NAMED_KEYS = (
    *("enter", "escape", "space", "tab", "backspace", "delete", "insert"),
    *("up", "down", "left", "right", "home", "end", "pageup", "pagedown"),
    *(f"f{number}" for number in range(1, 25)),
)
KEY_ALIASES = {"esc": "escape", "return": "enter", "page-up": "pageup", "page-down": "pagedown"}

VIM_KEYS: Mapping[str, Sequence[str]] = {
    "move.start": ("g g", "home"),
    "move.page_down": ("ctrl+f", "space", "pagedown"),
    "move.page_up": ("ctrl+b", "b", "pageup"),
    "trail.back": ("ctrl+o", "["),
    "trail.forward": ("ctrl+n", "]"),
    "app.palette": (":", "ctrl+p"),
    "list.fold_copies": ("g z",),  # Z Z quits
    "app.quit": ("Z Z", "ctrl+q", "ctrl+c"),
    **{f"similar.jump:{number}": (f"g {number}",) for number in range(1, 6)},
}
NEWSBOAT_KEYS: Mapping[str, Sequence[str]] = {
    "move.start": ("home",),
    "move.end": ("end",),
    "move.page_down": ("space", "pagedown", "ctrl+f"),
    "move.page_up": ("b", "pageup", "ctrl+b"),
    "article.toggle_read": ("N",),
    "article.delete": ("D",),
    "list.filter": ("F", "f"),
    "list.sort": ("g",),
    "feeds.list": ("L",),
    "app.palette": (":", "ctrl+p"),
    "app.quit": ("Q", "ctrl+q", "ctrl+c"),
    "dialog.close": ("q", "Q"),
}
EMACS_KEYS: Mapping[str, Sequence[str]] = {
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
    "app.quit": ("ctrl+x ctrl+c", "ctrl+q", "ctrl+c"),
}
KEYMAP_PRESETS: Mapping[str, Mapping[str, Sequence[str]]] = {
    "default": {},
    "vim": VIM_KEYS,
    "newsboat": NEWSBOAT_KEYS,
    "emacs": EMACS_KEYS,
}
"""The keys in which each preset differs from the table of commands."""
PRESET_WITH_COUNTS = "vim"
"""The preset in which a number before a key is a count."""
MAX_COUNT = 9999


@dataclass(frozen=True, slots=True)
class Keymap:
    """The keys in force."""

    keys: Mapping[str, tuple[str, ...]]
    """The keys of every command, by command id."""
    commands_by_place: Mapping[str, Mapping[KeySequence, Command]]
    """The command of a key sequence, by place."""
    takes_counts: bool = False
    """True if a number before a key is a count."""
    faults: tuple[str, ...] = ()
    """One line for each of the user's keys that cannot be bound."""

    def first_key(self, command_id: str) -> str:
        """Return the key to name where there is room for one; the command's label if it has none."""
        keys = self.keys[command_id]
        return format_key(keys[0]) if keys else COMMANDS_BY_ID[command_id].label

    @property
    def alt_characters(self) -> frozenset[str]:
        """The characters that are bound with alt."""
        keys = {key for known in self.commands_by_place.values() for each in known for key in each}
        return frozenset(key[4:] for key in keys if key.startswith("alt+") and len(key) == 5)

    @property
    def cancel_key(self) -> str:
        """The key to name for closing and cancelling: escape, unless the user has taken it away."""
        return "esc" if "escape" in self.keys["article.back"] else self.first_key("article.back")


@dataclass(frozen=True, slots=True)
class PendingKeys:
    """The part of a command's keys typed so far."""

    keys: KeySequence = ()
    count: int = 0

    @property
    def display_text(self) -> str:
        """The keys as the status line shows them."""
        return f"{self.count or ''}{' '.join(self.keys)}"


NO_PENDING_KEYS = PendingKeys()


@dataclass(frozen=True, slots=True)
class KeyResult:
    """The result of pressing a key."""

    pending: PendingKeys = NO_PENDING_KEYS
    command: Command | None = None
    count: int = 0
    """The count typed before it; 0 for none."""
    is_handled: bool = True
    """False if the key is not bound."""


def resolve_key(keymap: Keymap, place: str, pending: PendingKeys, key: str) -> KeyResult:
    """Return the result of pressing a key after those that are pending."""
    digits = "0123456789" if pending.count else "123456789"
    counts = keymap.takes_counts and place != "links"  # there a number chooses a link
    if counts and not pending.keys and len(key) == 1 and key in digits:
        return KeyResult(PendingKeys((), min(MAX_COUNT, pending.count * 10 + int(key))))
    known = keymap.commands_by_place.get(place, {})
    keys = (*pending.keys, key)
    if command := known.get(keys):
        return KeyResult(NO_PENDING_KEYS, command, pending.count)
    if any(each[: len(keys)] == keys for each in known):
        return KeyResult(PendingKeys(keys, pending.count))
    return KeyResult(is_handled=pending != NO_PENDING_KEYS)


def make_keymap(preset: str = "default", own: Mapping[str, Sequence[str]] | None = None) -> Keymap:
    """Return the keys of a preset with the user's own, which win where two want the same key."""
    own = own or {}
    faults: list[str] = []
    add_unknown_key_faults("keys: command", own, COMMANDS_BY_ID, faults)
    wanted = {each.id: KEYMAP_PRESETS[preset].get(each.id, each.keys) for each in COMMANDS}
    if "app.quit" in own:  # it had the key of `app.leave` once, which may have another use since
        taken = {key for keys in own.values() for key in keys}
        wanted["app.leave"] = tuple(key for key in wanted["app.leave"] if key not in taken)
    for name in filter(COMMANDS_BY_ID.__contains__, own):
        wanted[name] = tuple(_parse_valid_keys(name, own[name], faults))
    order = sorted(COMMANDS_BY_ID, key=lambda name: name not in own)
    places: dict[str, dict[KeySequence, Command]] = {}
    keys = {
        name: tuple(_assign_keys(COMMANDS_BY_ID[name], wanted[name], places, faults))
        for name in order
    }
    for place, base in INHERITED_PLACES.items():
        own_keys = places.setdefault(place, {})
        inherited = {
            sequence: command
            for sequence, command in places[base].items()
            if not any(_is_prefix_conflict(sequence, other) for other in own_keys)
        }
        places[place] = inherited | own_keys
    in_order = {name: keys[name] for name in COMMANDS_BY_ID}
    return Keymap(in_order, places, preset == PRESET_WITH_COUNTS, tuple(faults))


def _parse_valid_keys(name: str, keys: Iterable[str], faults: list[str]) -> Iterator[str]:
    for key in keys:
        try:
            yield " ".join(parse_keys(key))
        except ValueError as error:
            faults.append(f"keys.{name}: {error}")


def _assign_keys(
    command: Command,
    keys: Iterable[str],
    places: dict[str, dict[KeySequence, Command]],
    faults: list[str],
) -> Iterator[str]:
    """Yield the keys a command gets: those no other command has in the same places."""
    for key in keys:
        sequence = tuple(key.split(" "))
        if rival := _find_conflict(command, sequence, places):
            faults.append(f'keys: "{key}" of {command.id} is taken by {rival.id}')
            continue
        yield key
        for place in command.places:
            places.setdefault(place, {})[sequence] = command


def _find_conflict(
    command: Command, sequence: KeySequence, places: Mapping[str, Mapping[KeySequence, Command]]
) -> Command | None:
    """Return a command whose keys begin with these, or the other way round."""
    for place in command.places:
        for other, rival in places.get(place, {}).items():
            if _is_prefix_conflict(other, sequence) and rival is not command:
                return rival
    return None


def _is_prefix_conflict(one: KeySequence, other: KeySequence) -> bool:
    """Return True if one sequence begins with the other."""
    return one[0] == other[0] and all(map(eq, one, other))


def parse_keys(text: str) -> KeySequence:
    """Parse keys as a user writes them: `j`, `ctrl+x u`, `gg`.

    Raises:
        ValueError: A key is unknown; the text names the nearest known one.
    """
    words = text.split()
    if len(words) == 1 and len(text) == 2 and text.isascii() and text.lower() not in NAMED_KEYS:
        words = list(text)
    if not words:
        raise ValueError("empty key")
    return tuple(map(_parse_key, words))


def _parse_key(word: str) -> str:
    prefix, _, name = word.rpartition("+")
    if word == "+" or word.endswith("++"):
        prefix, name = prefix.removesuffix("+"), "+"
    held = sorted(filter(None, prefix.lower().split("+")))
    if held == ["shift"] and len(name) == 1 and name.isalpha():
        held, name = [], name.upper()
    elif held or len(name) > 1:
        name = KEY_ALIASES.get(name.lower(), name.lower())
    sound = name in NAMED_KEYS or (len(name) == 1 and name.isprintable() and name != " ")
    if not sound or not set(held) <= set(MODIFIER_KEYS):
        combined = (f"{each}+{letter}" for each in MODIFIER_KEYS for letter in ascii_lowercase)
        hint = suggest_nearest(word.lower(), [*NAMED_KEYS, *combined])
        raise ValueError(f'unknown key "{make_printable(word)}"{hint and f"; {hint}"}')
    return "+".join([*held, name])
