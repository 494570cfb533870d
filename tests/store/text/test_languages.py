"""The language of a text, by its script, by what it declares and by its words."""

from __future__ import annotations

import pytest

from store.text.languages import identify_language

ENGLISH = "The ferry crews have walked out, and the harbour is closed until the owners agree."
GERMAN = "Die Besatzungen der Fähren streiken, und der Hafen ist geschlossen, bis sie sich einigen."
FRENCH = "Les équipages des ferries sont en grève et le port est fermé, mais les négociations vont se poursuivre avec eux."
RUSSIAN = "Экипажи паромов бастуют, и порт закрыт, пока они не договорятся с владельцами о том, что будет."
UKRAINIAN = "Екіпажі поромів страйкують, і порт зачинено, доки вони не домовляться з власниками."
SWEDISH = (
    "Besättningarna på färjorna strejkar och hamnen är stängd tills de kommer överens med ägarna."
)
JAPANESE = "フェリーの乗組員がストライキに入り、港は閉鎖されている。"
CHINESE = "渡轮船员罢工，港口已经关闭，直到双方达成协议。"
KOREAN = "여객선 선원들이 파업에 들어가 항구가 문을 닫았다."
THAI = "ลูกเรือเฟอร์รี่นัดหยุดงานและท่าเรือปิดทำการ"
ARABIC = "أضرب طاقم العبارة عن العمل وأغلق الميناء"
PERSIAN = "خدمه کشتی اعتصاب کردند و بندر تا توافق بسته است"
HINDI = "नौका के कर्मचारी हड़ताल पर हैं और बंदरगाह बंद है"

POLISH = "Załogi promów strajkują, a port jest zamknięty, dopóki się nie porozumieją z ich właścicielami."
TURKISH = "Feribot mürettebatı grevde ve liman kapalı, ama sahipler bu plan için daha fazla para vermiyor."
CATALAN = "Les tripulacions dels ferris estan en vaga i el port és tancat, però els amos no hi estan d'acord."


@pytest.mark.parametrize(
    ("text", "declared", "language"),
    [
        (ENGLISH, "", "en"),
        (GERMAN, "", "de"),
        (FRENCH, "", "fr"),
        (RUSSIAN, "", "ru"),
        (JAPANESE, "", "ja"),
        (CHINESE, "", "zh"),
        (KOREAN, "", "ko"),
        (THAI, "", "th"),
        (ARABIC, "", "ar"),
        (PERSIAN, "", ""),
        (HINDI, "", "hi"),
        (POLISH, "", "pl"),
        (TURKISH, "", "tr"),
        (CATALAN, "", "ca"),
        (UKRAINIAN, "", ""),
        (SWEDISH, "", "sv"),
        ("Sarn 12 34", "", ""),
        ("", "", ""),
        ("Sarn 12 34", "de-AT", "de"),
        ("Sarn 12 34", "PT_br", "pt"),
        (GERMAN, "nl", "nl"),
        (JAPANESE, "en", "ja"),
        (PERSIAN, "fa", ""),
    ],
)
def test_script_counts_for_more_than_declaration_and_that_for_more_than_words(
    text: str, declared: str, language: str
) -> None:
    assert identify_language(text, declared) == language
