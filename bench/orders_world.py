"""A shop, a Counterpoint company and a warehouse in one home; and counting of what became of the shop's orders.

The counting asks the shop's control API and Counterpoint's own rows by queries of this module's own. What an order
should come to is what its maker expects of it, never what our models say.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from bench.asking import Ask, asking
from dagster_project.counterpoint.destination import database_of
from dagster_project.counterpoint.setup import DocIds, set_up
from dagster_project.settings import Settings, load_settings
from dagster_project.warehouse import schema
from dagster_project.warehouse.engine import Warehouse
from sandbox.counterpoint.codes import STORE
from sandbox.counterpoint.database import CounterpointDatabase
from sandbox.woocommerce.control import WooControl
from sandbox.woocommerce.server import RunningWoo, WooProcess

SEED = 7
COMPANY, SHOP = "counterpoint.duckdb", "woocommerce.sqlite"
LOCATION = "01"
OURS = "[order-staging "
CHILDREN = (
    "PS_DOC_LIN", "PS_DOC_HDR_TOT", "PS_DOC_TAX", "PS_DOC_HDR_MISC_CHRG", "PS_DOC_CONTACT", "PS_DOC_PMT",
    "PS_DOC_PMT_APPLY", "PS_DOC_NOTE", "PS_DOC_AUDIT_LOG", "PS_DOC_DISC", "PS_DOC_HDR_DOC_STAT",
)  # fmt: skip
DOCUMENTS = """
select s.WOO_ORDER_ID as web, h.DOC_ID, h.TKT_NO, s.CP_DOC_ID, s.IS_APPLIED
from dbo.PS_DOC_HDR as h
left join dbo.PS_DOC_NOTE as n on n.DOC_ID = h.DOC_ID and n.NOTE_ID like 'order-staging:%'
left join dbo.USER_ORDER_STAGING as s on n.NOTE_ID = concat('order-staging:', s.STAGING_ID)
where h.DOC_ID >= ?
"""
"""Documents that are ours, each with the web order that its own note leads to."""
AMOUNTS = f"""
select d.web, t.TOT, t.SUB_TOT + t.TAX_AMT + t.TOT_MISC, t.SUB_TOT,
    (select coalesce(sum(l.EXT_PRC), 0) from dbo.PS_DOC_LIN as l where l.DOC_ID = d.DOC_ID),
    t.TAX_AMT, (select coalesce(sum(x.TAX_AMT), 0) from dbo.PS_DOC_TAX as x where x.DOC_ID = d.DOC_ID)
