"""Which order a row is: customer, order number, purchase order, style and colour, as plain numbers.

Customers take turns in a shuffled cycle of fixed length, each as often as its weight says. So the running
number of a customer's row follows from the row's position alone, and nothing has to be counted.
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from sandbox.source.customers import CUSTOMERS
from sandbox.source.dice import Dice, Ints

_STYLES_PER_CUSTOMER = 5_000
_PO_LENGTHS = np.array([1, 4, 12, 7, 28, 2, 16, 9, 41, 5])
_PO_ENDS = np.cumsum(_PO_LENGTHS)


@dataclass(frozen=True)
class Lines:
    """A run of rows; one array per trait, all of the same length."""

    customer: Ints
    """Position in CUSTOMERS."""
    nth: Ints
    """Running number of the row within its customer, from 0."""
    order: Ints
    """The `nth` that gave the order number; smaller than `nth` where a number is used twice."""
    colour: Ints
    """The `nth` that gave the colour; smaller than `nth` in a twin."""
    po: Ints
    """Running number of the purchase order within the customer, from 0."""

    @cached_property
    def style(self) -> Ints:
        """Running number of the style within the customer; two consecutive orders share one."""
        return self.order // 2 % _STYLES_PER_CUSTOMER

    @cached_property
    def row_key(self) -> Ints:
        return self._key(self.nth)

    @cached_property
    def order_key(self) -> Ints:
        return self._key(self.order)

    @cached_property
    def colour_key(self) -> Ints:
        return self._key(self.colour)

    @cached_property
    def po_key(self) -> Ints:
        return self._key(self.po)

    @cached_property
    def style_key(self) -> Ints:
        return self._key(self.style)

    def __len__(self) -> int:
        return len(self.nth)

    def _key(self, number: Ints) -> Ints:
        return self.customer * (1 << 40) + number


@lru_cache(maxsize=4)
def _cycle(dice: Dice) -> tuple[Ints, Ints, Ints]:
    """Customer per place in the cycle, that customer's rank there, and the rows of each customer in it."""
    quota = np.array([customer.weight for customer in CUSTOMERS], dtype=np.int64)
    turns = np.repeat(np.arange(len(quota)), quota)
    turns = turns[np.argsort(dice.words("turn", np.arange(len(turns))), kind="stable")]
    rank = np.empty_like(turns)
    for customer in range(len(quota)):
        places = np.flatnonzero(turns == customer)
        rank[places] = np.arange(len(places))
    return turns, rank, quota


def lines(dice: Dice, start: int, stop: int) -> Lines:
    """Rows `start` … `stop` - 1 of the endless sequence of orders."""
    turns, rank, quota = _cycle(dice)
    cycle, place = np.divmod(np.arange(start, stop, dtype=np.int64), len(turns))
    customer = turns[place]
    nth = cycle * quota[customer] + rank[place]
    po_cycle, in_cycle = np.divmod(nth, _PO_ENDS[-1])
    return Lines(
        customer=customer,
        nth=nth,
        order=nth - (nth % 50 == 49),
        colour=nth - (nth % 200 == 149),
        po=po_cycle * len(_PO_ENDS) + np.searchsorted(_PO_ENDS, in_cycle, side="right"),
    )
