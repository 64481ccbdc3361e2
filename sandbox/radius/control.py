"""The ERP's part of the control API: the audit, the settings."""

import json
from collections import Counter
from typing import Any

from sandbox.radius.deeds import DEEDS
from sandbox.radius.erp import Erp, Unavailable
from sandbox.radius.odd_answers import ODD
from sandbox.radius.people import People
from sandbox.radius.settings import Settings
from sandbox.web.calls import CallLog
from sandbox.web.control import Action, Control, ControlEndpoint
from sandbox.web.faults import FaultPlan, FaultSchedule

COUNTED = ("api", "sql")
ACTIONS = ("audit", "reset_audit", "settings", "hide_database", "restore_database", "fault", "clear_faults",
           "calls", "names")  # fmt: skip
"""What may be asked for from the command line."""


class RadiusControl(Control):
    """Client: what was changed, and how the server behaves."""

    def audit(self, *, log: bool = True) -> dict[str, Any]:
        """Changes by adapter and by SQL: `changes` (how many), `deeds` (by kind) and each of them."""
        told: dict[str, Any] = self.get(f"/audit?log={int(log)}")
        return told

    def reset_audit(self) -> None:
        """Count from here."""
        self.post("/audit/reset")

    def settings(self, **wanted: Any) -> Any:
        """Set what is named (view_lag_seconds, latency, runner_api_key, runner_fails); tells all."""
        return self.post("/settings", wanted)

    def fault(self, **fault: Any) -> Any:
        """One fault for the next request that it fits: kind, when, path (a deed), status, name."""
        return self.next_faults(fault)

    def hide_database(self) -> None:
        """The ERP's database is gone, for SQL and for the adapter."""
        self.post("/database", {"gone": True})

    def restore_database(self) -> None:
        """It is back."""
        self.post("/database", {"gone": False})

    def scenes(self) -> list[dict[str, Any]]:
        """The orders that were made up: SOrderNum, scene, expected."""
        told: list[dict[str, Any]] = self.get("/scenes")
        return told

    def names(self) -> Any:
        """Deeds, by which faults and latency are ordered, and the names of own faults."""
        return self.get("/names")


def control_endpoint(erp: Erp, settings: Settings, faults: FaultSchedule, calls: CallLog) -> ControlEndpoint:
    """Server side of `RadiusControl`."""

    def reset() -> dict[str, Any]:
        """Faults, settings, calls and audit; orders belong to the database."""
        erp.restore()
        faults.set(FaultPlan())
        calls.clear()
        _forget(erp)
        return settings.change(Settings().model_dump())

    actions: dict[tuple[str, str], Action] = {
        ("GET", "/audit"): lambda log="1": _audit(erp, log != "0"),
        ("POST", "/audit/reset"): lambda: _forget(erp),
        ("POST", "/settings"): lambda **wanted: settings.change(wanted),
        ("POST", "/database"): lambda gone: _database(erp, gone),
        ("GET", "/scenes"): lambda: People(erp).scenes(),
        ("GET", "/names"): lambda: {"deeds": DEEDS, "own": sorted(ODD)},
        ("POST", "/reset"): reset,
    }
    return ControlEndpoint(faults, calls, {at: _in_words(action) for at, action in actions.items()})


def _in_words(action: Action) -> Action:
    """A database that is gone is an answer of the control API, not a failure of it."""

    def act(**arguments: Any) -> Any:
        try:
            return action(**arguments)
        except Unavailable as gone:
            raise ValueError(str(gone)) from None

    return act


def _audit(erp: Erp, log: bool) -> dict[str, Any]:
    with erp.reading() as session:
        rows = session.rows("select * from sandbox_audit order by id")
    for row in rows:
        row["detail"] = _parsed(row["detail"])
    counted = [row for row in rows if row["who"] in COUNTED]
    told: dict[str, Any] = {
        "changes": len(counted),
        "deeds": dict(Counter(row["deed"] for row in counted)),
        "people": sum(row["who"] == "people" for row in rows),
    }
    return {**told, "log": rows} if log else told


def _forget(erp: Erp) -> dict[str, Any]:
    with erp.changing("world") as session:
        session.delete("sandbox_audit")
    return {}


def _database(erp: Erp, gone: bool) -> dict[str, Any]:
    if gone:
        erp.hide()
    else:
        erp.restore()
    return {"gone": gone}


def _parsed(text: str) -> Any:
    return json.loads(text) if text.startswith("{") else text