from ({DOCUMENTS}) as d
join dbo.PS_DOC_HDR_TOT as t on t.DOC_ID = d.DOC_ID and t.TOT_TYP = 'O'
"""
"""What each of them comes to: in all, by its parts, and two of these against their rows."""
Expectations = Mapping[int, Mapping[str, Any]]
Buckets = tuple[Decimal, Decimal, Decimal]


def ending() -> dt.datetime:
    """When the newest order came: in this hour, so that a first pull reaches every order."""
    return dt.datetime.now(dt.UTC).replace(minute=0, second=0, microsecond=0)


def environment(home: Path, shop: RunningWoo | WooProcess) -> dict[str, str]:
    """What a shell would have to export to work in this home."""
    return {
        "ORDER_STAGING_HOME": str(home), "WOO_BASE_URL": shop.url,
        "COUNTERPOINT_URL": f"duckdb:///{home / COMPANY}", "WOO_QUIET_SECONDS": "0.3",
        "COUNTERPOINT_QUIET_SECONDS": "0.1", "WOO_PULL_DAYS": "400",
    }  # fmt: skip


def settings_of(variables: Mapping[str, str], **said: Any) -> Settings:
    """The same as settings, whatever the shell exports and whatever .env says."""
    return load_settings(_env_file=None, **{name.lower(): value for name, value in variables.items()}, **said)


def found_company(home: Path, settings: Settings) -> None:
    """Make the company and what is ours in it, and an empty warehouse."""
    home.mkdir(parents=True, exist_ok=True)
    company = CounterpointDatabase(home / COMPANY)
    company.create(SEED)
    company.release()
    database = database_of(settings)
    set_up(database, DocIds(settings.cp_doc_id_first, settings.cp_doc_id_last))
    database.release()
    warehouse = Warehouse(settings.warehouse)
    schema.init(warehouse)
    warehouse.release()


@dataclass(frozen=True)
class Stand:
    """What Counterpoint says of stock and numbers at a moment."""

    stock: Mapping[str, Buckets]  # item → QTY_COMMIT, QTY_ON_ORD, QTY_AVAIL
    elsewhere: Mapping[tuple[str, str], Buckets]
    doc_id: int  # the next ones
    ticket: int

    @classmethod
    def of(cls, company: Path) -> "Stand":
        """Read it while nobody holds the file."""
        with asking(company) as ask:
            return cls.asked(ask)

    @classmethod
    def asked(cls, ask: Ask) -> "Stand":
        """Ask the company."""
        rows = ask("select ITEM_NO, LOC_ID, QTY_COMMIT, QTY_ON_ORD, QTY_AVAIL from dbo.IM_INV")
        ((doc_id,),) = ask("select NXT_DOC_ID from dbo.USER_DOC_ID_RANGE")
        ((ticket,),) = ask("select NXT_ORD_NO from dbo.PS_STR_CFG_PS where STR_ID = ?", STORE)
        return cls(
            {item: (commit, order, free) for item, place, commit, order, free in rows if place == LOCATION},
            {(item, place): (*found,) for item, place, *found in rows if place != LOCATION},
            doc_id, int(ticket.rpartition("-")[2]),
        )  # fmt: skip


@dataclass
class Count:
    """What became of the orders, against what was wanted. Web orders by their ids."""

    documents: int = 0
    twice: list[int] = field(default_factory=list)
    missing: list[int] = field(default_factory=list)
    unwanted: list[int] = field(default_factory=list)
    lines_differ: list[int] = field(default_factory=list)
    charged_differs: list[str] = field(default_factory=list)  # by a cent or more, also in parts
    torn: list[str] = field(default_factory=list)  # rows without a document, documents without rows
    stock_differs: list[str] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)
    disagreeing: list[str] = field(default_factory=list)  # ledger and Counterpoint
    notes_differ: list[int] = field(default_factory=list)

    def wrong(self) -> dict[str, list[Any]]:
        """Everything that is not as it should be, by name; empty when all is right."""
        return {name: found for name, found in vars(self).items() if isinstance(found, list) and found}

    @property
    def right(self) -> bool:
        """One document per order, whole, stock and numbers exact, the ledger agrees, one note each."""
        return self.documents > 0 and not self.wrong()


def wanted(expectations: Expectations) -> set[int]:
    """Orders that must get a document."""
    return {one for one, said in expectations.items() if said["outcome"] == "clean" and not said["undecided"]}


def undecided(expectations: Expectations) -> set[int]:
    """Orders that may get one."""
    return {one for one, said in expectations.items() if said["undecided"]}


def count(home: Path, control: WooControl, before: Stand, *, notes: bool = True) -> Count:
    """Hold the databases in this home against what is expected, while nobody holds them."""
    with asking(home / COMPANY) as company, asking(home / "warehouse.duckdb") as warehouse:
        return counted(company, warehouse, control, before, notes=notes)


def counted(company: Ask, warehouse: Ask, control: WooControl, before: Stand, *, notes: bool = True) -> Count:
    """Hold Counterpoint, the ledger and the shop against what is expected of the shop's orders."""
    expectations, found = control.expectations(), Count()
    documents = company(f"{DOCUMENTS} order by h.DOC_ID", before.doc_id)
    lines = company(
        f"select d.web, l.ITEM_NO, sum(l.QTY_SOLD * l.QTY_NUMER / l.QTY_DENOM) from ({DOCUMENTS}) as d "
        "join dbo.PS_DOC_LIN as l on l.DOC_ID = d.DOC_ID group by d.web, l.ITEM_NO", before.doc_id,
    )  # fmt: skip
    amounts = company(AMOUNTS, before.doc_id)
    found.torn = _torn(company, before)
    found.documents = len(documents)
    tally = Counter(web for web, *_ in documents)
    must, may = wanted(expectations), undecided(expectations)
    found.twice = sorted(web for web, times in tally.items() if times > 1)
    found.missing = sorted(must - tally.keys())
    found.unwanted = sorted(tally.keys() - must - may)
    found.torn += [
        f"document {doc_id} of order {web}: its staging row says {said}, applied {applied}"
        for web, doc_id, _, said, applied in documents
        if said != str(doc_id) or not applied
    ]
    _compare_lines(found, lines, expectations, set(tally))
    found.charged_differs = _not_as_charged(amounts, expectations)
    after = Stand.asked(company)
    found.numbers = _numbers(documents, before, after)
    found.stock_differs = _stock(before, after, expectations, tally)
    found.disagreeing = disagreeing(warehouse, {str(doc_id) for _, doc_id, *_ in documents})
    if notes:
        made = {web: doc_id for web, doc_id, *_ in documents}
        found.notes_differ = [
            web for web in expectations if _ours(control, web) != ([made[web]] if web in made else [])
        ]
    return found


