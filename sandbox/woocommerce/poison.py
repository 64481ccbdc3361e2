"""Orders whose writing fails though nothing is wrong with them, alone or as one entry of a batch."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from sandbox.woocommerce.errors import Refused


class Poison(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    order_id: int
    on: Literal["order", "note", "any"] = "any"
    code: str = "woocommerce_rest_shop_order_not_created"
    message: str = "The order could not be saved."
    status: int = Field(400, ge=400, le=599)
    times: int | None = Field(None, ge=1)


@dataclass
class _Dose:
    poison: Poison
    left: int | None


class Poisons:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.set(())

    def set(self, poisons: Iterable[Poison]) -> None:
        with self._lock:
            self._doses = [_Dose(poison, poison.times) for poison in poisons]

    def taste(self, order_id: int, on: Literal["order", "note"]) -> None:
        """Raises Refused when this write is poisoned; each poison works `times` times."""
        with self._lock:
            for dose in self._doses:
                poison = dose.poison
                if poison.order_id == order_id and poison.on in (on, "any") and dose.left != 0:
                    dose.left = None if dose.left is None else dose.left - 1
                    raise Refused(poison.code, poison.message, poison.status)

    def told(self) -> list[dict[str, Any]]:
        with self._lock:
            return [{**dose.poison.model_dump(), "times": dose.left} for dose in self._doses]
