"""The price runner: XLink's batch per company, started over HTTP on a machine of its own."""

import json
from typing import Any

from sandbox.radius.settings import Settings
from sandbox.web.answering import Answer
from sandbox.web.transport import Request

COMPANIES = {1: "Sandbox Holding", 2: "Sandbox Packaging"}


class PriceRunner:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def answer(self, request: Request, path: str) -> Answer:
        """GET /health, POST /run_xlink."""
        if path == "/health":
            return _told(200, {"status": "ok"})
        if request.method != "POST":
            return _told(405, {"detail": "Method Not Allowed"})
        key = self._settings.runner_api_key
        if key and request.headers.get("x-api-key") != key:
            return _told(401, {"detail": "Invalid API key"})
        try:
            asked = json.loads(request.body)
        except ValueError:
            asked = None
        if not isinstance(asked, dict) or not (
            asked.get("run_all") is True or asked.get("company_id") in COMPANIES
        ):
            return _told(422, {"detail": "run_all or a known company_id is needed"})
        return _told(200, self._run(asked))

    def _run(self, asked: dict[str, Any]) -> dict[str, Any]:
        everybody = asked.get("run_all") is True
        good = not self._settings.runner_fails
        results = [
            {
                "batch_path": f"C:\\xlink\\prices_{number}.bat", "company_id": number, "company_name": name,
                "returncode": 0 if good else 1, "stderr": "" if good else "price file is locked",
                "stdout": "prices updated" if good else "", "success": good,
            }
            for number, name in COMPANIES.items()
            if everybody or number == asked["company_id"]
        ]  # fmt: skip
        return {"results": results, "run_all": everybody, "stop_on_fail": False, "success": good}


def _told(status: int, content: Any) -> Answer:
    return Answer(status, json.dumps(content).encode())