def _torn(company: Ask, before: Stand) -> list[str]:
    """Rows without a header, and documents that lack what each has."""
    found = []
    for table in CHILDREN:
        orphans = company(
            f"select distinct DOC_ID from dbo.{table} where DOC_ID not in (select DOC_ID from dbo.PS_DOC_HDR)"
        )
        found += [f"{table} {doc_id} has no header" for (doc_id,) in orphans]
    for table, rows in (("PS_DOC_LIN", 1), ("PS_DOC_HDR_TOT", 3), ("PS_DOC_CONTACT", 2), ("PS_DOC_NOTE", 1)):
        lacking = company(
            "select h.DOC_ID from dbo.PS_DOC_HDR as h where h.DOC_ID >= ? "
            f"and (select count(*) from dbo.{table} as c where c.DOC_ID = h.DOC_ID) < {rows}", before.doc_id,
        )  # fmt: skip
        found += [f"{doc_id} lacks rows in {table}" for (doc_id,) in lacking]
    return found


def _compare_lines(found: Count, lines: Sequence[Any], expectations: Expectations, made: set[int]) -> None:
    there: dict[int, dict[str, Decimal]] = defaultdict(dict)
    for web, item, quantity in lines:
        there[web][item] = Decimal(str(quantity))
    found.lines_differ = [web for web in sorted(made) if there[web] != _ordered(expectations, [web])]


def _not_as_charged(amounts: Sequence[Any], expectations: Expectations) -> list[str]:
    """Documents that do not come to what the shop charged, to the cent; each with its amounts."""
    found = []
    for web, total, parts, lines, of_lines, taxes, of_taxes in amounts:
        charged = Decimal(expectations[web]["charged"]) if web in expectations else None
        if not (total == charged == parts and lines == of_lines and taxes == of_taxes):
            found.append(
                f"order {web}: {charged} charged, {total} = {parts}, {lines} = {of_lines}, {taxes} = {of_taxes}"
            )
    return found


def _ordered(expectations: Expectations, orders: Any) -> dict[str, Decimal]:
    """Item → stocking units of these orders."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for web in orders:
        for line in expectations[web]["lines"] if web in expectations else ():
            sums[line["item_no"]] += line["stocking_quantity"]
    return dict(sums)


def _numbers(documents: Sequence[Any], before: Stand, after: Stand) -> list[str]:
    """Numbers given out are those between the counters, each once: none reused, none lost by a dead run."""
    found = []
    for name, used, given in (
        ("DOC_ID", [one[1] for one in documents], range(before.doc_id, after.doc_id)),
        ("TKT_NO", [int(one[2].rpartition("-")[2]) for one in documents], range(before.ticket, after.ticket)),
    ):
        found += [f"{name} {number} twice" for number, times in Counter(used).items() if times > 1]
        found += [f"{name} {number} without a document" for number in sorted(set(given) - set(used))]
        found += [f"{name} {number} outside the counter" for number in sorted(set(used) - set(given))]
    return found


def _stock(before: Stand, after: Stand, expectations: Expectations, tally: Counter[int]) -> list[str]:
    ordered = _ordered(expectations, tally.elements())
    found = [] if before.elsewhere == after.elsewhere else ["stock at other locations"]
    for item in before.stock.keys() | after.stock.keys() | ordered.keys():
        commit, on_order, free = before.stock.get(item, (Decimal(0),) * 3)
        more = ordered.get(item, Decimal(0))
        if after.stock.get(item) != (commit + more, on_order + more, free - more):
            found.append(f"{item}: {before.stock.get(item)} and {more} became {after.stock.get(item)}")
    return found


def disagreeing(warehouse: Ask, doc_ids: set[str]) -> list[str]:
    """Documents that only one of Counterpoint and a ledger knows, and what that ledger has not brought to its end."""
    rows = warehouse(
        "select remote_id, state from delivery where entity = 'documents' and state <> 'REJECTED'"
    )
    told = {str(remote_id) for remote_id, state in rows if state == "DELIVERED"}
    undone = [f"{remote_id} is {state}" for remote_id, state in rows if state != "DELIVERED"]
    return sorted([*(told ^ doc_ids), *undone])


def _ours(control: WooControl, web: int) -> list[int]:
    """Documents that our notes of an order name."""
    notes = [note["note"] for note in control.notes(web) if OURS in note["note"]]
    return [int(note.rpartition(" ")[2].rstrip("]")) for note in notes]
