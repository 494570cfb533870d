"""The environment the reader runs in: remote or local, with a display or without."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class HostEnvironment:
    """What the reader runs in."""

    env: Mapping[str, str]
    platform: str
    """As `sys.platform`."""
    which: Callable[[str], str | None]
    """Where a program is, as `shutil.which`."""

    @property
    def is_remote(self) -> bool:
        """Whether the user sits at another machine, as far as anybody can tell."""
        return any(self.env.get(name) for name in ("SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"))

    @property
    def has_display(self) -> bool:
        """Whether there is a desktop that could show a browser; WSL has Windows."""
        names = ("DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME")
        return self.platform == "darwin" or any(self.env.get(name) for name in names)

    @property
    def multiplexer(self) -> Literal["tmux", "screen", ""]:
        """What stands between us and the terminal."""
        if self.env.get("TMUX"):
            return "tmux"
        inside = self.env.get("STY") or self.env.get("TERM", "").startswith("screen")
        return "screen" if inside else ""
