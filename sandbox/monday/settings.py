"""What can be tuned: limits, sizes and prices. `contract` holds the documented figures of a Pro account."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Profile = Literal["demo", "contract"]


class Limits(BaseModel):
    """`time_scale` shortens every window: 20 makes the minute of the limits last three seconds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    complexity_per_minute: int = Field(100_000_000, ge=1)
    split_read_and_write: bool = False
    """App tokens have the complexity budget twice: once for reading, once for writing."""
    query_cap: int = Field(5_000_000, ge=1)
    mutation_cost: int = Field(30_001, ge=0)
    mutation_costs: dict[str, int] = Field(default_factory=dict)
    """Exceptions from `mutation_cost` by name of the mutation."""
    window: Literal["anchored", "rolling"] = "anchored"
    """anchored: resets 60 s after its first call. rolling: every call leaves after its own 60 s."""
    requests_per_minute: int = Field(5_000, ge=1)
    requests_per_ten_seconds: int = Field(5_000, ge=1)
    concurrency: int = Field(100, ge=1)
    calls_per_day: int = Field(1_000_000, ge=1)
    timeout_seconds: float = Field(60.0, gt=0)
    time_scale: float = Field(1.0, gt=0)
    told_in: Literal["real_seconds", "scaled_seconds"] = "real_seconds"
    """Waits as they last, rounded up; or on the faster clock, for clients that scale theirs."""
    error_shape: Literal["2024-10", "2025-01", "2025-07"] = "2025-07"
    """How an exhausted complexity budget is reported; it changed twice."""


class Rules(BaseModel):
    """Sizes and habits of the boards."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    items_per_board: int = Field(10_000, ge=1)
    dropdown_labels: int = Field(500, ge=1)
    status_labels: int = Field(40, ge=1)
    deleted_items: Literal["null", "omit", "state"] = "null"
    """How `items(ids)` shows a deleted item; the vendor's pages leave all three open."""
    lock_boards: bool = True
    """Whether a second mutation request on a board that is being changed gets 423."""
    column_id_in_errors: bool = True
    """The vendor does not promise the column id in `error_data`."""
    idempotency_seconds: float = Field(1_800.0, gt=0)
    idempotency_budget_bytes: int = Field(16_000_000, ge=0)
    idempotency_response_bytes: int = Field(1_000_000, ge=0)
    cursor_seconds: float = Field(3_600.0, gt=0)


class Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    limits: Limits = Limits()
    rules: Rules = Rules()
    tokens: tuple[str, ...] = ("sandbox-token",)


def profile(name: Profile) -> Settings:
    if name == "demo":
        return Settings()
    return Settings(
        limits=Limits(
            complexity_per_minute=10_000_000,
            requests_per_minute=2_500,
            concurrency=100,
            calls_per_day=10_000,
        )
    )
