"""/_sandbox/…: the strings behind the stage, as client and as endpoint. Loopback only."""

import json
from collections.abc import Callable, Mapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import parse_qs

import requests
from pydantic import ValidationError

from sandbox.web.calls import CallLog
from sandbox.web.faults import Fault, FaultPlan, FaultSchedule
from sandbox.web.transport import Exchange, Request

PREFIX = "/_sandbox"
Action = Callable[..., Any]


class ControlRefused(Exception):
    """The control API did not understand; the message says why."""


class Control:
    """Client of the part every server has: calls and faults."""

    def __init__(self, url: str) -> None:
        """`url` is the server's address without a path, such as http://127.0.0.1:8181."""
        self._base = f"{url.rstrip('/')}{PREFIX}"
        self._session = requests.Session()

    def overview(self) -> Any:
        """Every action, and what the server can be told to do."""
        return self.get("")

    def calls(self, *, log: bool = True) -> dict[str, Any]:
        """Counts of ended calls and, with `log`, each of them."""
        counts: dict[str, Any] = self.get(f"/calls?log={int(log)}")
        return counts

    def reset_calls(self) -> None:
        self.post("/calls/reset")

    def set_faults(self, **plan: Any) -> Any:
        """Replace all faults: rules, queue, latency, seed."""
        return self.post("/faults", plan)

    def clear_faults(self) -> None:
        self.post("/faults", {})

    def next_faults(self, *faults: dict[str, Any]) -> Any:
        """One-shot faults for the next matching requests, in this order."""
        return self.post("/faults/next", {"faults": list(faults)})

    def reset(self) -> None:
        """Back to the first state, no faults, no calls."""
        self.post("/reset")

    def get(self, path: str) -> Any:
        """Ask; raises ControlRefused."""
        return _content(self._session.get(self._base + path, timeout=60))

    def post(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Order; raises ControlRefused."""
        return _content(self._session.post(self._base + path, json=dict(body or {}), timeout=60))


def _content(response: requests.Response) -> Any:
    content = response.json()
    if response.status_code != 200:
        raise ControlRefused(content.get("error", response.text))
    return content


class ControlEndpoint:
    """Server side. Systems add their own actions, keyed by method and path below the prefix."""

    def __init__(
        self, faults: FaultSchedule, calls: CallLog, actions: Mapping[tuple[str, str], Action]
    ) -> None:
        self._schedule = faults
        self._log = calls
        self._actions: dict[tuple[str, str], Action] = {
            ("GET", ""): self._overview,
            ("GET", "/calls"): self._calls,
            ("POST", "/calls/reset"): self._reset_calls,
            ("GET", "/faults"): self._faults,
            ("POST", "/faults"): self._set_faults,
            ("POST", "/faults/next"): self._push_faults,
            **actions,
        }

    def handle(self, request: Request, exchange: Exchange) -> None:
        status, content = self._reply(request)
        exchange.answer(
            status, json.dumps(content, default=str).encode(), {"Content-Type": "application/json"}
        )

    def _reply(self, request: Request) -> tuple[int, Any]:
        if not ip_address(request.peer).is_loopback:
            return 403, {"error": "the control API answers on loopback only"}
        try:
            return 200, self._dispatch(request)
        except ValidationError as error:
            return 400, {"error": str(error)}
        except (KeyError, TypeError, ValueError) as error:
            return 400, {"error": f"{type(error).__name__}: {error}"}

    def _dispatch(self, request: Request) -> Any:
        path = request.path.removeprefix(PREFIX).rstrip("/")
        action = self._actions.get((request.method, path))
        if action is None:
            raise ValueError(f"unknown: {request.method} {request.path}; see GET {PREFIX}")
        arguments = json.loads(request.body) if request.method == "POST" and request.body else {}
        query = {name: values[-1] for name, values in parse_qs(request.query).items()}
        return action(**arguments, **query)

    def _overview(self) -> dict[str, Any]:
        return {"actions": [f"{method} {PREFIX}{path}" for method, path in self._actions]}

    def _calls(self, log: str = "1") -> dict[str, Any]:
        return self._log.report(log=log != "0")

    def _reset_calls(self) -> dict[str, Any]:
        self._log.clear()
        return {}

    def _faults(self) -> dict[str, Any]:
        return {**self._schedule.plan.model_dump(), "waiting": self._schedule.waiting}

    def _set_faults(self, **plan: Any) -> dict[str, Any]:
        """Replaces all faults; an empty object clears them."""
        self._schedule.set(FaultPlan.model_validate(plan))
        return self._faults()

    def _push_faults(self, faults: list[Any] | None = None, **fault: Any) -> dict[str, Any]:
        self._schedule.push(*(Fault.model_validate(each) for each in faults or [fault]))
        return self._faults()
