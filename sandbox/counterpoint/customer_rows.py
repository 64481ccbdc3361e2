"""Customers as rows of AR_CUST, AR_SHIP_ADRS and USER_CUSTOMER_MAP."""

from collections.abc import Iterable
from typing import Any

from sandbox.counterpoint.codes import STORE, WALK_IN
from sandbox.counterpoint.customers import Address, Customer


def customer_rows(customers: Iterable[Customer]) -> list[dict[str, Any]]:
    return [customer_row(customer) for customer in customers]


def customer_row(customer: Customer) -> dict[str, Any]:
    """A row as the customer job of the predecessor writes one."""
    return {
        "CUST_NO": customer.number,
        **_address(customer.address),
        "EMAIL_ADRS_1": customer.email,
        "CUST_TYP": "C",
        "CUST_NAM_TYP": "B" if customer.address.company else "P",
        "CATEG_COD": "RETAIL",
        "PROF_COD_1": customer.tier,
        "TAX_COD": customer.tax_code,
        "STR_ID": STORE,
        "LST_MAINT_USR_ID": "INTEG",
    }


def walk_in() -> dict[str, Any]:
    """The customer of a sale to nobody in particular."""
    nobody = Address("Walk-in", "", "", "", "", "", "", "", "", "")
    return {
        **customer_row(Customer(WALK_IN, nobody, "", "FL-STATE", "RETAIL", None, False, ())),
        "EMAIL_ADRS_1": None,
    }


def ship_to_rows(customers: Iterable[Customer]) -> list[dict[str, Any]]:
    return [
        {
            "CUST_NO": customer.number,
            "SHIP_ADRS_ID": key,
            **_address(address),
            "SHIP_NAM_TYP": "B" if address.company else "P",
        }
        for customer in customers
        for key, address in customer.ship_to
    ]


def map_rows(customers: Iterable[Customer]) -> list[dict[str, Any]]:
    return [
        {"CUST_NO": customer.number, "WOO_USER_ID": customer.woo_user, "WOO_EMAIL": customer.email}
        for customer in customers
        if customer.mapped
    ]


def _address(address: Address) -> dict[str, Any]:
    name = address.company or f"{address.first} {address.last}"
    return {
        "NAM": name, "NAM_UPR": name.upper(), "FST_NAM": address.first, "FST_NAM_UPR": address.first.upper(),
        "LST_NAM": address.last, "LST_NAM_UPR": address.last.upper(), "ADRS_1": address.line_1,
        "ADRS_2": address.line_2, "CITY": address.city, "STATE": address.state, "ZIP_COD": address.postcode,
        "CNTRY": address.country, "PHONE_1": address.phone,
    }  # fmt: skip
