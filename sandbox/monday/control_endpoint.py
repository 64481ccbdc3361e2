"""/_sandbox/…: the strings behind the stage. Loopback only, and not part of what is being imitated."""

from __future__ import annotations

import json
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any
from urllib.parse import parse_qs

from pydantic import BaseModel, ValidationError

from sandbox.monday import board_report, people
from sandbox.monday.account import Account
from sandbox.monday.catalogue import CATALOGUE
from sandbox.monday.errors import MondayError
from sandbox.monday.fault_rules import Fault, FaultPlan
from sandbox.monday.settings import Limits, Rules
from sandbox.web.transport import Exchange, Request

PREFIX = "/_sandbox"
Action = Callable[..., Any]


class ControlEndpoint:
    def __init__(self, account: Account) -> None:
        self.account = account
        self._actions: dict[tuple[str, str], Action] = {
            ("GET", ""): self._overview,
            ("GET", "/calls"): self._calls,
            ("POST", "/calls/reset"): self._reset_calls,
            ("GET", "/faults"): self._faults,
            ("POST", "/faults"): self._set_faults,
            ("POST", "/faults/next"): self._push_faults,
            ("GET", "/limits"): self._limits,
            ("POST", "/limits"): self._set_limits,
            ("POST", "/rules"): self._set_rules,
            ("POST", "/clock"): self._advance_clock,
            ("POST", "/edit"): self._edit,
            ("POST", "/reset"): self._reset,
        }

    def handle(self, request: Request, exchange: Exchange) -> None:
        status, content = self._reply(request)
        exchange.answer(status, json.dumps(content).encode(), {"Content-Type": "application/json"})

    def _reply(self, request: Request) -> tuple[int, Any]:
        if not ip_address(request.peer).is_loopback:
            return 403, {"error": "the control API answers on loopback only"}
        try:
            return 200, self._dispatch(request)
        except MondayError as error:
            return 400, {"error": str(error), "code": error.code}
        except ValidationError as error:
            return 400, {"error": str(error)}
        except (KeyError, TypeError, ValueError) as error:
            return 400, {"error": f"{type(error).__name__}: {error}"}

    def _dispatch(self, request: Request) -> Any:
        path = request.path.removeprefix(PREFIX).rstrip("/")
        query = {name: values[-1] for name, values in parse_qs(request.query).items()}
        if request.method == "GET" and path.startswith("/board/"):
            return self._board(path.removeprefix("/board/"), **query)
        action = self._actions.get((request.method, path))
        if action is None:
            raise ValueError(f"unknown: {request.method} {request.path}; see GET {PREFIX}")
        arguments = json.loads(request.body) if request.method == "POST" and request.body else {}
        if isinstance(arguments, dict):
            return action(**arguments, **query)
        return action(arguments, **query)

    def _overview(self) -> dict[str, Any]:
        return {
            "actions": [f"{method} {PREFIX}{path}" for method, path in self._actions]
            + [f"GET {PREFIX}/board/<id>?state=active|archived|deleted|all"],
            "edits": sorted(people.EDITS),
            "codes": sorted(CATALOGUE),
            "boards": [str(board_id) for board_id in self.account.space.boards],
        }

    def _calls(self, log: str = "1") -> dict[str, Any]:
        return self.account.calls.report(log=log != "0")

    def _reset_calls(self) -> dict[str, Any]:
        self.account.calls.clear()
        return {}

    def _board(self, board_id: str, state: str = "active") -> dict[str, Any]:
        space = self.account.space
        with space.lock:
            return board_report.report(space, space.board(board_id), state=state)

    def _faults(self) -> dict[str, Any]:
        return {**self.account.faults.plan.model_dump(), "waiting": self.account.faults.waiting}

    def _set_faults(self, **plan: Any) -> dict[str, Any]:
        """Replaces all faults; an empty object clears them."""
        self.account.set_faults(FaultPlan.model_validate(plan))
        return self._faults()

    def _push_faults(self, faults: list[Any] | None = None, **fault: Any) -> dict[str, Any]:
        self.account.faults.push(*(Fault.model_validate(each) for each in faults or [fault]))
        return self._faults()

    def _limits(self) -> dict[str, Any]:
        return self.account.gate.limits.model_dump()

    def _set_limits(self, **changes: Any) -> dict[str, Any]:
        """Changes what is named, keeps the rest, and opens new windows."""
        self.account.set_limits(_changed(self.account.gate.limits, Limits, changes))
        return self._limits()

    def _set_rules(self, **changes: Any) -> dict[str, Any]:
        rules: Rules = _changed(self.account.space.rules, Rules, changes)
        self.account.set_rules(rules)
        return rules.model_dump()

    def _advance_clock(self, advance_seconds: float) -> dict[str, Any]:
        self.account.clock.advance(advance_seconds)
        return {"now": self.account.clock.timestamp()}

    def _edit(self, do: str, **arguments: Any) -> dict[str, Any]:
        return {"done": people.edit(self.account, do, arguments)}

    def _reset(self) -> dict[str, Any]:
        self.account.reset()
        return {}


def _changed(present: BaseModel, model: Any, changes: dict[str, Any]) -> Any:
    return model.model_validate({**present.model_dump(), **changes})
