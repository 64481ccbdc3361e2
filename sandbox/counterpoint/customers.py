"""Customers of the paper merchant, some with accounts in the web shop. The same for a seed."""

import random
from dataclasses import dataclass, replace
from functools import lru_cache

CUSTOMERS = 600
FIRST_LEGACY = 2000
FIRST_WEB = 10000
FIRST_WOO_USER = 41

_FIRST = (
    "Maria", "James", "Ana", "Robert", "Linda", "Carlos", "Susan", "David", "Karen", "Luis", "Nancy", "Paul",
    "Zoë", "José", "Renée", "Mark", "Angela", "Peter",
)  # fmt: skip
_LAST = (
    "Alvarez", "Johnson", "Smith", "Castillo", "Brown", "O'Neill", "Nguyen", "Müller", "Garcia", "Peterson",
    "Wilson", "Cohen", "Martinez", "Taylor", "Rossi", "Clark",
)  # fmt: skip
_TRADES = (
    "Printing", "Graphics", "Copy Center", "Charter School", "Law Offices", "Signs & Banners", "Press",
    "Mailing Services", "Catering", "Design Studio", "Academy", "Insurance Agency",
)  # fmt: skip
_PLACES = (
    # city, state, zip, tax code
    ("Fort Lauderdale", "FL", "33301", "FL-BROWAR"),
    ("Hollywood", "FL", "33020", "FL-BROWAR"),
    ("Miami", "FL", "33130", "FL-DADE"),
    ("Hialeah", "FL", "33010", "FL-DADE"),
    ("West Palm Beach", "FL", "33401", "FL-PALMB"),
    ("Tampa", "FL", "33602", "FL-HILLS"),
    ("Orlando", "FL", "32801", "FL-ORANG"),
    ("Clearwater", "FL", "33755", "FL-PINEL"),
    ("Jacksonville", "FL", "32202", "FL-DUVAL"),
    ("Melbourne", "FL", "32901", "FL-BREVA"),
    ("Tallahassee", "FL", "32301", "FL-STATE"),
    ("Atlanta", "GA", "30303", "GA-STATE"),
    ("Houston", "TX", "77002", "TX-STATE"),
    ("San Diego", "CA", "92101", "CA-STATE"),
    ("Brooklyn", "NY", "11201", "NY-STATE"),
    ("Newark", "NJ", "07102", "NJ-STATE"),
    ("Memphis", "TN", "38103", "MEMTN"),
)
_WEIGHTS = (9, 6, 9, 6, 4, 4, 4, 3, 3, 2, 2, 2, 2, 2, 2, 1, 2)
_STREETS = (
    "Main St",
    "NW 7th Ave",
    "Commerce Blvd",
    "SE 17th St",
    "Industrial Rd",
    "Sunset Dr",
    "Las Olas Blvd",
)
_TIERS = ("RETAIL", "TIER1", "TIER2", "TIER3", "TIER4", "TIER5", "RESELLER", "GOV TIER1")


@dataclass(frozen=True)
class Address:
    company: str
    first: str
    last: str
    line_1: str
    line_2: str
    city: str
    state: str
    postcode: str
    country: str
    phone: str


@dataclass(frozen=True)
class Customer:
    number: str
    address: Address
    email: str
    tax_code: str
    tier: str
    woo_user: int | None
    """Account in the shop."""
    mapped: bool
    """Whether USER_CUSTOMER_MAP knows the account; otherwise only the e-mail leads here."""
    ship_to: tuple[tuple[str, Address], ...]
    """SHIP_ADRS_ID and address."""


@lru_cache(maxsize=4)
def customers(seed: int, count: int = CUSTOMERS) -> tuple[Customer, ...]:
    """`count` customers; every 39th has its neighbour's e-mail."""
    made = [_customer(seed, place) for place in range(count)]
    # 38, 77, …: both numbers have four digits, so the lower one is the same as text and as a number.
    for place in range(38, count, 39):
        made[place] = _twin(made[place], made[place - 1], mapped=place % 2 == 0)
    return tuple(made)


def _twin(customer: Customer, other: Customer, mapped: bool) -> Customer:
    """The same e-mail under a second number: which of the two is meant is only known by the account."""
    account = (customer.woo_user or FIRST_WOO_USER - 1) if mapped else None
    return replace(customer, email=other.email, woo_user=account, mapped=mapped, ship_to=())


def address(rng: random.Random) -> tuple[Address, str]:
    """A place in the United States, mostly Florida, and its tax code."""
    first, last = rng.choice(_FIRST), rng.choice(_LAST)
    city, state, postcode, tax_code = rng.choices(_PLACES, _WEIGHTS)[0]
    company = f"{rng.choice(_LAST)} {rng.choice(_TRADES)}" if rng.random() < 0.85 else ""
    return (
        Address(
            company=company,
            first=first,
            last=last,
            line_1=f"{rng.randrange(10, 9900)} {rng.choice(_STREETS)}",
            line_2=f"Suite {rng.randrange(100, 999)}" if rng.random() < 0.25 else "",
            city=city,
            state=state,
            postcode=f"{postcode}-{rng.randrange(1000, 9999)}" if rng.random() < 0.2 else postcode,
            country="US",
            phone=_phone(rng),
        ),
        tax_code,
    )


def _customer(seed: int, place: int) -> Customer:
    rng = random.Random(f"customer {seed} {place}")
    home, tax_code = address(rng)
    legacy = place % 3 != 0
    number = str(FIRST_LEGACY + place) if legacy else str(FIRST_WEB + place)
    exempt = rng.random() < 0.2
    woo_user = FIRST_WOO_USER + 3 * place if rng.random() < 0.8 else None
    name = (home.company or f"{home.first} {home.last}").lower()
    handle = "".join(letter for letter in name if letter.isascii() and letter.isalnum())
    return Customer(
        number=number,
        address=home,
        email=f"{handle[:24]}.{place}@example.com",
        tax_code="EXEMPT" if exempt else tax_code,
        tier="RESELLER" if exempt else rng.choice(_TIERS),
        woo_user=woo_user,
        mapped=woo_user is not None and rng.random() < 0.85,
        ship_to=_ship_to(rng, home),
    )


def _ship_to(rng: random.Random, home: Address) -> tuple[tuple[str, Address], ...]:
    if rng.random() < 0.7:
        return ()
    keys = rng.choice((("1",), ("1", "2"), ("(DEFAULT)",), ("HOME", "1"), ("ADDRESS_1",)))
    return tuple((key, home if place == 0 else address(rng)[0]) for place, key in enumerate(keys))


def _phone(rng: random.Random) -> str:
    area, last = rng.choice(("305", "954", "561", "813", "407")), f"{rng.randrange(0, 10_000):04d}"
    shapes = ("({}) 555-{}", "{}.555.{}", "+1{}555{}", "{}-555-{} ext 12", "{}555{}")
    return rng.choice(shapes).format(area, last)
