"""The story `order-staging demo` tells, system by system. Told again, nothing is sent."""

from dagster_project.cli import (
    demonstration_board,
    demonstration_chains,
    demonstration_documents,
    output,
)
from dagster_project.settings import Settings


def play(settings: Settings, orders: int) -> None:
    """Tell all of it; every part may be repeated."""
    output.say("Monday.com: customer orders become items and subitems\n")
    demonstration_board.play(settings, orders)
    output.say("\nCounterpoint: the shop's orders become documents")
    demonstration_documents.play(settings)
    output.say("\nRadius: sales orders of plant 4 become chains, and people change their minds\n")
    demonstration_chains.play(settings)
