"""What can be set while the server runs."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from sandbox.radius.deeds import DEEDS


class Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", validate_assignment=True)

    view_lag_seconds: float = Field(0.2, ge=0)
    """New SO2 headers and lines are invisible to SQL for so long."""
    latency: dict[str, float] = Field(default_factory=dict)
    """Seconds per deed; an AdvancedOrderProcessing takes 6 to 14 in the original."""
    runner_api_key: str = ""
    """What X-API-KEY has to be; empty: nothing is asked."""
    runner_fails: bool = False

    @field_validator("latency")
    @classmethod
    def _known(cls, value: Mapping[str, float]) -> dict[str, float]:
        unknown = set(value) - set(DEEDS)
        if unknown:
            raise ValueError(f"no such deed: {sorted(unknown)}; there is {', '.join(DEEDS)}")
        return dict(value)

    def change(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        """Set what is named; raises ValidationError and then sets nothing."""
        checked = Settings.model_validate({**self.model_dump(), **wanted})
        for name in wanted:
            setattr(self, name, getattr(checked, name))
        return self.model_dump()
