"""What an order's amounts are made up of: pure arithmetic, exact to the cent.

What the customer was charged is the sum of net lines, tax and misc charges. A cent that the shop's own rounding
left over goes to the shipping charge; a dollar is an error.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from dagster_project.counterpoint.orders import ZERO, Order, Tax, Unfit

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Authority:
    """One authority of a tax code, with its rate in percent."""

    code: str
    rule: str
    rate: Decimal


@dataclass(frozen=True)
class Breakdown:
    """Net and gross of the lines, and the misc charges by number."""

    net: Decimal
    gross: Sequence[Decimal]
    charges: Mapping[int, Decimal]

    @property
    def discount(self) -> Decimal:
        """How far the gross lines lie above the net ones; it is counted nowhere else."""
        return sum(self.gross, ZERO) - self.net


def breakdown_of(order: Order, shipping_charge: int, fee_charge: int) -> Breakdown:
    """Return what the order is made up of. Raises Unfit when that is not what the shop charged."""
    net = sum((line.charged for line in order.lines), ZERO)
    rounding = order.total - order.tax - net - order.fees - order.shipping
    if abs(rounding) > CENT:
        raise Unfit(
            "Invalid totals",
            f"lines {net} + fees {order.fees} + shipping {order.shipping} + tax {order.tax} = "
            f"{order.total - rounding}, the shop charged {order.total}",
            "TOT_AMT",
        )
    charges = {shipping_charge: order.shipping + rounding}
    charges[fee_charge] = charges.get(fee_charge, ZERO) + order.fees
    kept = {number: amount for number, amount in sorted(charges.items()) if amount}
    return Breakdown(net, _gross(order), kept)


def _gross(order: Order) -> list[Decimal]:
    """Line prices before discounts: as the shop said, else the order's discount shared out over the lines."""
    if all(line.gross is not None for line in order.lines):
        return [max(line.gross or ZERO, line.charged) for line in order.lines]
    charged = [line.charged for line in order.lines]
    if order.discount <= 0 or not sum(charged):
        return charged
    return [net + share for net, share in zip(charged, shared_out(order.discount, charged), strict=True)]


def taxes_of(order: Order, by_code: Mapping[str, Sequence[Authority]]) -> Sequence[Tax]:
    """Return what each authority takes: as the shop said, else by the rates of the tax code. The sum is the tax.

    Raises Unfit when there is tax and nobody to take it.
    """
    if not order.tax:
        return ()
    if order.taxes:
        return order.taxes
    authorities = [authority for authority in by_code.get(order.tax_code or "", ()) if authority.rate]
    if not authorities:
        raise Unfit(
            "Invalid totals",
            f"the shop took {order.tax} tax, but tax code {order.tax_code or '(none)'} has no authority for it",
            "TAX_COD",
        )
    amounts = shared_out(order.tax, [authority.rate for authority in authorities])
    return [Tax(who.code, who.rule, amount) for who, amount in zip(authorities, amounts, strict=True)]


def shared_out(amount: Decimal, parts: Sequence[Decimal]) -> list[Decimal]:
    """Return `amount` in proportion to `parts`, to the cent; what rounding leaves goes to the largest rests.

    `parts` must not sum up to nothing.
    """
    whole = sum(parts, ZERO)
    exact = [amount * part / whole for part in parts]
    shares = [share.quantize(CENT, "ROUND_FLOOR") for share in exact]
    left = int((amount - sum(shares, ZERO)) / CENT)
    by_rest = sorted(range(len(parts)), key=lambda n: (shares[n] - exact[n], n))
    for n in by_rest[:left]:
        shares[n] += CENT
    return shares
