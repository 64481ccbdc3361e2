"""The ERP's part of the control API: the audit, the settings."""

import json
from collections import Counter
from typing import Any

from sandbox.radius.deeds import DEEDS
from sandbox.radius.erp import Erp
from sandbox.radius.odd_answers import ODD
from sandbox.radius.settings import Settings
from sandbox.web.calls import CallLog
from sandbox.web.control import Control, ControlEndpoint
from sandbox.web.faults import FaultPlan, FaultSchedule

COUNTED = ("api", "sql")


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

    def names(self) -> Any:
        """Deeds, by which faults and latency are ordered, and the names of own faults."""
        return self.get("/names")


def control_endpoint(erp: Erp, settings: Settings, faults: FaultSchedule, calls: CallLog) -> ControlEndpoint:
    """Server side of `RadiusControl`."""

    def reset() -> dict[str, Any]:
        """Faults, settings, calls and audit; orders belong to the database."""
        faults.set(FaultPlan())
        calls.clear()
        _forget(erp)
        return settings.change(Settings().model_dump())

    return ControlEndpoint(
        faults,
        calls,
        {
            ("GET", "/audit"): lambda log="1": _audit(erp, log != "0"),
            ("POST", "/audit/reset"): lambda: _forget(erp),
            ("POST", "/settings"): lambda **wanted: settings.change(wanted),
            ("GET", "/names"): lambda: {"deeds": DEEDS, "own": sorted(ODD)},
            ("POST", "/reset"): reset,
        },
    )


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


def _parsed(text: str) -> Any:
    return json.loads(text) if text.startswith("{") else text
