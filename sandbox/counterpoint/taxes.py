"""Tax codes and their authorities, as the shop and Counterpoint both know them. Rates are percent."""

from dataclasses import dataclass
from decimal import Decimal

RULE = "TAX"


@dataclass(frozen=True)
class Authority:
    code: str
    descr: str
    rate: Decimal
    taxes_shipping: bool = False


@dataclass(frozen=True)
class TaxCode:
    code: str
    descr: str
    authorities: tuple[Authority, ...]


def _state(state: str, name: str, rate: str, *, taxes_shipping: bool = False) -> Authority:
    return Authority(f"{state}-STATE", f"{name} state tax", Decimal(rate), taxes_shipping)


def _county(name: str, rate: str) -> Authority:
    return Authority(name[:10].upper(), f"{name} surtax", Decimal(rate))


FLORIDA = _state("FL", "Florida", "6")
_COUNTIES = {
    "FL-BROWAR": _county("Broward", "1"),
    "FL-DADE": _county("Miami-Dade", "1"),
    "FL-PALMB": _county("Palm Beach", "1"),
    "FL-HILLS": _county("Hillsborough", "1.5"),
    "FL-ORANG": _county("Orange", "0.5"),
    "FL-PINEL": _county("Pinellas", "1"),
    "FL-DUVAL": _county("Duval", "1.5"),
    "FL-BREVA": _county("Brevard", "1"),
}
_STATES = (
    _state("GA", "Georgia", "4"),
    _state("TX", "Texas", "6.25", taxes_shipping=True),
    _state("CA", "California", "7.25"),
    _state("NY", "New York", "4", taxes_shipping=True),
    _state("NJ", "New Jersey", "6.625", taxes_shipping=True),
)
_MEMPHIS = (
    Authority("MEMPHIS", "City of Memphis", Decimal("2")),
    Authority("SHELBY", "Shelby County", Decimal("3")),
    Authority("TN", "Tennessee", Decimal("4")),
)

TAX_CODES: tuple[TaxCode, ...] = (
    TaxCode("FL-STATE", "Florida", (FLORIDA,)),
    *(TaxCode(code, f"Florida, {county.descr}", (FLORIDA, county)) for code, county in _COUNTIES.items()),
    *(TaxCode(state.code, state.descr, (state,)) for state in _STATES),
    TaxCode("MEMTN", "Memphis, Tennessee", _MEMPHIS),
    TaxCode("EXEMPT", "Exempt reseller", ()),
    TaxCode("NOTAX", "No tax", ()),
)
BY_CODE = {tax.code: tax for tax in TAX_CODES}
AUTHORITIES: tuple[Authority, ...] = tuple(
    {authority.code: authority for tax in TAX_CODES for authority in tax.authorities}.values()
)
