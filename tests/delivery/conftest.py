"""The contract's world, for tests of what stands beside the engine."""

from tests.contracts.conftest import world

__all__ = ["world"]
