"""The price runner: a service beside the ERP that updates its price lists. One call, whose failure stops nobody."""

import json
from dataclasses import dataclass
from typing import Any

import requests

from dagster_project.settings import Settings
from dagster_project.wire import CONNECT_SECONDS, shown


@dataclass(frozen=True)
class PriceRun:
    """How it went: what to keep of the answer, and what to warn of; no warning means that prices are updated."""

    text: str
    warning: str | None = None


class PriceRunner:
    """Calls one runner. `calls` counts every request."""

    def __init__(self, settings: Settings) -> None:
        self.calls = 0
        self._url = settings.xlink_runner_url.rstrip("/")
        self._key = settings.xlink_runner_api_key.get_secret_value()
        self._timeout = settings.xlink_runner_timeout_seconds

    def run(self, say: Any) -> PriceRun:
        """Have the prices of all companies updated, or of the one that is said. Never raises."""
        if not self._url:
            return self._failed("XLINK_RUNNER_URL is not set", "")
        self.calls += 1
        headers = {"X-API-KEY": self._key} if self._key else {}
        try:
            response = requests.post(
                f"{self._url}/run_xlink", json=say, headers=headers, timeout=(CONNECT_SECONDS, self._timeout)
            )
        except requests.RequestException as error:
            return self._failed(f"the price runner gave no answer: {type(error).__name__}", "")
        text = response.content.decode("utf-8", "replace")
        text = text.replace(self._key, "***") if self._key else text
        if response.status_code != 200:
            return self._failed(f"the price runner answered HTTP {response.status_code}: {shown(text)}", text)
        return self._read(text)

    def _read(self, text: str) -> PriceRun:
        try:
            told = json.loads(text)
        except ValueError:
            return self._failed(f"the price runner's answer cannot be read: {shown(text)}", text)
        results = told.get("results") if isinstance(told, dict) else None
        failed = [
            f"{one.get('company_name') or one.get('company_id')}: {one.get('stderr') or one.get('returncode')}"
            for one in results or ()
            if isinstance(one, dict) and not one.get("success")
        ]
        if failed or not (isinstance(told, dict) and told.get("success")):
            return self._failed(f"the price runner failed: {'; '.join(failed) or shown(text)}", text)
        return PriceRun(text)

    def _failed(self, why: str, text: str) -> PriceRun:
        return PriceRun(text, f"prices were not updated: {why}. Items and orders go on; run it by hand")
