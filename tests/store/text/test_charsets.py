"""Charsets of documents and files: declared, marked in the bytes, or guessed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.model.errors import InvalidInput
from store.text.decoding import decode_document, decode_text

SENTENCES = {
    "El niño comió una manzana en el jardín, y mañana volverá.": "latin-1 cp1252",
    "Über Nacht fiel viel Schnee, und die Straßen blieben gesperrt.": "latin-1 mac-roman",
    "“It’s over,” she said — and left the café.": "cp1252",
    "Det var kallt i Göteborg, så alla stannade hemma på lördag.": "cp1252",
    "Perché la città è così bella? Perché c’è più luce.": "cp1252",
    "Zażółć gęślą jaźń. Wczoraj w Łodzi padał śnieg i było zimno.": "cp1250 iso8859-2",
    "Příliš žluťoučký kůň úpěl ďábelské ódy.": "cp1250",
    "Сегодня в Москве было холодно, и люди остались дома.": "cp1251 koi8-r iso8859-5 cp866",
    "Новий уряд України оголосив про зміни наступного року.": "cp1251 koi8-u",
    "Σήμερα στην Αθήνα έκανε πολύ κρύο και έμειναν σπίτι.": "cp1253 iso8859-7",
    "Bugün İstanbul'da hava çok soğuktu, çocuklar okula gitmedi.": "cp1254",
    "שלום לכולם, היום יום יפה מאוד ואנחנו הולכים לים.": "cp1255",
    "افتتح المعرض الجديد أمس في القاهرة بحضور عدد كبير من الناس.": "cp1256",
    "Šiandien Vilniuje labai šalta, žmonės lieka namuose.": "cp1257",
    "วันนี้อากาศดีมากและเราจะไปทะเล": "cp874",
    "今日は東京でとても寒かったので、人々は家にいました。": "shift_jis euc_jp iso2022_jp",
    "今天北京非常冷，人们都待在家里。孩子们没有去上学。": "gb18030 gbk",
    "昨天晚上新的展覽在臺北開幕，許多人前來參觀。": "big5",
    "오늘 서울은 매우 추워서 사람들이 집에 머물렀다.": "euc_kr cp949",
    "Le café est fermé.": "utf-8 utf-8-sig utf-16 utf-16-le utf-16-be utf-32",
}
SAMPLES = [(text, name) for text, names in SENTENCES.items() for name in names.split()]
PAGE = "<html><head><title>{0}</title></head><body><p>{0}</p></body></html>"


@pytest.mark.parametrize(("text", "charset"), SAMPLES)
@pytest.mark.parametrize(
    "layout", ["{0}\n", PAGE, f"{'<p>No accents here.</p>' * 300}<p>{{0}}</p>"]
)
def test_an_undeclared_charset_is_guessed(text: str, charset: str, layout: str) -> None:
    document = layout.format(text)
    assert decode_text(document.encode(charset)) == document
    assert decode_document(document.encode(charset)) == document


@pytest.mark.parametrize("text", ["Café", "naïve", "25 °C", "£5", "a – b", "São Paulo", "Grüße"])
def test_a_few_accents_are_western(text: str) -> None:
    assert decode_text(text.encode("cp1252")) == text


@pytest.mark.parametrize(
    ("declared", "charset", "text"),
    [
        ("windows-1251", "cp1251", "ж"),
        ("koi8-r", "koi8-r", "ж"),
        ("ISO-8859-1", "cp1252", "é €"),
        ("iso-8859-9", "cp1254", "ğ €"),
        ("x-sjis", "cp932", "日 ①"),
        ("euc-kr", "cp949", "각 똠"),
        ("gb2312", "gb18030", "镕 日"),
        ("TIS-620", "cp874", "ก €"),
        ("windows-874", "cp874", "ก €"),
        ("win-1251", "cp1251", "ж"),
        ("windows-949", "cp949", "각 똠"),
        ("iso-8859-8-i", "iso8859-8", "א"),
        ("utf-8", "utf-8", "ж é 日"),
        ("windows-1251", "utf-8", "ж é 日"),
    ],
)
def test_a_declared_charset_is_read(declared: str, charset: str, text: str) -> None:
    for head in (f'<meta charset="{declared}">', f"<meta content='text/html; charset={declared}'>"):
        html = f"<html><head>{'<!-- -->' * 500}{head}</head><p>{text}</p>"
        assert decode_document(html.encode(charset)) == html
    assert decode_document(text.encode(charset), declared) == text


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("é".encode() * 30 + b" caf\xe9 x", "é" * 30 + " café x"),
        ("é".encode() * 30 + "–".encode()[:2], "é" * 30),
        ("é ж 日".encode() + b" caf\xe9 x", "é ж 日 café x"),
        ("é ж 日 –".encode()[:-1] + b" end", "é ж 日 \ufffd end"),
        (b"caf\xe9", "café"),
        (b"\xef\xbb\xbf" + "é".encode() * 30 + b" \x81x", "é" * 30 + " \x81x"),
    ],
)
def test_stray_bytes_are_western(data: bytes, text: str) -> None:
    assert decode_text(data) == text


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\x7fELF\0\0\0", "binary, not text"),
        ("Grüße".encode("utf-16") + b"!", "not UTF-16 at byte 12"),
        (bytes(range(1, 256)) * 40, "neither UTF-8 nor another known charset"),
    ],
)
def test_what_is_no_text_is_rejected(data: bytes, reason: str) -> None:
    with pytest.raises(InvalidInput, match=reason):
        decode_text(data)


@given(st.binary())
def test_no_bytes_make_a_document_fail(data: bytes) -> None:
    assert isinstance(decode_document(data), str)
