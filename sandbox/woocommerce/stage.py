"""What a scene works with. A scene changes a plain order and says what has to become of it."""

import random
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from sandbox.counterpoint.customers import Customer
from sandbox.woocommerce.drafts import Draft
from sandbox.woocommerce.expectations import Expectation, Outcome
from sandbox.woocommerce.shop import Shop


@dataclass
class Stage:
    draft: Draft
    customer: Customer | None
    """Whom Counterpoint has to find; None: nobody."""
    expectation: Expectation
    shop: Shop
    rng: random.Random
    ending: datetime

    def fails(self, outcome: Outcome) -> None:
        """The order must come to this."""
        self.expectation.outcome = outcome

    def undecided(self, why: str) -> None:
        """The facts leave the outcome to the product."""
        self.expectation.undecided = why

    def nobody(self) -> None:
        """Counterpoint must not find a customer."""
        self.customer = None
        self.fails("customer_not_found")

    def bought_by(self, customer: Customer, *, as_guest: bool = False) -> None:
        """Another customer buys it; ship-to and taxes stay."""
        self.customer = customer
        self.draft.billing = customer.address
        self.draft.email = customer.email
        self.draft.customer_id = 0 if as_guest else customer.woo_user or 0

    def ships_to(self, **changes: Any) -> None:
        """Change the ship-to address, making it one of its own."""
        self.draft.shipping_address = replace(self.draft.ship_to, **changes)


class Scene(Protocol):
    """One way in which an order is special; its name is the trait."""

    __name__: str

    def __call__(self, stage: Stage) -> None: ...
