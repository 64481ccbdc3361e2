"""Texts of the shop in the letters that Counterpoint's columns can hold. Pure; nothing is ever cut here.

Counterpoint's texts are VARCHAR in a Western code page. What people type and that page lacks is written with its
nearest equal (facts 2.2); letters of other scripts and emoji have none and are left out.
"""

import re
import unicodedata

# ruff: noqa: RUF001 - such letters are what this is about

_EQUALS = str.maketrans(
    {
        "‘": "'", "’": "'", "‚": "'", "‛": "'", "′": "'", "“": '"', "”": '"', "„": '"', "‟": '"', "″": '"',
        "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "―": "-", "−": "-", "…": "...", "•": "*",
        "™": "(TM)", "€": "EUR", "⁄": "/", "№": "No.", "μ": "µ", "\u00ad": "",
    }
)  # fmt: skip
_BLANKS = re.compile(r"\s+")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_EXTENSION = re.compile(r"(?:ext(?:ension)?\.?|x)\s*(\d+)\s*$", re.IGNORECASE)


def clean(text: object) -> str:
    """Return a text in ASCII and Latin-1, without control characters, with single blanks and none around it."""
    if text is None:
        return ""
    said = str(text)
    if said.isascii() and said.isprintable():
        return _BLANKS.sub(" ", said).strip()
    told = unicodedata.normalize("NFC", said).translate(_EQUALS)
    return _BLANKS.sub(" ", "".join(map(_letter, told))).strip()


def lost(text: object) -> bool:
    """True when letters or digits of a text have no equal: its cleaned form says less than it did."""
    said = str(text or "")
    if said.isascii():
        return False
    told = unicodedata.normalize("NFC", said).translate(_EQUALS)
    return any(letter.isalnum() and not _letter(letter).strip() for letter in told)


def _letter(letter: str) -> str:
    if letter.isspace() or ord(letter) < 32 or 127 <= ord(letter) < 160:
        return " "
    if ord(letter) < 256:
        return letter
    plain = unicodedata.normalize("NFKD", letter)  # ﬁ, ½ as one sign, letters with rarer accents
    return "".join(part for part in plain.translate(_EQUALS) if 32 <= ord(part) < 127)


def plain(text: object) -> str:
    """Return a text for a column that holds every letter: without control characters and outer blanks."""
    told = str(text or "")
    kept = (
        letter if letter == "\n" or not unicodedata.category(letter).startswith("C") else " "
        for letter in told
    )
    return "".join(kept).strip()


def email(text: object) -> str:
    """Return an e-mail address in lower case; one that is none is kept as it is, and finds nobody."""
    return clean(text).lower()


def is_email(text: str) -> bool:
    """True when a text has the shape of an e-mail address."""
    return bool(_EMAIL.fullmatch(text))


def phone(text: object) -> str:
    """Return a telephone number; ten digits of the United States as (305) 555-0123 ext 12."""
    told = clean(text)
    extension = _EXTENSION.search(told)
    number = told[: extension.start()] if extension else told
    digits = re.sub(r"\D", "", number)
    if len(digits) == 11 and digits.startswith("1"):
        digits = digits[1:]
    if len(digits) != 10 or re.search(r"[A-Za-z]", number):
        return told
    shown = f"({digits[:3]}) {digits[3:6]}-{digits[6:]}"
    return f"{shown} ext {extension[1]}" if extension else shown
