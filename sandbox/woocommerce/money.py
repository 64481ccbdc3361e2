"""Money as Woo counts it: exact decimals, rounded half up to cents, told as strings."""

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
ZERO = Decimal("0.00")


def cents(value: Decimal) -> Decimal:
    """Rounded half up to cents."""
    return value.quantize(CENT, ROUND_HALF_UP)


def told(value: Decimal) -> str:
    """`12.30`; never `-0.00`."""
    rounded = cents(value)
    return str(rounded if rounded else ZERO)


def total(values: Iterable[Decimal]) -> Decimal:
    """The sum, in cents."""
    return sum(values, ZERO)


def shared_out(amount: Decimal, parts: Sequence[Decimal]) -> list[Decimal]:
    """`amount` in proportion to `parts`, to the cent; what rounding leaves goes to the first parts."""
    whole = total(parts)
    if not whole:
        return [ZERO for _ in parts]
    shares = [(amount * part / whole).quantize(CENT, "ROUND_DOWN") for part in parts]
    left = int((amount - total(shares)) / CENT)
    for place in range(left):
        shares[place % len(shares)] += CENT
    return shares
