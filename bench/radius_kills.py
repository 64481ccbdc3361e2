"""200 SIGKILLs over days of 100 LWS orders in phase 1 and 50 changed ones in phase 2.

A day: all orders become chains; half of them change their quantity, up or down, and are reconfirmed by both plants as
the workflow asks for it. Every cycle dies at named points and at random moments until one ends by itself. Then
everything is counted: each job, purchase order, plant-2 order and ship request once, of one quantity, none held, and
the ledger agrees.

    python -m bench.radius_kills --kills 200 --seed 4755
"""

import argparse
import random
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

from bench.chain_world import Count, Plant, count, plant_of
from bench.figures import Figure
from bench.killing import Victim
from bench.order_killing import LAST, Strikes, through_kills_of
from bench.world import own_home
from dagster_project.delivery.sending import POINTS

KILLS, ORDERS = 200, 100
AT_RANDOM = 8
PHASES = ("chains made", "plant 4 reconfirmed", "plant 2 reconfirmed")
LONGEST_LIFE = 2.5
Points = list[str | None]


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


def prove(
    kills: int, orders: int, seed: int, at_random: int = AT_RANDOM, *, points_once: bool = False,
    longest: float = LONGEST_LIFE,
) -> Proof:  # fmt: skip
    """Kill until enough runs died; the last day goes to its end.

    With `points_once` a run dies at each named point in the first phase of the first day only. A run that dies at
    random lives up to `longest` seconds from its first delivery: the shorter, the more of them one day takes.
    """
    dice, proof = random.Random(seed), Proof(seed)
    with own_home() as home, Victim({"ENV": "SANDBOX", "ORDER_STAGING_HOME": str(home)}) as victim:
        while proof.strikes.kills < kills:
            with plant_of(orders) as plant:
                victim.environment = plant.environment
                named = PHASES if not points_once else () if proof.counts else PHASES[:1]
                plan = {phase: _plan(dice, at_random, phase in named) for phase in PHASES}
                _day(plant, victim, dice, proof, kills, plan, longest)
            found = proof.counts[-1]
            print(
                f"day {len(proof.counts)}: {'right' if found.right else f'WRONG {found.wrong()}'}; {found.objects} "
                f"objects, {proof.strikes.kills} kills, {proof.strikes.runs} runs",
                flush=True,
            )
    return proof


def _day(
    plant: Plant, victim: Victim, dice: random.Random, proof: Proof, kills: int, plan: Mapping[str, Points],
    longest: float,
) -> None:  # fmt: skip
    """Bring all orders through all phases, dying as planned on the way, and count."""
    for phase in PHASES:
        _people(plant, phase)
        points = plan[phase][: max(kills - proof.strikes.kills, 0)]
        through_kills_of(victim, "radius", points, dice, proof.strikes, longest)
    proof.counts.append(count(plant))


def _plan(dice: random.Random, at_random: int, named: bool) -> Points:
    """Where the next runs die, the last one first; None at a random moment."""
    points: Points = [*(POINTS if named else ()), *[None] * at_random]
    dice.shuffle(points)
    points.sort(key=lambda point: point != LAST)
    return points


def _people(plant: Plant, phase: str) -> None:
    """Change half of the orders and reconfirm their plant-4 jobs, then those of plant 2."""
    if phase == PHASES[0]:
        return
    for place, order in enumerate(plant.orders[::2]):
        chain = plant.people.show(order)
        if phase == PHASES[1]:
            line = chain["order"][0]["lines"][0]
            plant.people.change_quantity(order, int(line["OrderedQty"]) * (3 if place % 2 else 1) // 2)
            plant.people.reconfirm_p4(order)
        else:
            plant.people.reconfirm_p2(chain["sales_orders_p2"][0]["SOrderNum"])


def figure(proof: Proof, orders: int) -> Figure:
    """The line of the table."""
    wrong = [one.wrong() for one in proof.counts if not one.right]
    return Figure(
        f"{proof.strikes.kills} SIGKILLs over {len(proof.counts)} days of {orders} LWS orders, seed {proof.seed}",
        f"{sum(one.objects for one in proof.counts)} objects; {len(wrong)} days with anything wrong",
        "each object once, of one quantity, none held, the ledger agrees", "", "0 days", proof.held,
        {"runs": proof.strikes.runs, "struck": {f"{n} {p}": t for (n, p), t in sorted(proof.strikes.struck.items())},
         "wrong": wrong},
    )  # fmt: skip


def measure(quick: bool = False) -> list[Figure]:
    """Take the proof as a line of the one table."""
    kills, orders, at_random = (12, 8, 1) if quick else (KILLS, ORDERS, AT_RANDOM)
    seed = random.SystemRandom().randrange(10**6)
    return [figure(prove(kills, orders, seed, at_random), orders)]


def main(arguments: list[str] | None = None) -> int:
    """Prove, print, return 0 when the law held."""
    parser = argparse.ArgumentParser(prog="python -m bench.radius_kills", description=__doc__)
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--orders", type=int, default=ORDERS)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    chosen = parser.parse_args(arguments)
    print(f"seed {chosen.seed}, {chosen.kills} kills, {chosen.orders} orders a day", flush=True)
    proof = prove(chosen.kills, chosen.orders, chosen.seed)
    for (_, point), times in sorted(proof.strikes.struck.items()):
        print(f"{point:<30} {times}")
    print("HELD" if proof.held else "BROKEN: see above")
    return 0 if proof.held else 1


if __name__ == "__main__":
    sys.exit(main())
