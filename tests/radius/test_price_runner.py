"""The price runner: one call for all companies; whatever it answers, a warning at most."""

import json
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from dagster_project.radius.price_runner import PriceRunner
from dagster_project.settings import Settings

GOOD = {"company_id": 2, "company_name": "Sandbox Packaging", "returncode": 0, "stderr": "", "success": True}
BAD = {
    **GOOD,
    "company_id": 1,
    "company_name": "Sandbox Holding",
    "stderr": "price file is locked",
    "success": False,
}


def runner(url: str, **said: Any) -> PriceRunner:
    return PriceRunner(Settings(_env_file=None, xlink_runner_url=url, xlink_runner_timeout_seconds=1, **said))


def test_all_companies_are_run_with_the_key(httpserver: HTTPServer) -> None:
    httpserver.expect_ordered_request(
        "/run_xlink", method="POST", json={"run_all": True}, headers={"X-API-KEY": "k3y"}
    ).respond_with_json({"results": [GOOD], "run_all": True, "success": True})
    one = runner(httpserver.url_for("/"), xlink_runner_api_key="k3y")
    run = one.run({"run_all": True})
    httpserver.check_assertions()
    assert (run.warning, json.loads(run.text)["success"], one.calls) == (None, True, 1)


@pytest.mark.parametrize(
    ("answer", "status", "why"),
    [
        ({"results": [BAD, GOOD], "success": False}, 200, "failed: Sandbox Holding: price file is locked"),
        ({"results": [], "success": False}, 200, "failed"),
        ({"detail": "Invalid API key k3y"}, 401, "HTTP 401"),
        ([1], 200, "failed"),
    ],
)
def test_whatever_goes_wrong_is_a_warning_without_the_key(
    httpserver: HTTPServer, answer: Any, status: int, why: str
) -> None:
    httpserver.expect_request("/run_xlink").respond_with_json(answer, status=status)
    run = runner(httpserver.url_for("/"), xlink_runner_api_key="k3y").run({"run_all": True})
    assert run.warning is not None
    assert run.warning.startswith("prices were not updated: ")
    assert why in run.warning
    assert "k3y" not in run.warning + run.text


def test_an_answer_that_is_no_json_and_nobody_there_are_warnings(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/run_xlink").respond_with_data("<html>")
    assert "cannot be read" in (runner(httpserver.url_for("/")).run({"run_all": True}).warning or "")
    assert "gave no answer: ConnectionError" in (runner("http://127.0.0.1:9").run({}).warning or "")


def test_without_an_address_nobody_is_called() -> None:
    one = runner("")
    assert "XLINK_RUNNER_URL is not set" in (one.run({"run_all": True}).warning or "")
    assert one.calls == 0
