"""Automatic backups: one a day, seven of them, whatever the clock says."""

from __future__ import annotations

import errno
import os
from datetime import datetime, timedelta

import pytest

from store.backup.archive import verify_archive
from store.backup.auto_backups import auto_backup_folder, list_auto_backups
from store.backup.backup import make_auto_backup, select_surplus_backups
from tests.support.backups import VERSION, collect_problems, paths_of
from tests.support.fault_injection import always_failing
from tests.support.libraries import Machine, add, articles, ids
from tests.support.steps import run_steps


def day_by_day(machine: Machine, *days: str) -> list[str]:
    """Read something and request the automatic backup each day; return those that are kept."""
    paths = paths_of(machine)
    for day in days:
        machine.clock.now = datetime.fromisoformat(f"{day}T12:00:00+00:00")
        library = machine.open()
        library.record("opened", ids(1))
        library.close()
        assert collect_problems(make_auto_backup(paths, machine.clock, VERSION)) == []
    return sorted(path.name[8:-4] for path in list_auto_backups(paths))


@pytest.fixture
def small(machine: Machine) -> Machine:
    """A machine with one article."""
    add(machine.open(), articles([1]))
    return machine


def test_the_backup_of_the_day(small: Machine) -> None:
    paths = paths_of(small)
    made = run_steps(make_auto_backup(paths, small.clock, VERSION))
    assert made == auto_backup_folder(paths) / "newstui-2031-05-06.zip"
    assert list_auto_backups(paths) == [made]
    assert run_steps(verify_archive(made)).count("articles") == 1
    assert small.folder not in made.parents


def test_at_most_one_backup_a_day(small: Machine) -> None:
    assert day_by_day(small, "2031-05-06", "2031-05-06") == ["2031-05-06"]
    assert run_steps(make_auto_backup(paths_of(small), small.clock, VERSION)) is None


def test_no_backup_without_changes(small: Machine) -> None:
    paths = paths_of(small)
    assert run_steps(make_auto_backup(paths, small.clock, VERSION)) is not None
    small.clock.now += timedelta(days=3)
    assert list(make_auto_backup(paths, small.clock, VERSION)) == []
    assert len(day_by_day(small, "2031-05-12")) == 2


def test_no_backup_of_an_empty_library(machine: Machine) -> None:
    """Case 11: a library that has lost its articles displaces no backup that has them."""
    machine.open().record("opened", ids(1))
    assert list(make_auto_backup(paths_of(machine), machine.clock, VERSION)) == []
    assert not paths_of(machine).state.exists()


def test_each_library_has_its_own_backups(small: Machine) -> None:
    paths = paths_of(small)
    assert auto_backup_folder(paths) != auto_backup_folder(
        paths._replace(library=small.home / "another")
    )


@pytest.mark.parametrize(
    ("days", "kept"),
    [
        (
            [f"2031-05-{day:02}" for day in range(1, 11)],
            [f"2031-05-{day:02}" for day in range(4, 11)],
        ),
        # long pauses cost nothing
        (["2031-05-01", "2035-01-01", "2050-01-01"], ["2031-05-01", "2035-01-01", "2050-01-01"]),
        # an evening in 1970, as computers without a battery have it
        (["2031-05-01", "1970-01-01", "2031-05-02"], ["1970-01-01", "2031-05-01", "2031-05-02"]),
        # a wrong year, and back: what came before stays, and new ones are made
        (
            ["2031-05-01", "2100-01-01", "2031-05-02", "2031-05-03"],
            ["2031-05-01", "2031-05-02", "2031-05-03", "2100-01-01"],
        ),
    ],
)
def test_the_clock_jumps(days: list[str], kept: list[str], small: Machine) -> None:
    """Case 35: backups are pruned by number, never because of time alone."""
    assert day_by_day(small, *days) == kept


def test_a_clock_that_was_wrong_for_a_long_time(small: Machine) -> None:
    """Case 35: backups from the far future neither stop new ones nor displace them."""
    future = [f"2100-01-{day:02}" for day in range(1, 10)]
    present = [f"2031-05-{day:02}" for day in range(1, 10)]
    assert day_by_day(small, *future) == future[-7:]
    assert day_by_day(small, *present) == present[-7:] + future[-7:]


def test_surplus_backups() -> None:
    """Case 35: only our own names count, and incomplete backups count separately."""
    good = [f"newstui-2031-05-{day:02}.zip" for day in range(1, 9)]
    bad = [f"newstui-2031-05-{day:02}-incomplete.zip" for day in range(9, 18)]
    foreign = ["newstui-2031-05-01.zip.bak", "holiday.zip", "newstui-1.zip"]
    names = [*foreign, *bad, *good]
    assert sorted(select_surplus_backups(names, "2031-06-01")) == [*sorted([*bad[:2], good[0]])]
    assert select_surplus_backups(good[:7], "1970-01-01") == []
    assert select_surplus_backups(good[:7], "2100-01-01") == []


def test_backups_of_a_damaged_library_displace_no_intact_one(small: Machine) -> None:
    """Case 13: it is backed up, reported, and counted separately."""
    assert day_by_day(small, "2031-05-01") == ["2031-05-01"]
    paths, text = paths_of(small), small.segments("texts")[0]
    text.write_bytes(b"")
    small.clock.now += timedelta(days=1)
    assert collect_problems(make_auto_backup(paths, small.clock, VERSION)) == [
        f"in today's backup: {text}: the file is empty"
    ]
    names = [path.name for path in list_auto_backups(paths)]
    assert names == ["newstui-2031-05-02-incomplete.zip", "newstui-2031-05-01.zip"]
    assert list(make_auto_backup(paths, small.clock, VERSION)) == []


@pytest.mark.parametrize("name", ["write", "fsync", "link", "scandir"])
def test_a_failure_is_reported_and_not_raised(
    name: str, small: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cases 4, 6: the reader goes on."""
    paths = paths_of(small)
    folder = auto_backup_folder(paths)
    folder.mkdir(parents=True)
    with monkeypatch.context() as patch:
        patch.setattr(os, name, always_failing(errno.ENOSPC))
        (line,) = collect_problems(make_auto_backup(paths, small.clock, VERSION))
    assert line.startswith("automatic backup failed: ")
    assert "o space left on" in line
    assert list_auto_backups(paths) == []
    assert list(folder.iterdir()) == []


def test_automatic_backups_run_in_steps(full: Machine) -> None:
    """Between any two steps the reader may do something else, or leave."""
    paths = paths_of(full)
    steps = make_auto_backup(paths, full.clock, VERSION)
    first = next(steps)
    assert 0 < first.done < first.total
    full.open().record("read", ids(7))
    steps.close()
    assert list(auto_backup_folder(paths).iterdir()) == []
    assert len(list(make_auto_backup(paths, full.clock, VERSION))) >= 12


def test_two_automatic_backups_at_once(small: Machine) -> None:
    """Case 36: the second one finds it done."""
    paths = paths_of(small)
    steps = make_auto_backup(paths, small.clock, VERSION)
    next(steps)
    assert run_steps(make_auto_backup(paths, small.clock, VERSION)) is not None
    assert run_steps(steps) is None
    assert len(list(auto_backup_folder(paths).iterdir())) == 1
