"""Item codes: a base item (the bag), the printed film that plant 4 buys for it, the printed roll that plant 2 makes.

Codes are compared without regard to case, as the ERP does.
"""

FILM, ROLL = "16P4-", "1600-"


def core(item: str) -> str:
    """Return the base item: a leading 16P4- taken off, then a leading 1600-, once and in this order."""
    for mark in (FILM, ROLL):
        item = item[len(mark) :] if item.upper().startswith(mark) else item
    return item


def film_of(item: str) -> str:
    """Return the printed film of an item, of whichever of its forms."""
    return FILM + core(item)


def roll_of(item: str) -> str:
    """Return the printed roll of an item, of whichever of its forms."""
    return ROLL + core(item)


def derived_of(item: str) -> tuple[str, str]:
    """Return the printed film and the printed roll of an item."""
    return film_of(item), roll_of(item)


def is_film(item: str) -> bool:
    """True for a printed film, which alone is bought from plant 2."""
    return item.upper().startswith(FILM)


def same(one: str | None, other: str | None) -> bool:
    """True when two codes mean one item."""
    return (one or "").upper() == (other or "").upper()
