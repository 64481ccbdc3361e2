"""Faults inside a request: slow aliases, poisoned aliases, a caller killed half-way."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.monday.catalogue import ordered_error
from sandbox.monday.fault_rules import Fault, Poison
from sandbox.monday.fault_schedule import FaultSchedule


class RequestHooks:
    def __init__(self, schedule: FaultSchedule, fault: Fault, kill: Callable[[], None]) -> None:
        self._schedule = schedule
        self._fault = fault
        self._kill = kill

    def seconds(self) -> float:
        return self._schedule.alias_seconds()

    def refuse(self, alias: str, mutation: str, arguments: Mapping[str, Any]) -> None:
        for place, poison in enumerate(self._schedule.plan.poison):
            if _hits(poison, alias, mutation, arguments) and self._schedule.take_poison(place, poison):
                error_data: dict[str, Any] = {"column_id": poison.column_id} if poison.column_id else {}
                raise ordered_error(poison.code, message=poison.message, **error_data)

    def committed(self, count: int) -> None:
        if self._fault.kind == "kill" and self._fault.after_aliases == count:
            self._kill()


def _hits(poison: Poison, alias: str, mutation: str, arguments: Mapping[str, Any]) -> bool:
    name = arguments.get("item_name") or arguments.get("group_name") or ""
    values = str(arguments.get("column_values") or arguments.get("value") or "")
    return (
        (poison.mutation is None or poison.mutation == mutation)
        and (poison.alias is None or re.search(poison.alias, alias) is not None)
        and (poison.name is None or re.search(poison.name, name) is not None)
        and (poison.values is None or re.search(poison.values, values) is not None)
    )
