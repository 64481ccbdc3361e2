"""What is paid: coupons, fees, shipping, taxes, refunds, totals that do not add up."""

from dataclasses import replace
from decimal import Decimal

from sandbox.counterpoint.taxes import BY_CODE
from sandbox.woocommerce.drafts import Coupon, Fee, Shipping
from sandbox.woocommerce.money import ZERO, cents
from sandbox.woocommerce.stage import Stage


def coupon_in_percent(stage: Stage) -> None:
    stage.draft.coupons = [Coupon("save10", percent=Decimal(10))]


def coupon_over_an_amount(stage: Stage) -> None:
    stage.draft.coupons = [Coupon("take5", amount=Decimal("5.00"))]


def two_coupons(stage: Stage) -> None:
    stage.draft.coupons = [Coupon("welcome15", percent=Decimal(15)), Coupon("take7", amount=Decimal("7.77"))]


def coupon_for_everything(stage: Stage) -> None:
    """Goods for nothing; shipping is still paid."""
    stage.draft.coupons = [Coupon("sample", percent=Decimal(100))]


def fee(stage: Stage) -> None:
    stage.draft.fees = [Fee("Small order fee", Decimal("5.00"))]


def fee_with_tax(stage: Stage) -> None:
    stage.draft.tax = BY_CODE["FL-BROWAR"]
    stage.draft.fees = [Fee("Rush handling", Decimal("12.50"), taxable=True)]


def fee_that_is_a_discount(stage: Stage) -> None:
    stage.draft.fees = [Fee("Loyalty", Decimal("-3.25"))]


def coupon_and_fee(stage: Stage) -> None:
    stage.draft.coupons = [Coupon("save10", percent=Decimal(10))]
    stage.draft.fees = [Fee("Pallet deposit", Decimal("18.00"))]


def price_that_is_no_number_of_cents(stage: Stage) -> None:
    """Three for ten dollars: the price has no end."""
    first = stage.draft.lines[0]
    stage.draft.lines[0] = replace(first, quantity=3, subtotal=Decimal("10.00"))


def free_shipping(stage: Stage) -> None:
    stage.draft.shipping = [Shipping("Free shipping", "free_shipping", ZERO)]


def local_pickup(stage: Stage) -> None:
    stage.draft.shipping = [Shipping("Local pickup", "local_pickup", ZERO)]


def two_ways_of_shipping(stage: Stage) -> None:
    stage.draft.shipping.append(Shipping("Flat rate", "flat_rate", Decimal("4.40")))


def no_way_of_shipping(stage: Stage) -> None:
    stage.draft.shipping = []
    stage.undecided("an order without shipping line has no ship-via code")


def way_of_shipping_unknown(stage: Stage) -> None:
    stage.draft.shipping = [Shipping("Courier (same day), South Florida", "courier", Decimal("35.00"))]
    stage.undecided("no ship-via code fits; a default may")


def way_of_paying_unknown(stage: Stage) -> None:
    stage.draft.payment = ("afterpay", "Afterpay")
    stage.undecided("no pay code fits; a default may")


def tax_exempt(stage: Stage) -> None:
    stage.draft.tax = BY_CODE["EXEMPT"]


def taxes_of_three_authorities(stage: Stage) -> None:
    stage.draft.tax = BY_CODE["MEMTN"]
    stage.ships_to(city="Memphis", state="TN", postcode="38103")


def tax_on_shipping(stage: Stage) -> None:
    stage.draft.tax = BY_CODE["TX-STATE"]
    stage.ships_to(city="Houston", state="TX", postcode="77002")


def prices_with_tax_inside(stage: Stage) -> None:
    """Entered as 19.99 with tax; the net amount is a rounded one."""
    stage.draft.prices_include_tax = True
    stage.draft.tax = BY_CODE["GA-STATE"]
    stage.ships_to(city="Atlanta", state="GA", postcode="30303")
    stage.draft.lines = [
        replace(line, subtotal=cents(line.subtotal / Decimal("1.04"))) for line in stage.draft.lines
    ]


def refunded_in_part(stage: Stage) -> None:
    """The total is not reduced by refunds."""
    stage.draft.refunds = [("Damaged in transit", cents(stage.draft.lines[0].subtotal / 2))]
    stage.undecided("a refund may be booked, or held for a person")


def total_off_by_a_cent(stage: Stage) -> None:
    """Within the tolerance, and still what the customer paid."""
    stage.draft.total_off = Decimal("0.01")


def total_off_by_a_cent_less(stage: Stage) -> None:
    stage.draft.total_off = Decimal("-0.01")


def total_off_by_a_dollar(stage: Stage) -> None:
    stage.draft.total_off = Decimal("1.00")
    stage.fails("totals_invalid")


def total_off_by_two_cents(stage: Stage) -> None:
    stage.draft.total_off = Decimal("-0.02")
    stage.fails("totals_invalid")


MONEY = (
    coupon_in_percent,
    coupon_over_an_amount,
    two_coupons,
    coupon_for_everything,
    fee,
    fee_with_tax,
    fee_that_is_a_discount,
    coupon_and_fee,
    price_that_is_no_number_of_cents,
    free_shipping,
    local_pickup,
    two_ways_of_shipping,
    no_way_of_shipping,
    way_of_shipping_unknown,
    way_of_paying_unknown,
    tax_exempt,
    taxes_of_three_authorities,
    tax_on_shipping,
    prices_with_tax_inside,
    refunded_in_part,
    total_off_by_a_cent,
    total_off_by_a_cent_less,
    total_off_by_a_dollar,
    total_off_by_two_cents,
)
