"""Client of the control API, for tests, benches and the demo."""

from __future__ import annotations

from typing import Any

import requests


class ControlRefused(Exception):
    """The control API did not understand; the message says why."""


class Control:
    def __init__(self, url: str) -> None:
        """`url` is the server's address without a path, such as http://127.0.0.1:8181."""
        self._base = f"{url.rstrip('/')}/_sandbox"
        self._session = requests.Session()

    def calls(self, *, log: bool = True) -> dict[str, Any]:
        return self._get(f"/calls?log={int(log)}")

    def reset_calls(self) -> None:
        self._post("/calls/reset")

    def board(self, board_id: int | str, *, state: str = "active") -> dict[str, Any]:
        return self._get(f"/board/{board_id}?state={state}")

    def set_faults(self, **plan: Any) -> dict[str, Any]:
        """Replace all faults: rules, queue, poison, latency, index_lag_seconds, seed, pid."""
        return self._post("/faults", plan)

    def clear_faults(self) -> None:
        self._post("/faults", {})

    def next_faults(self, *faults: dict[str, Any]) -> dict[str, Any]:
        """One-shot faults for the next matching requests, in this order."""
        return self._post("/faults/next", {"faults": list(faults)})

    def set_limits(self, **changes: Any) -> dict[str, Any]:
        return self._post("/limits", changes)

    def set_rules(self, **changes: Any) -> dict[str, Any]:
        return self._post("/rules", changes)

    def advance(self, seconds: float) -> None:
        """Let time pass for limits, cursors, idempotency keys and the search index."""
        self._post("/clock", {"advance_seconds": seconds})

    def edit(self, do: str, **arguments: Any) -> Any:
        """Act as people do on the board: see `edits` in the overview."""
        return self._post("/edit", {"do": do, **arguments})["done"]

    def reset(self) -> None:
        """Back to an empty board, full quotas, no faults, no calls."""
        self._post("/reset")

    def overview(self) -> dict[str, Any]:
        return self._get("")

    def _get(self, path: str) -> dict[str, Any]:
        return _content(self._session.get(self._base + path, timeout=30))

    def _post(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        return _content(self._session.post(self._base + path, json=body or {}, timeout=30))


def _content(response: requests.Response) -> dict[str, Any]:
    content: dict[str, Any] = response.json()
    if response.status_code != 200:
        raise ControlRefused(content.get("error", response.text))
    return content
