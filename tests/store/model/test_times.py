"""Timestamps of any form become ISO 8601 in UTC; a date stays a date."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.model.date_text import find_day_order
from store.model.times import (
    format_timestamp,
    from_microseconds,
    parse_timestamp,
    system_clock,
    to_microseconds,
    to_unix_seconds,
)

DAY = "2022-02-28"
TIME = "2022-02-28T20:04:00Z"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (DAY, DAY),
        (f"  {DAY}\n", DAY),
        ("20220228", DAY),
        ("2022/02/28", DAY),
        ("Feb. 28, 2022", DAY),
        ("28 February 2022", DAY),
        ("Mon, 28 Feb 2022", DAY),
        (date(2022, 2, 28), DAY),
        ("1970-01-01", "1970-01-01"),
        ("Jan 1 1970", "1970-01-01"),
        ("Jan. 1, 1499", "1499-01-01"),
        ("12 May 1403", "1403-05-12"),
        (TIME, TIME),
        ("2022-02-28T20:04:00.25Z", "2022-02-28T20:04:00.25Z"),
        ("2022-02-28T20:04:00+00:00", TIME),
        ("2022-02-28T21:04:00+01:00", TIME),
        ("2022-02-28 20:04", TIME),
        ("2022/02/28 20:04", TIME),
        ("20220228T200400Z", TIME),
        ("2022-02-28 8:04 pm", TIME),
        ("Feb. 28, 2022, 8:04 p.m.", TIME),
        ("2022-03-01T00:04:00+04:00", TIME),
        ("Mon, 28 Feb 2022 20:04:00 GMT", TIME),
        ("Mon, 28 Feb 2022 21:04:00 +0100", TIME),
        ("Mon, 28 Feb 2022 15:04:00 EST", TIME),
        ("Mon, 28 Feb 2022 13:04:00 PDT", "2022-02-28T20:04:00Z"),
        ("28 Feb 2022 20:04 XYZ", TIME),  # a zone that nobody knows
        (1646078640, TIME),
        (1646078640.0, TIME),
        ("1646078640", TIME),
        (1646078640000, TIME),
        ("1646078640000", TIME),
        (-1, "1969-12-31T23:59:59Z"),
        (datetime(2022, 2, 28, 20, 4), TIME),
        (datetime(2022, 2, 28, 21, 4, tzinfo=timezone(timedelta(hours=1))), TIME),
    ],
)
def test_parses(value: Any, expected: str) -> None:
    assert parse_timestamp(value) == expected


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        "",
        "x",
        "today",
        "12:30",
        "May 5",
        "2022-02-30",
        "2022-02-30T00:00:00Z",
        "2022-02-28T25:00:00Z",
        "0000-01-01",
        "9999-12-31T23:59:59-05:00",
        "0001-01-01T00:00:00+05:00",
        "0001-01-01T00:00:00Z",
        datetime(1, 1, 1),
        "1403/12/10",
        "1403/12/10 10:00 UTC",
        "سه‌شنبه 1403/02/04",
        "Jan 1 0001",
        "۱۴۰۲/۱۲/۱۰",
        "2023-366",
        "2024-367",
        "0000060",
        "9999-999",
        "2022-02-28T20:04:00+99:00",
        "Feb 28 2022 20:04 +9999",
        "x" * 100,
        "9" * 30,
        10**400,
        float("nan"),
        float("inf"),
        [2022],
        {},
    ],
)
def test_rejects(value: Any) -> None:
    """Case 18: timestamps."""
    assert parse_timestamp(value) is None


@given(st.one_of(st.text(max_size=70), st.integers(), st.floats(), st.datetimes(), st.dates()))
def test_any_value_gives_a_timestamp_or_none(value: Any) -> None:
    found = parse_timestamp(value)
    assert found is None or parse_timestamp(found) == found


MOMENTS = st.datetimes(datetime(1, 1, 2), timezones=st.just(UTC))


@given(MOMENTS)
def test_round_trip(moment: datetime) -> None:
    assert from_microseconds(to_microseconds(moment)) == moment
    assert datetime.fromisoformat(format_timestamp(moment)) == moment
    assert to_microseconds(datetime.fromisoformat(format_timestamp(moment))) == to_microseconds(
        moment
    )
    assert parse_timestamp(format_timestamp(moment)) == format_timestamp(moment)
    assert (
        to_unix_seconds(format_timestamp(moment.replace(microsecond=0)))
        == to_microseconds(moment) // 1_000_000
    )


@pytest.mark.parametrize("value", [10**18, -(10**18)])
def test_out_of_range_microseconds(value: int) -> None:
    assert from_microseconds(value).year == 9999


@pytest.mark.parametrize(
    ("text", "expected"),
    [(None, 0), ("", 0), ("x", 0), ("1970-01-02", 86400), (DAY, 1646006400), (TIME, 1646078640)],
)
def test_to_unix_seconds(text: str | None, expected: int) -> None:
    assert to_unix_seconds(text) == expected


def test_system_clock_is_in_utc() -> None:
    assert system_clock().tzinfo is UTC


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Mon, 06 May 2024 07:08:09 GMT-07:00", "2024-05-06T14:08:09Z"),
        ("2024-05-06t07:08:09z", "2024-05-06T07:08:09Z"),
        ("Monday, 06-May-24 07:08:09 GMT", "2024-05-06T07:08:09Z"),
        ("6 травня 2024 р.", "2024-05-06"),
        ("2024-127", "2024-05-06"),
        ("2024127T070809Z", "2024-05-06T07:08:09Z"),
        ("2024-W19-1", "2024-05-06"),
        ("วันจันทร์ที่ 6 พฤษภาคม พ.ศ. 2567 เวลา 07:08 น.", "2024-05-06T07:08:00Z"),
        ("6 พ.ค. 2024", "2024-05-06"),
        ("๖ พฤษภาคม ๒๕๖๗", "2024-05-06"),
        ("Thứ Hai, 26/02/2024, 14:08 (GMT+7)", "2024-02-26T07:08:00Z"),
        ("ngày 6 tháng 5 năm 2024", "2024-05-06"),
        ("令和6年5月6日", "2024-05-06"),
        ("R6.5.6", "2024-05-06"),
        ("平成元年5月6日", "1989-05-06"),
        ("民國113年5月6日", "2024-05-06"),
        ("2024. 5. 6. 오후 3:05", "2024-05-06T15:05:00Z"),
        ("2024-05-06（月）", "2024-05-06"),
        ("周一, 06 5月 2024 07:08:09 +0800", "2024-05-05T23:08:09Z"),
        ("星期一, 6 五月, 2024", "2024-05-06"),
        ("月, 06 5 2024 07:08:09 +0900", "2024-05-05T22:08:09Z"),
        ("6 مايو، 2024", "2024-05-06"),
        ("6 أيار 2024", "2024-05-06"),
        ("৬ ফেব্রুয়ারি ২০২৪", "2024-02-06"),
        ("6 במאי 2024", "2024-05-06"),
        ("Mi, 06 Mrz 2024 07:08:09 +0100", "2024-03-06T06:08:09Z"),
        ("6. maj 2024 kl. 07.08", "2024-05-06T07:08:00Z"),
        ("6 mei 2024 om 07:08", "2024-05-06T07:08:00Z"),
        ("6 maggio 2024 alle ore 07:08", "2024-05-06T07:08:00Z"),
        ("07:08 06.05.2024", "2024-05-06T07:08:00Z"),
        ("07:08, 06/05/2024", "2024-06-05T07:08:00Z"),
        ("2024-05-06T07:08:09 02:00", "2024-05-06T05:08:09Z"),
        ("2024 m. gegužės 6 d.", "2024-05-06"),
        ("2024. gada 6. maijs", "2024-05-06"),
        ("06/May/2024:07:08:09 +0100", "2024-05-06T06:08:09Z"),
        ("6 May 2024 | 07:08", "2024-05-06T07:08:00Z"),
        ("May 6, 2024, 3:08 a.m. ET", "2024-05-06T07:08:00Z"),
        (133594528890000000, "2024-05-06T07:08:09Z"),
        ("٦ مايو ٢٠٢٤", "2024-05-06"),
        ("Mon, 06 May 2024 07:08:09 GMT+0100", "2024-05-06T06:08:09Z"),
        ("Mon, 06 May 2024 07:08:09 UTC+1", "2024-05-06T06:08:09Z"),
        ("2024-05-06 07:08:09 UTC-03:30", "2024-05-06T10:38:09Z"),
        ("Mon, 06 May 2024 07:08:09 -0500 EST", "2024-05-06T12:08:09Z"),
        ("Mon, 06 May 2024 07:08:09 EST-0500", "2024-05-06T12:08:09Z"),
        (
            "Mon May 06 2024 07:08:09 GMT+0200 (Central European Summer Time)",
            "2024-05-06T05:08:09Z",
        ),
        ("Mon May  6 07:08:09 +0200 2024", "2024-05-06T05:08:09Z"),
        ("Mon May  6 07:08:09 CEST 2024", "2024-05-06T05:08:09Z"),
        ("Mon, 06 May 2024 07:08:09 Europe/Brussels", "2024-05-06T05:08:09Z"),
        ("Mon, 06 May 2024 07:08:09 PST8PDT", "2024-05-06T14:08:09Z"),
        ("2024-03-05 10:00 CET-1CEST", "2024-03-05T09:00:00Z"),
        ("2024-07-05 10:00 CET-1CEST,M3.5.0,M10.5.0/3", "2024-07-05T08:00:00Z"),
        ("2024-07-05 10:00 JST-9", "2024-07-05T01:00:00Z"),
        ("2024-07-05 10:00 EST+5EDT", "2024-07-05T14:00:00Z"),
        ("2024-07-05 10:00 EST/EDT", "2024-07-05T14:00:00Z"),
        ("2024-07-05 10:00 British Summer Time", "2024-07-05T09:00:00Z"),
        ("2024-07-05 10:00 Coordinated Universal Time", "2024-07-05T10:00:00Z"),
        ("2024-07-05 10:00 UTC±0", "2024-07-05T10:00:00Z"),
        ("2024-07-05 10:00 HAEC", "2024-07-05T08:00:00Z"),
        ("2024-01-06 07:08 EST5EDT", "2024-01-06T12:08:00Z"),
        ("2024-01-06T07:08:09+01:00[Europe/Brussels]", "2024-01-06T06:08:09Z"),
        ("Thur, 09 May 2024 07:08:09 +0000", "2024-05-09T07:08:09Z"),
        ("Mo, 06 May 2024 07:08:09 +0000", "2024-05-06T07:08:09Z"),
        ("Mon, 06 May 2024 24:00:00 GMT", "2024-05-07T00:00:00Z"),
        ("2024-12-31T24:00:00Z", "2025-01-01T00:00:00Z"),
        ("Sat, 31 Dec 2016 23:59:60 GMT", "2017-01-01T00:00:00Z"),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"),
        ("Mo, 06 Mai 2024 07:08:09 +0200", "2024-05-06T05:08:09Z"),
        ("6. März 2024", "2024-03-06"),
        ("Mittwoch, 4. Dezember 2024, 17:30 Uhr", "2024-12-04T17:30:00Z"),
        ("mar., 02 janv. 2024 10:00:00 +0100", "2024-01-02T09:00:00Z"),
        ("lundi 1er août 2022 à 17h30", "2022-08-01T17:30:00Z"),
        ("15 de marzo de 2024", "2024-03-15"),
        ("mié, 04 dic 2024 10:00:00 +0000", "2024-12-04T10:00:00Z"),
        ("martedì 5 marzo 2024", "2024-03-05"),
        ("gio, 09 mag 2024 07:08:09 +0200", "2024-05-09T05:08:09Z"),
        ("Пн, 06 мая 2024 07:08:09 +0300", "2024-05-06T04:08:09Z"),
        ("6 февраля 2024 г.", "2024-02-06"),
        ("ter, 07 mai 2024 07:08:09 -0300", "2024-05-07T10:08:09Z"),
        ("7 de fevereiro de 2024", "2024-02-07"),
        ("ma, 06 mei 2024 07:08:09 +0200", "2024-05-06T05:08:09Z"),
        ("3 maart 2024", "2024-03-03"),
        ("11 listopada 2024", "2024-11-11"),
        ("5 Ağustos 2024", "2024-08-05"),
        ("2024年5月6日 15時04分", "2024-05-06T15:04:00Z"),
        ("2024년 5월 6일 오후 3:04", "2024-05-06T15:04:00Z"),
        ("03.04.2024 10:00", "2024-04-03T10:00:00Z"),
        ("03/04/2024", "2024-03-04"),
        ("Sun, 19 May 02 15:21:36 GMT", "2002-05-19T15:21:36Z"),
        ("20220228200400", "2022-02-28T20:04:00Z"),
        ("20220228200400123", "2022-02-28T20:04:00Z"),
        ("segunda-feira, 28 de fevereiro de 2022", "2022-02-28"),
        (1646078640000000, TIME),
        ("13290552240000000", TIME),
        ("1646078640000000000", TIME),
        ("/Date(1646078640000)/", TIME),
        (2022, "2022-01-01"),
        (20220228, DAY),
        ("Mon, 01 Jan 0001 00:00:00 +0000", None),
        ("Wed, 30 Nov -0001 00:00:00 +0000", None),
        ("-0001-11-30T00:00:00+00:00", None),
        ("0000-00-00 00:00:00", None),
        ("yesterday", None),
        ("Mon, 06 Foo 2024 07:08:09 GMT", None),
        # -- labels, two-digit years and half of the day
        ("Updated May 6, 2024, 3:08 AM ET", "2024-05-06T07:08:00Z"),
        ("Published: 6 May 2024", "2024-05-06"),
        ("Veröffentlicht: 6. Mai 2024, 07:08 Uhr", "2024-05-06T07:08:00Z"),
        ("Publié le 6 mai 2024 à 7h08", "2024-05-06T07:08:00Z"),
        ("Last modified: 2024-05-06", "2024-05-06"),
        ("First published on May 6, 2024 @ 7:08 am", "2024-05-06T07:08:00Z"),
        ("6 May '24", "2024-05-06"),
        ("6 พ.ค. 67", "2024-05-06"),
        ("6 พ.ค. 67 07:08 น.", "2024-05-06T07:08:00Z"),
        ("6 مايو، 2024 7:08 م", "2024-05-06T19:08:00Z"),
        ("7:08 ص، 6 مايو 2024", "2024-05-06T07:08:00Z"),
        ("Δευτέρα, 6 Μαΐου 2024 7:08 μ.μ.", "2024-05-06T19:08:00Z"),
        ("6η Μαΐου 2024 7:08 πμ", "2024-05-06T07:08:00Z"),
        # -- names of months and numbers
        ("5. Jänner 2024", "2024-01-05"),
        ("Di, 6. Feber 2024", "2024-02-06"),
        ("6 كانون الثاني 2024", "2024-01-06"),
        ("6 تشرين الأول 2024", "2024-10-06"),
        ("15 setiembre 2024", "2024-09-15"),
        ("tysdag 6. februar 2024", "2024-02-06"),
        ("6 Desemba 2024", "2024-12-06"),
        ("יום שני, 6 במאי 2024", "2024-05-06"),
        ("יום ב׳, 6 במאי 2024", "2024-05-06"),
        ("D:20240506070809+02'00'", "2024-05-06T05:08:09Z"),
        ("৬ জানুয়ারি ২০২৪", "2024-01-06"),
        ("二〇二四年五月六日", "2024-05-06"),
        ("二零二四年十二月三十一日 下午3時", "2024-12-31T15:00:00Z"),
        ("2024年五月二十日", "2024-05-20"),
        # -- zones
        ("6 Mei 2024 14:08 WIB", "2024-05-06T07:08:00Z"),
        ("2024-05-06T07:08:09.000Z[UTC]", "2024-05-06T07:08:09Z"),
        ("mon, 06 may 2024 07:08:09 gmt", "2024-05-06T07:08:09Z"),
        ("2024-05-06 02:08 Etc/GMT+5", "2024-05-06T07:08:00Z"),
        ("2024-05-06 00:08 US/Pacific", "2024-05-06T07:08:00Z"),
        ("6 May 2024 00:08 Pacific Daylight Time", "2024-05-06T07:08:00Z"),
        ("May 6, 2024 3:08 AM Eastern Time", "2024-05-06T07:08:00Z"),
        ("2024-05-06 09:08 Central European Summer Time", "2024-05-06T07:08:00Z"),
        ("May 6, 2024 3:08 AM (ET)", "2024-05-06T07:08:00Z"),
        ("2024-05-05T23:08:00-0800 (PST)", "2024-05-06T07:08:00Z"),
        ("6 мая 2024, 10:08 по МСК", "2024-05-06T07:08:00Z"),
        ("2024-05-06 02:08 UTC−5", "2024-05-06T07:08:00Z"),
        ("Mon, 06 May 2024 09:08:09 0200", "2024-05-06T07:08:09Z"),
        ("Mon, 06 May 2024 07:08:09 MEST", "2024-05-06T05:08:09Z"),
        ("Mon, 06 May 2024 07:08:09 ACST", "2024-05-05T21:38:09Z"),
        ("May 6, 2024 03:08 ET", "2024-05-06T07:08:00Z"),
        ("May 6, 2024, 1:08 a.m. MT", "2024-05-06T07:08:00Z"),
        ("Mon, 06 May 2024 07:08:09 + 0100", "2024-05-06T06:08:09Z"),
        ("2024-05-06 07:08:09.5 +0000 UTC m=+0.012", "2024-05-06T07:08:09.500000Z"),
        # -- as cameras and file names write them
        ("2024:05:06 07:08:09", "2024-05-06T07:08:09Z"),
        ("2024-05-06 07.08", "2024-05-06T07:08:00Z"),
        ("6 mei 2024, 07:08 uur", "2024-05-06T07:08:00Z"),
        ("2024-05-06-07-08-09", "2024-05-06T07:08:09Z"),
        ("2024-05-06_07.08.09", "2024-05-06T07:08:09Z"),
        ("2024:99:06 07:08:09", None),
        # -- which of the two is the month?
        ("02-01-2024", None),
        ("Mon 02-01-2024 10:00", None),
        ("02-01-24", None),
        ("02-02-2024", "2024-02-02"),
        ("13-01-2024", "2024-01-13"),
        ("01-13-2024", "2024-01-13"),
    ],
)
def test_dates_of_feeds(value: Any, expected: str | None) -> None:
    assert parse_timestamp(value) == expected


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("03/04/2024", "de", "2024-04-03"),
        ("03/04/2024", "en-GB", "2024-04-03"),
        ("03/04/2024", "en-US", "2024-03-04"),
        ("03-04-2024", "nl", "2024-04-03"),
        ("03-04-2024", "en-US", "2024-03-04"),
        ("11 listopada 2024", "hr", "2024-10-11"),
    ],
)
def test_language_decides(text: str, language: str, expected: str) -> None:
    assert parse_timestamp(text, language) == expected


@pytest.mark.parametrize(
    ("dates", "order"),
    [
        (["02-01-2024", "13-01-2024"], True),
        (["02/01/24 10:00", "Mon 01/13/24"], False),
        (["13-01-2024", "01/13/2024"], None),
        (["02-01-2024", "2024-01-13", "13.01.2024", "1-13-99-2024"], None),
        ([], None),
    ],
)
def test_other_dates_decide(dates: list[str], order: bool | None) -> None:
    assert find_day_order(dates) is order


@pytest.mark.parametrize("text", ["03-04-2024", "03/04/2024", "Wed 03-04-2024"])
def test_a_known_order_comes_before_the_language(text: str) -> None:
    found = [parse_timestamp(text, "en-US", is_day_first=order) for order in (True, False)]
    assert found == ["2024-04-03", "2024-03-04"]
