"""`python -m sandbox`: all systems in one process, their addresses in the home, people acting from outside."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import requests

from sandbox import acting
from sandbox.acting import NotThere
from sandbox.counterpoint.database import CounterpointDatabase
from sandbox.counterpoint.people import NoSuchThing
from sandbox.radius.erp import open_as_pub
from sandbox.radius.people import NoSuchThing as NoSuchOrder

AUTH = ("ck_sandbox", "cs_sandbox")


@contextmanager
def world(home: Path, *options: str) -> Iterator[dict[str, Any]]:
    """A running sandbox; yields what stands in sandbox.json."""
    command = [sys.executable, "-m", "sandbox", "--home", str(home), *options]
    process = subprocess.Popen(command)
    file, deadline = home / "sandbox.json", time.monotonic() + 60
    while not file.exists():
        assert process.poll() is None, "the sandbox ended"
        assert time.monotonic() < deadline, "the sandbox did not start"
        time.sleep(0.02)
    try:
        yield json.loads(file.read_text())
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


def act(home: Path, system: str, action: str, *words: str) -> Any:
    """An action of a person, as it would be printed."""
    return json.loads(json.dumps(acting.act(home, system, action, list(words)), default=str))


def act_by_command(home: Path, *words: str, code: int = 0) -> Any:
    """The same by a process of its own; returns what was printed."""
    command = [sys.executable, "-m", "sandbox.acting", "--home", str(home), *words]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == code, ended.stderr
    return json.loads(ended.stdout) if code == 0 else ended.stderr


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


def test_everything_is_played_and_comes_back_after_a_restart(home: Path) -> None:
    with world(home, "--woo-orders", "30") as addresses:
        assert set(addresses["controls"]) >= {"monday", "woocommerce", "ncr", "radius", "mailbox"}
        settings = addresses["settings"]
        orders = f"{settings['woo_base_url']}/wp-json/wc/v3/orders"
        assert requests.get(orders, auth=AUTH, timeout=10).headers["X-WP-Total"] == "30"
        assert settings["counterpoint_url"] == f"duckdb:///{home / 'counterpoint.duckdb'}"
        with CounterpointDatabase(home / "counterpoint.duckdb").begin() as connection:
            assert connection.exec_driver_sql("select count(*) from dbo.IM_ITEM").scalar_one() == 1528
        store = requests.get(
            f"{settings['ncr_api_url']}/Store/01",
            auth=(settings["ncr_api_user"], settings["ncr_api_password"]),
            headers={"APIKey": settings["ncr_api_key"]},
            timeout=30,
        ).json()
        assert store["PS_STR_CFG_PS"]["NXT_ORD_NO"] == "O101-000366"
        (placed,) = act_by_command(home, "shop", "place", "scene=cartons")
        act(home, "shop", "complete", f"order_id={placed}")
        assert act(home, "shop", "mails") == [
            {"order_id": placed, "kind": "completed", "at": act(home, "shop", "mails")[0]["at"]}
        ]
        entered = act(home, "counterpoint", "take_order", "item_no=01-10104", 'quantity="2"')
        released = act_by_command(home, "counterpoint", "release", f"doc_id={entered['order_id']}")
        assert released["ticket_no"] == f"{entered['ticket_no']}-01"
        applied = act(home, "counterpoint", "predecessor", "order_id=15001")
        assert (applied["woo_order_id"], applied["ticket_no"]) == (15001, "101-000001")
        assert act(home, "mailbox", "mails") == []
        left = act(home, "radius", "predecessor", "order=251001", "until=po")
        act(home, "radius", "change_custref", "order=251001", "custref=0815 0001 A")
        erp = open_as_pub(settings["radius_database"])
        read = 'select "CustRef", "POrderNum" from "PUB"."PV_SOrder", "PUB"."PV_POrder" where "SOrderNum" = 251001'
        assert erp.execute(read).fetchall() == [("0815 0001 A", left["po"])]
        erp.close()
        assert requests.post(settings["radius_api_url"], json={}, timeout=10).status_code == 400
        assert requests.get(f"{settings['xlink_runner_url']}/health", timeout=10).status_code == 200
        assert settings["lws_eligibility_start_date"] <= date.today().isoformat()
        act(home, "radius", "settings", "view_lag_seconds=1")
        scenes = act(home, "radius", "scenes")
        assert act(home, "radius", "audit", "log=false")["changes"] == 0
    assert not (home / "sandbox.json").exists()
    assert sorted(file.name for file in home.iterdir()) == ["counterpoint.duckdb", "sandbox"]
    with world(home, "--woo-orders", "99", "--radius-orders", "99") as addresses:
        again = f"{addresses['settings']['woo_base_url']}/wp-json/wc/v3/orders/{placed}"
        assert requests.get(again, auth=AUTH, timeout=10).json()["status"] == "completed"
        assert sum(act(home, "shop", "state")["orders"].values()) == 31
        assert act(home, "radius", "show", "order=251001")["order"][0]["CustRef"] == "0815 0001 A"
        assert len(act(home, "radius", "scenes")) == len(scenes)
        assert addresses["settings"]["lws_eligibility_start_date"] == settings["lws_eligibility_start_date"]


def test_wrong_actions_are_refused_in_a_sentence(home: Path, tmp_path: Path) -> None:
    for where, words, sentence in [
        (home, ("counterpoint", "dance"), "nobody does 'dance'; there is"),
        (home, ("counterpoint", "void", "doc_id=1"), "document 1"),
        (home, ("counterpoint", "void", "1"), "is not name=value"),
        (tmp_path, ("shop", "state"), "no sandbox is running"),
        (tmp_path, ("counterpoint", "void", "doc_id=1"), "start the sandbox once"),
        (home, ("radius", "dance"), "nobody does 'dance'; there is add_derived_items"),
        (home, ("radius", "hold", "order=1"), "order 1"),
        (tmp_path, ("radius", "hold", "order=1"), "start the sandbox once"),
        (tmp_path, ("radius", "audit"), "no sandbox is running"),
    ]:
        with pytest.raises((NotThere, NoSuchThing, NoSuchOrder), match=sentence):
            acting.act(where, words[0], words[1], list(words[2:]))
    assert act_by_command(home, "counterpoint", "void", "doc_id=1", code=2) == "refused: document 1\n"


def test_the_command_line_passes_actions_on(home: Path) -> None:
    command = [
        str(Path(sys.executable).with_name("order-staging")),
        "sandbox",
        "act",
        "counterpoint",
        "take_order",
    ]
    environment = {**os.environ, "ORDER_STAGING_HOME": str(home), "ENV": "SANDBOX"}
    ended = subprocess.run(
        [*command, "item_no=01-10104"], capture_output=True, text=True, check=False, env=environment
    )
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout)["ticket_no"].startswith("O101-")
