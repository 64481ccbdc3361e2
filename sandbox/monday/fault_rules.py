"""What can be ordered to go wrong, as the control API takes it.

A fault has two independent parts: whether the request is executed first (`when`), and how the
answer is spoilt (`kind`). "Time-out after commit" is therefore `silence` with `when: after`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from sandbox.monday.catalogue import CATALOGUE, Hint

FaultKind = Literal[
    "status",  # a bare HTTP status, 503 unless `status` says otherwise
    "error",  # a documented error by `code`
    "rate_limit",  # a 429 whose wait is told only as `hint` says
    "html",  # a proxy's page
    "empty",  # 200 without a body
    "half_json",  # a cut-off answer
    "silence",  # no answer, connection left open
    "close",  # connection closed without an answer
    "reset",  # connection reset
    "kill",  # SIGKILL to the caller
    "none",  # nothing: a gap in a queue
]


def _documented(code: str) -> str:
    if code not in CATALOGUE:
        raise ValueError(f"{code} is not a documented code; see GET /_sandbox")
    return code


Code = Annotated[str, AfterValidator(_documented)]


class Fault(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: FaultKind
    when: Literal["before", "after"] = "after"
    on: Literal["mutation", "query", "any"] = "mutation"
    status: int | None = Field(None, ge=400, le=599)
    code: Code | None = None
    hint: Hint = "retry_after"
    seconds: float = Field(1.0, ge=0)
    """The wait that a rate limit tells."""
    after_aliases: int | None = Field(None, ge=1)
    """kill only: strike when so many aliases are committed; the rest is executed all the same."""


class FaultRule(Fault):
    probability: float = Field(1.0, ge=0, le=1)
    times: int | None = Field(None, ge=1)
    """Strike so often at most."""


class Poison(BaseModel):
    """Aliases that are refused though nothing is wrong with them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    alias: str | None = None
    """Pattern (regular expression, searched) for the alias, such as ^a3$."""
    name: str | None = None
    """Pattern for the item name or the group name."""
    values: str | None = None
    """Pattern for the column values as sent."""
    mutation: str | None = None
    code: Code = "ColumnValueException"
    message: str | None = None
    column_id: str | None = None
    times: int | None = Field(None, ge=1)


class Latency(BaseModel):
    """Seconds of server time, drawn evenly between the two bounds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    request: tuple[float, float] = (0.0, 0.0)
    alias: tuple[float, float] = (0.0, 0.0)


class FaultPlan(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int = 0
    rules: tuple[FaultRule, ...] = ()
    """Tried in order for each request; the first that strikes counts."""
    queue: tuple[Fault, ...] = ()
    """One-shot: each request that matches the head takes it, before any rule is tried."""
    poison: tuple[Poison, ...] = ()
    latency: Latency = Latency()
    index_lag_seconds: float = Field(0.0, ge=0)
    pid: int | None = Field(None, gt=1)
    """Whom `kill` strikes when the request bears no X-Sandbox-Pid."""
