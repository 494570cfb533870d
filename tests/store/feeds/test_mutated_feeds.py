"""Case 94: feeds with random insertions, deletions and replacements never raise."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from store.feeds.entry import FeedInfo
from store.feeds.parse import parse_feed
from store.model.errors import InvalidInput

URL = "https://feeds.example/feed"
FEED = FeedInfo(URL, URL, "2024-06-01T00:00:00Z")
SHAPES = sorted(Path(__file__).parent.glob("*.xml"))
ODD = (
    *(b"<", b">", b"&", b"&#x1b;", b"&#xD800;", b"]]>", b"<![CDATA[", b"\x00", b"\x1b[2J", b"\xff"),
    *(b"<item>", b"</item>", b"<!--", b"<?x", b"<a href='http://[x'>", b" xml:base='http://['"),
)
ROUNDS = 4


def mutated(data: bytes, chance: random.Random) -> bytes:
    found = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(found) + 1)
        match chance.randrange(4):
            case 0:
                found[at:at] = chance.choice(ODD)
            case 1:
                del found[at : at + chance.randint(1, 30)]
            case 2:
                found[at : at + 1] = bytes([chance.randrange(256)])
            case _:
                start = chance.randrange(len(found) + 1)
                found[at:at] = found[start : start + 50]
    return bytes(found)


@pytest.mark.parametrize("shape", SHAPES, ids=lambda path: path.stem)
def test_a_mutated_feed_is_parsed_or_rejected(shape: Path) -> None:
    """Case 94: nothing else happens, and no control character comes out."""
    chance = random.Random(shape.name)
    for _ in range(ROUNDS):
        try:
            parsed = parse_feed(mutated(shape.read_bytes(), chance), "", FEED)
        except InvalidInput:
            continue
        shown = "".join(f"{each.article.title}{each.body.text}" for each in parsed.articles)
        assert not set("\x00\x07\x1b\x9b") & set(shown + parsed.title)
