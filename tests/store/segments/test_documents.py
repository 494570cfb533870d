"""Documents of articles: what older versions wrote is safe to show."""

from __future__ import annotations

import pytest

from store.segments.documents import article_from_document, row_from_document


@pytest.mark.parametrize(
    ("category", "shown"),
    [
        ("https://ann:secret@a.example/f", "https://…@a.example/f"),
        ("https://secret@a.example/f", "https://…@a.example/f"),
        ("me@home", "me@home"),
    ],
)
def test_a_category_made_of_a_url_has_no_password(category: str, shown: str) -> None:
    document = {"id": "a", "title": "A", "category": category}
    assert article_from_document(document).category == shown
    assert row_from_document(document).category == shown
