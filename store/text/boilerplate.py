"""Boilerplate of pages and feeds: addresses, and paragraphs that say nothing about the article.

What is left is what articles are compared and described by; it is shown nevertheless.
"""

from __future__ import annotations

import re

MAX_BOILERPLATE_WORDS = 40
"""A longer paragraph is part of the article."""
MAX_BOILERPLATE_CHARS = 1000

BEGINNING_LIST = """
    read more|read also|also read|see also|read next|read the full|continue reading|more from
    more on this story|more stories|sign up for|sign up to|subscribe to|subscribe now|register for free
    follow us|share this|share on|share via|like us on|join us|join our|join the conversation|click here|download our
    download the app|get our|get the latest|support us|support our|donate now|donate to|©|(c)|all rights reserved
    originally published|first published|this article was originally|this article was first|this story was originally
    this story was first|this article originally|this article first|leave a comment|view comments|post a comment|contact us
    image source|image caption|getty images|play video|skip to|skip past|got a tip|have a tip|have you been affected
    lesen sie auch|lesen sie mehr|mehr zum thema|mehr dazu|weiterlesen|folgen sie uns|jetzt abonnieren
    abonnieren sie|alle rechte vorbehalten|lire aussi|lire la suite|lire également|à lire aussi|à lire également
    abonnez-vous|inscrivez-vous|suivez-nous|article réservé|tous droits réservés|lea también|lee también|leer más
    te puede interesar|suscríbete|suscríbase|síguenos|todos los derechos|leggi anche|leggi tutto
    continua a leggere|iscriviti|abbonati|seguici|tutti i diritti|leia também|leia mais|assine|siga-nos
    todos os direitos|lees ook|lees verder|meer lezen|schrijf je in|alle rechten|läs också|läs mer
    les også|læs også|lue myös|czytaj także|czytaj też|czytaj więcej|читайте также|подписывайтесь|подпишитесь
    все права|читайте також|підписуйтесь|підпишіться|усі права
"""
"""The first words of a paragraph of boilerplate."""
ANYWHERE_LIST = """
    all rights reserved|appeared first on|our newsletter|to our newsletters|privacy policy|terms of use|terms of service
    sign up for our|subscribe to our|follow us on|download our app|our whatsapp channel|unseren newsletter|notre newsletter
    nuestro boletín
"""
CREDIT_LIST = """
    photo|photos|photograph|image|images|picture|pictures|video|graphic|illustration|credit|source|photo credit
    photo by|image credit|foto|fotos|bild|bilder|quelle|crédit|crédits|crédit photo|photographie|légende|crédito|fuente
    imagen|imágenes|fonte|imagem|immagine|фото|источник|джерело
"""
"""Words before the colon of a credit."""
LABEL_LIST = """
    related|related articles|related stories|related topics|recommended for you|advertisement|sponsored|promoted|newsletter
    subscribe|sign up|donate|anzeige|werbung|publicité|publicidad|pubblicità|publicidade|advertentie|реклама
"""
"""Words that are boilerplate if they stand alone or before a colon; a sentence may begin with them."""


def _split_phrases(phrases: str) -> list[str]:
    return [each for line in phrases.split("\n") for each in line.strip().split("|") if each]


def _alternatives(phrases: str) -> str:
    return "|".join(map(re.escape, _split_phrases(phrases)))


_BEGINNING = re.compile(
    rf"[^\w©(]*(?:(?:{_alternatives(BEGINNING_LIST)})(?!\w)|(?:{_alternatives(CREDIT_LIST)})\s?:"
    rf"|(?:{_alternatives(LABEL_LIST)})\s?(?::|[^\w\s]*$)|copyright\W*\d{{4}}"
    r"|follow (?:\S+ ){1,5}on (?:x|twitter|facebook|instagram|bluesky|mastodon|threads|telegram|youtube|whatsapp)\b)",
    re.IGNORECASE,
)
_ANYWHERE = _split_phrases(ANYWHERE_LIST)
_ADDRESS = re.compile(
    r"https?://[^\s<>\"]+|www\.[^\s<>\"]+|(?<![\w.+-])[\w.+-]{1,64}@[\w-]+\.[\w.-]+"
    r"|(?<![\w.-])(?:[\w-]{1,63}\.){1,5}[a-z]{2,12}/[^\s<>\"]*",
    re.IGNORECASE,
)


def is_boilerplate(paragraph: str) -> bool:
    """Return True for a short paragraph such as `Read more: …` or `Photo: …`."""
    if len(paragraph.split(None, MAX_BOILERPLATE_WORDS)) > MAX_BOILERPLATE_WORDS:
        return False
    paragraph = paragraph[:MAX_BOILERPLATE_CHARS]
    lowered = paragraph.casefold()
    return bool(_BEGINNING.match(paragraph)) or any(each in lowered for each in _ANYWHERE)


def strip_boilerplate(text: str) -> str:
    """Return a text without markup as it is compared: without boilerplate and addresses."""
    kept = "\n".join(line for line in text.split("\n") if not is_boilerplate(line))
    may_have_address = "/" in kept or "@" in kept or "www." in kept
    return _ADDRESS.sub(" ", kept) if may_have_address else kept
