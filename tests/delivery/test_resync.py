"""What an operator sends again, and what is left to the people who use the destination."""

from dagster_project.delivery.operators import Operators
from tests.contracts.conftest import World


def resync(world: World, names: list[str] | None) -> frozenset[str]:
    """Return the fields of order `a` that the next run sends."""
    world.want("a")
    world.run()
    operators = Operators(world.ledger(), world.clock)
    operators.resync(operators.find(["a"]), names, kept={"city"})
    return world.ledger().records([("orders", "a")])[("orders", "a")].doubtful


def test_fields_that_belong_to_the_users_of_the_destination_are_not_sent_again(world: World) -> None:
    assert resync(world, None) == {"name"}


def test_a_field_that_is_named_is_sent_again_whoever_it_belongs_to(world: World) -> None:
    assert resync(world, ["city"]) == {"city"}
