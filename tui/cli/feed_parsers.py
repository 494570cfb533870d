"""What can be typed after `newstui add`, `fetch` and `feeds`."""

from __future__ import annotations

import argparse
import re
from collections.abc import Mapping
from typing import Protocol


class Commands(Protocol):
    """What `add_subparsers` returns; argparse has no public name for it."""

    def add_parser(
        self,
        name: str,
        *,
        help: str,  # noqa: A002
        description: str = ...,
    ) -> argparse.ArgumentParser:
        """Add a command."""


def add_flag(command: argparse.ArgumentParser, name: str, help_: str) -> None:
    """Give the command an option that is there or not."""
    command.add_argument(f"--{name}", action="store_true", help=help_)


def add_json(command: argparse.ArgumentParser) -> None:
    """Let the command print JSON."""
    add_flag(command, "json", "print JSON")


def feed_parsers(commands: Commands) -> None:
    """The commands that use the network."""
    _add_add(commands)
    _add_fetch(commands)
    _add_feeds(commands)


def _add_add(commands: Commands) -> None:
    command = commands.add_parser(
        "add",
        help="add feeds and web pages by URL",
        description="Subscribe to a feed, or to the feed of a site; or take in one page as an"
        " article.",
    )
    command.add_argument(
        "urls", nargs="*", metavar="URL", help="what to add; - reads URLs from stdin, one a line"
    )
    want = command.add_mutually_exclusive_group()
    want.add_argument("--feed", dest="want", action="store_const", const="feed", default="either",
                      help="subscribe to the feed that the page names")  # fmt: skip
    want.add_argument("--page", dest="want", action="store_const", const="page",
                      help="take in the page, whatever feeds it names")  # fmt: skip
    command.add_argument("--category", metavar="NAME", help="the category of what is added")
    add_flag(command, "private", "hosts named here may be on a private network")
    add_flag(command, "missing", "fetch the texts of articles that have none")
    add_json(command)


def _add_fetch(commands: Commands) -> None:
    command = commands.add_parser("fetch", help="fetch the feeds")
    command.add_argument("feeds", nargs="*", metavar="FEED", help="only these, by name or URL")
    add_flag(command, "quiet", "say only what failed; for cron")
    command.add_argument(
        "--every", type=_period, metavar="TIME", help="stay and fetch every 30m, 2h, 1d"
    )
    add_json(command)


def _add_feeds(commands: Commands) -> None:
    command = commands.add_parser(
        "feeds",
        help="list the feeds, or change some",
        description="List the feeds: articles, unread, share read, last success, category, name."
        " With FEEDs and an option, change those.",
    )
    command.add_argument("feeds", nargs="*", metavar="FEED", help="by name, part of it, or URL")
    command.add_argument("--rename", metavar="NAME", help="another name")
    command.add_argument("--category", metavar="NAME", help="another category; '' for none")
    flags = (
        ("paused", "--pause", "--resume", "do not fetch it for now", "fetch it again"),
        ("whole_page", "--whole-page", "--feed-text", "take the texts from the pages, for feeds"
         " that only have their beginnings", "take the texts as the feed has them"),
    )  # fmt: skip
    for name, yes, no, on, off in flags:
        either = command.add_mutually_exclusive_group()
        either.add_argument(yes, dest=name, action="store_const", const=True, help=on)
        either.add_argument(no, dest=name, action="store_const", const=False, help=off)
    add_flag(command, "remove", "unsubscribe; articles stay")
    command.add_argument(
        "--import",
        dest="import_opml",
        metavar="FILE",
        help="subscribe to the feeds of an OPML file, or of newsboat's urls",
    )
    add_json(command)


def is_change(asked: Mapping[str, object]) -> bool:
    """Whether `newstui feeds` was asked to change something."""
    names = ("rename", "category", "paused", "whole_page")
    return bool(asked["remove"]) or any(asked[name] is not None for name in names)


def _period(text: str) -> int:
    """Seconds of `30m`, `2h`, `1d`."""
    found = re.fullmatch(r"([1-9]\d{0,5})([mhd])", text)
    if found is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not a time like 30m, 2h or 1d")
    return int(found[1]) * {"m": 60, "h": 3600, "d": 86_400}[found[2]]
