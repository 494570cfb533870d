"""`newstui help`: explain newstui or a command."""

from __future__ import annotations

import argparse

from tui.cli.parser import build_parser


def run_help(options: argparse.Namespace) -> None:
    """Print what `--help` prints."""
    parser = build_parser()
    (parser.find_command(options.topic) if options.topic else parser).print_help()
