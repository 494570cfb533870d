"""Garbage collections between keys: only if there may be garbage, and not while the library loads."""

from __future__ import annotations

import pytest

from tui.reader import garbage


class _FakeGc:
    """Stands in for `gc`, which would go through all that the tests hold."""

    def __init__(self, young: int, full: int, *, enabled: bool) -> None:
        self.calls: list[str] = []
        self._count, self._enabled = (700, young, full), enabled

    def get_count(self) -> tuple[int, int, int]:
        return self._count

    def get_threshold(self) -> tuple[int, int, int]:
        return 700, 10, 10

    def isenabled(self) -> bool:
        return self._enabled

    def collect(self) -> None:
        self.calls.append("collect")

    def freeze(self) -> None:
        self.calls.append("freeze")


@pytest.mark.parametrize(
    ("young", "full", "enabled", "expected"),
    [
        (2, 0, True, []),
        (3, 0, True, ["collect", "freeze", "return", "collect", "return"]),
        (0, 1, True, ["collect", "freeze", "return", "collect", "return"]),
        (9, 9, False, []),
    ],
)
def test_garbage_is_collected_if_there_is_some(
    monkeypatch: pytest.MonkeyPatch, young: int, full: int, enabled: bool, expected: list[str]
) -> None:
    """What is left of the first collection is left out of all later ones."""
    fake = _FakeGc(young, full, enabled=enabled)
    monkeypatch.setattr(garbage, "gc", fake)
    monkeypatch.setattr(garbage, "return_free_memory", lambda: fake.calls.append("return"))
    collector = garbage.GarbageCollector()
    collector.collect()
    collector.collect()
    assert fake.calls == expected
