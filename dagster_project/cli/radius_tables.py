"""LWS orders as tables for people; times are those of the site."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from dagster_project.cli import output
from dagster_project.radius.holds import hold_of

Found = Mapping[str, Any]
COUNTED = ("status", "last_step", "orders", "oldest_hold")
RUNS = ("run_id", "start_ts", "end_ts", "eligible_count", "processed_count", "held_count", "failed_count")
HELD = (
    "sordernum",
    "last_step",
    "hold_since_ts",
    "days_held",
    "so_p2_num",
    "po_p4_num",
    "last_error_summary",
)
CHAINS = ("sordernum", "status", "last_step", "so_p2_num", "po_p4_num", "job_p4_code", "job_p2_code")
CHAIN = ("step", "key", "number", "state", "told")
HISTORY = ("when", "what", "line", "old", "new", "said")
RUN_ORDERS = ("run_id", "updated_ts", "status", "last_step")


def status(found: Found, zone: str, limit: int) -> None:
    """Show how many orders stand where, and what runs did."""
    output.say(f"{found['instance']}, {found['archived']} orders archived")
    if found["paused"]:
        output.warn(f"paused since {found['paused']['since']} UTC: {found['paused']['why']}")
    output.table("orders", COUNTED, _lines(found["orders"], COUNTED, zone), most=100)
    said = [f"{count} {name}" for name, count in found["today"].items()]
    output.say(f"\ntoday: {', '.join(said) or 'no run has looked at an order yet'}")
    output.table("last runs", RUNS, _lines(found["runs"], RUNS, zone), most=limit)
    _holds("oldest holds", found["oldest_holds"], zone, limit)


def holds(found: Sequence[Found], zone: str, limit: int) -> None:
    """Show holds, a table for each kind."""
    if not found:
        output.say("no order is on hold")
    for code in dict.fromkeys(row["last_step"] for row in found):
        rows = [row for row in found if row["last_step"] == code]
        _holds(f"{code}: {len(rows)} ({hold_of(code).waits_for})", rows, zone, limit)


def several(states: Sequence[Found], said: str, zone: str, limit: int) -> None:
    """Show the orders among which somebody has to choose."""
    output.table(f"{len(states)} orders have {said}", CHAINS, _lines(states, CHAINS, zone), most=limit)


def _holds(title: str, rows: Sequence[Found], zone: str, limit: int) -> None:
    output.table(title, HELD, _lines(rows, HELD, zone), most=limit)


def order(found: Found, zone: str) -> None:
    """Show everything about one order: where it stands, what was made for it, what happened to it."""
    state = found["state"] or {}
    output.say(f"order {found['number']}: {state.get('status', '')} {state.get('last_step', '')}")
    if state.get("days_held") is not None:
        output.say(f"held for {state['days_held']} days; {state['waits_for']}")
    output.pairs("state", {name: _shown(value, zone) for name, value in state.items() if value is not None})
    chain = [{**made, "told": _told(made["told"])} for made in found["chain"]]
    output.table("chain", CHAIN, _lines(chain, CHAIN, zone), most=200)
    history = [{**entry, "said": entry["details"].get("message")} for entry in found["history"]]
    output.table("history", HISTORY, _lines(history, HISTORY, zone), most=500)
    output.table("last runs", RUN_ORDERS, _lines(found["runs"], RUN_ORDERS, zone), most=500)


def _told(told: Mapping[str, Any] | None) -> str:
    return ", ".join(f"{name} {value}" for name, value in (told or {}).items() if value is not None)


def _lines(rows: Sequence[Found], columns: Sequence[str], zone: str) -> Iterator[list[Any]]:
    return ([_shown(row[name], zone) for name in columns] for row in rows)


def _shown(value: Any, zone: str) -> Any:
    """A stored time as clocks at the site show it; everything else as it is."""
    if isinstance(value, dt.datetime):
        return f"{value.replace(tzinfo=dt.UTC).astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"
    return value
