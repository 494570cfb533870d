"""The places of a library's articles on disk, in as little memory as possible."""

from __future__ import annotations

from collections import Counter

from store.segments.segments import ArticleLocation

SEGMENT_BITS = 20
"""The bits of a packed location that number its segment."""
SEGMENT_MASK = (1 << SEGMENT_BITS) - 1


class ArticleLocations:
    """The location of each article: a number for each, because there may be a million of them."""

    def __init__(self) -> None:
        self._packed: dict[str, int] = {}
        """The number of the document and that of the segment, by article."""
        self._segments: list[str] = []
        self._segment_numbers: dict[str, int] = {}

    def get(self, article: str) -> ArticleLocation | None:
        """Return where an article is; None if there is none."""
        packed = self._packed.get(article)
        if packed is None:
            return None
        return ArticleLocation(self._segments[packed & SEGMENT_MASK], packed >> SEGMENT_BITS)

    def put(self, article: str, location: ArticleLocation) -> None:
        """Note where an article is."""
        number = self._segment_numbers.get(location.segment)
        if number is None:
            number = self._segment_numbers[location.segment] = len(self._segments)
            self._segments.append(location.segment)
        self._packed[article] = location.document_id << SEGMENT_BITS | number

    def segment_counts(self) -> Counter[str]:
        """Return the number of articles in each segment."""
        numbers = Counter(packed & SEGMENT_MASK for packed in self._packed.values())
        return Counter({self._segments[number]: count for number, count in numbers.items()})

    def articles_in(self, segment: str) -> set[str]:
        """Return the articles in a segment."""
        number = self._segment_numbers.get(segment)
        return {each for each, packed in self._packed.items() if packed & SEGMENT_MASK == number}
