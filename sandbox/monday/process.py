"""A server in a process of its own: for benches, which must not share an interpreter with what they
measure, and for tests in which the server itself is killed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import TracebackType

from sandbox.monday.control import Control
from sandbox.monday.settings import Profile, Settings

REPOSITORY = Path(__file__).resolve().parents[2]


class MondayProcess:
    def __init__(
        self, *, state: str | Path = ":memory:", profile: Profile = "demo", token: str | None = None
    ) -> None:
        self.token = token or Settings().tokens[0]
        self._command = [sys.executable, "-m", "sandbox.monday", "--state", str(state)]
        self._command += ["--profile", profile, "--token", self.token]

    def __enter__(self) -> MondayProcess:
        self._process = subprocess.Popen(  # noqa: S603 - our own module
            self._command, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the sandbox did not start: exit code {self._process.wait()}")
        self.url: str = json.loads(line)["url"]
        self.control = Control(self.url.removesuffix("/v2"))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    def kill(self) -> None:
        """As a power cut would: whatever was not committed is lost."""
        self._process.kill()
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
