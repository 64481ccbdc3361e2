"""200 SIGKILLs over days of 300 web orders: named points and random moments in all three pipelines.

Each day begins with a company in which we made no document and ends when every pipeline ended by itself; then
everything is counted: one document per order, whole, stock and numbers exact, one note in the shop.

    python -m bench.counterpoint_kills --kills 200 --seed 4755
"""

import argparse
import random
import sys
from dataclasses import dataclass, field

from bench.figures import Figure
from bench.killing import Victim
from bench.order_killing import SMALL_REQUESTS, Strikes, plans, through_kills
from bench.orders_world import (
    COMPANY,
    SHOP,
    Count,
    Stand,
    count,
    ending,
    environment,
    found_company,
    settings_of,
)
from bench.world import own_home
from sandbox.woocommerce.server import WooProcess

KILLS, ORDERS = 200, 300
AT_RANDOM = 22


@dataclass
class Proof:
    """What the kills and the days came to."""

    seed: int
    strikes: Strikes = field(default_factory=Strikes)
    counts: list[Count] = field(default_factory=list)

    @property
    def held(self) -> bool:
        """Everything was right at the end of every day."""
        return bool(self.counts) and all(one.right for one in self.counts)


def prove(kills: int, orders: int, seed: int, at_random: int = AT_RANDOM) -> Proof:
    """Kill until enough runs died; the last day goes to its end."""
    dice, proof = random.Random(seed), Proof(seed)
    while proof.strikes.kills < kills:
        with own_home() as home, WooProcess(state=home / SHOP, orders=orders, ending=ending()) as shop:
            variables = {**environment(home, shop), **SMALL_REQUESTS}
            found_company(home, settings_of(variables))
            before = Stand.of(home / COMPANY)
            todo = plans(dice, at_random)
            _spare(todo, kills - proof.strikes.kills)
            with Victim(variables) as victim:
                through_kills(victim, todo, dice, proof.strikes)
            proof.counts.append(count(home, shop.control, before))
        found = proof.counts[-1]
        print(
            f"day {len(proof.counts)}: {'right' if found.right else f'WRONG {found.wrong()}'}; {found.documents} "
            f"documents, {proof.strikes.kills} kills, {proof.strikes.runs} runs",
            flush=True,
        )
    return proof


def _spare(todo: dict[str, list[str | None]], most: int) -> None:
    while sum(map(len, todo.values())) > most:
        max(todo.values(), key=len).pop()


def figure(proof: Proof, orders: int) -> Figure:
    """The line of the table."""
    wrong = [one.wrong() for one in proof.counts if not one.right]
    documents = sum(one.documents for one in proof.counts)
    return Figure(
        f"{proof.strikes.kills} SIGKILLs over {len(proof.counts)} days of {orders} web orders, seed {proof.seed}",
        f"{documents} documents; {len(wrong)} days with anything wrong",
        "one document per order, stock and numbers exact, one note",
        "",
        "0 days",
        proof.held,
        {
            "runs": proof.strikes.runs,
            "struck": {f"{name} {point}": n for (name, point), n in sorted(proof.strikes.struck.items())},
            "wrong": wrong,
        },
    )


def measure(quick: bool = False) -> list[Figure]:
    """Take the proof as a line of the one table."""
    kills, orders = (12, 60) if quick else (KILLS, ORDERS)
    seed = random.SystemRandom().randrange(10**6)
    return [figure(prove(kills, orders, seed, 0 if quick else AT_RANDOM), orders)]


def main(arguments: list[str] | None = None) -> int:
    """Prove, print, return 0 when the law held."""
    parser = argparse.ArgumentParser(prog="python -m bench.counterpoint_kills", description=__doc__)
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--orders", type=int, default=ORDERS)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    chosen = parser.parse_args(arguments)
    print(f"seed {chosen.seed}, {chosen.kills} kills, {chosen.orders} orders a day", flush=True)
    proof = prove(chosen.kills, chosen.orders, chosen.seed)
    for (name, point), times in sorted(proof.strikes.struck.items()):
        print(f"{name + ' ' + point:<50} {times}")
    print("HELD" if proof.held else "BROKEN: see above")
    return 0 if proof.held else 1


if __name__ == "__main__":
    sys.exit(main())
