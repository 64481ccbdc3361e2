"""python -m sandbox.acting --home DIR SYSTEM ACTION [name=value …]: do what people do, in a running sandbox.

Values are JSON where they can be read as such, text otherwise. What came of it is printed as JSON.
"""

import argparse
import inspect
import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sandbox.counterpoint.database import CounterpointDatabase

Arguments = dict[str, Any]


class NotThere(Exception):
    """No such system, action, document or running sandbox; the message says which."""


def shop(home: Path, action: str, arguments: Arguments) -> Any:
    """An edit in the shop, or one of its lists."""
    from sandbox.woocommerce.control import WooControl
    from sandbox.woocommerce.people import EDITS

    control = WooControl(_control(home, "woocommerce"))
    lists = {
        "state": control.state,
        "mails": control.mails,
        "expectations": control.expectations,
        "scenes": control.scenes,
    }
    if action in lists:
        return lists[action]()
    if action not in EDITS:
        raise NotThere(_unknown(action, [*lists, *EDITS]))
    return control.edit(action, **arguments)


def counterpoint(home: Path, action: str, arguments: Arguments) -> Any:
    """What somebody does in Counterpoint; the file is held for that long."""
    from sandbox.counterpoint.database import CounterpointDatabase
    from sandbox.counterpoint.people import People, told

    people = People(CounterpointDatabase(home / "counterpoint.duckdb"))
    actions = [name for name, _ in inspect.getmembers(People, inspect.isfunction) if not name.startswith("_")]
    if action not in (*actions, "predecessor"):
        raise NotThere(_unknown(action, [*actions, "predecessor"]))
    if not (home / "counterpoint.duckdb").exists():
        raise NotThere(f"there is no Counterpoint in {home}: start the sandbox once")
    if action == "predecessor":
        return _predecessor(home, people.database, **arguments)
    return told(getattr(people, action)(**arguments))


def _predecessor(home: Path, database: "CounterpointDatabase", order_id: int) -> Any:
    """The predecessor applies a web order: a staging row and a document in its own form."""
    from sandbox.counterpoint import predecessor
    from sandbox.counterpoint.people import now
    from sandbox.woocommerce.control import WooControl

    shop = WooControl(_control(home, "woocommerce"))
    order, expected = shop.order(order_id), shop.expectations()[order_id]
    with database.begin() as connection:
        return asdict(predecessor.apply(connection, order, expected, now()))


def radius(home: Path, action: str, arguments: Arguments) -> Any:
    """What somebody does in the ERP, or its audit and settings."""
    from sandbox.radius.control import ACTIONS as CONTROLS
    from sandbox.radius.control import RadiusControl
    from sandbox.radius.day import Day
    from sandbox.radius.erp import Erp
    from sandbox.radius.people import ACTIONS, People

    if action in CONTROLS:
        return getattr(RadiusControl(_control(home, "radius")), action)(**arguments)
    if action not in (*ACTIONS, "play"):
        raise NotThere(_unknown(action, [*CONTROLS, *ACTIONS, "play"]))
    file = home / "sandbox" / "radius.sqlite"
    if not file.exists():
        raise NotThere(f"there is no Radius in {home}: start the sandbox once")
    people = People(Erp(file))
    return Day(people).play(**arguments) if action == "play" else getattr(people, action)(**arguments)


def mailbox(home: Path, action: str, arguments: Arguments) -> Any:
    """Read or clear the mailbox, or let it refuse."""
    from sandbox.mailbox.server import MailboxControl

    control = MailboxControl(_control(home, "mailbox"))
    actions: dict[str, Callable[..., Any]] = {
        "mails": control.mails,
        "clear": control.clear,
        "refuse": control.refuse,
    }
    if action not in actions:
        raise NotThere(_unknown(action, list(actions)))
    return actions[action](**arguments)


SYSTEMS: dict[str, Callable[[Path, str, Arguments], Any]] = {
    "shop": shop,
    "counterpoint": counterpoint,
    "radius": radius,
    "mailbox": mailbox,
}


def act(home: Path, system: str, action: str, words: list[str]) -> Any:
    """Raises NotThere, or whatever the system itself refuses with."""
    return SYSTEMS[system](home, action, dict(_argument(word) for word in words))


def main() -> None:
    """Exit code 0: done; 2: refused, with one sentence on stderr."""
    parser = argparse.ArgumentParser(prog="sandbox.acting", description="What people do in the sandbox.")
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("system", choices=sorted(SYSTEMS))
    parser.add_argument("action")
    parser.add_argument("arguments", nargs="*", metavar="name=value")
    given = parser.parse_args()
    try:
        result = act(given.home, given.system, given.action, given.arguments)
    except Exception as error:  # noqa: BLE001 - whatever a system refuses is for whoever asked
        sys.exit(_refused(error))
    print(json.dumps(result, default=str, indent=2))


def _refused(error: Exception) -> int:
    print(f"refused: {str(error).partition(chr(10))[0]}", file=sys.stderr)
    return 2


def _control(home: Path, system: str) -> str:
    try:
        return str(json.loads((home / "sandbox.json").read_text())["controls"][system])
    except (FileNotFoundError, KeyError):
        raise NotThere(f"no sandbox is running from {home}: order-staging sandbox up") from None


def _argument(word: str) -> tuple[str, Any]:
    name, sign, value = word.partition("=")
    if not sign:
        raise NotThere(f"{word!r} is not name=value")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def _unknown(action: str, known: list[str]) -> str:
    return f"nobody does {action!r}; there is {', '.join(sorted(known))}"


if __name__ == "__main__":
    main()
