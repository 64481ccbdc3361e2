"""Whose orders these are: invented names in the shapes of real customer lists, with a skewed share each.

The traps are deliberate. One name inside another (FERN in DAVENPORT(FERN)), an apostrophe, a comma before
INC, a country in brackets, one customer under several names. UNLISTED customers order too, but no lookup
knows them. GREYSON, the customer of the reference case, is the one name that is not invented.
"""

from dataclasses import dataclass
from typing import Literal

Status = Literal["approved", "review"]
Styles = Literal["golf", "six", "five", "number", "separated", "dotted"]
Colours = Literal["coded", "plain", "compound"]
PurchaseOrders = Literal["digits", "dashed", "lettered"]


@dataclass(frozen=True)
class Customer:
    canonical: str
    prefix: str
    """Three letters that open the order number; not always the start of the name."""
    weight: int
    """Share of the orders, relative to the other customers."""
    names: tuple[str, ...] = ()
    """How the source spells the customer, the usual spelling first; empty: only the canonical name."""
    status: Status | None = "approved"
    """None: absent from the lookup."""
    styles: Styles = "golf"
    colours: Colours = "plain"
    purchase_orders: PurchaseOrders = "digits"
    first_po: int = 1100
    first_order: int = 501

    @property
    def spellings(self) -> tuple[str, ...]:
        return self.names or (self.canonical,)


GREYSON = Customer(
    "GREYSON",
    "GRE",
    1091,
    ("GREYSON CLOTHIERS", "GREYSON"),
    colours="coded",
    first_po=4800,
    first_order=5001,
)

APPROVED: tuple[Customer, ...] = (
    GREYSON,
    Customer("TIDEWELL", "TDW", 1900, ("TIDEWELL (AU)", "TIDEWELL (NZ)"), styles="six", first_po=1204),
    Customer("O'MALLEY ATHLETIC", "OMA", 1089, ("O'MALLEY ATHLETIC (US)",), purchase_orders="dashed"),
    Customer("NORTHFOLD", "NOF", 796, ("NORTHFOLD (AU)", "NORTHFOLD"), styles="number", colours="compound"),
    Customer("KESTREL RUNNING", "KSR", 591, ("KESTREL", "KESTREL RUNNING"), styles="separated"),
    Customer("MARLOWE GOLF", "MWG", 558, ("Marlowe Private Label",), colours="coded", first_po=7400),
    Customer("FERN", "FER", 420, styles="five", purchase_orders="lettered", first_po=1),
    Customer("VELLUM EIGHT", "VLM", 330, ("VELLUM 8",), styles="six", colours="compound"),
    Customer("ASTER", "AST", 300, ("ASTER (AU)",), styles="dotted", colours="coded"),
    Customer("CHILDREN'S ORCHARD LANE", "COL", 250, styles="five", purchase_orders="lettered", first_po=1),
    Customer("DUNE STUDIO", "DUS", 210, ("DUNE STUDIO (AU)",), styles="separated", colours="compound"),
    Customer("BRAMBLE & COTE", "BRC", 180, ("BRAMBLE & COTE", "BRAMBLE AND COTE"), styles="six"),
    Customer("QUILL ATELIER", "QAT", 150, styles="dotted", purchase_orders="dashed", first_po=8120),
    Customer("PALE MOON SURF", "PMS", 130, ("PALE MOON SURF (AU)", "PALE MOON"), colours="compound"),
    Customer("LUMEN ACTIVE", "LUA", 110, ("LUMEN ACTIVE LLC (US)",), styles="six"),
    Customer("RIVERTON SUPPLY", "RVS", 95, ("RIVERTON SUPPLY CO.",), styles="number"),
    Customer("COPPERLEAF LANE", "CPL", 78, ("COPPERLEAF LANE (UK)",), styles="five"),
    Customer("WREN & WOLFE", "WWO", 60, styles="separated", colours="compound"),
    Customer("SOLSTICE SWIM", "SSW", 50, ("SOLSTICE SWIM (AU)", "SOLSTICE"), styles="dotted"),
    Customer("HOLLOW PINE", "HPI", 40, ("HOLLOW PINE (US)",), colours="coded"),
)

REVIEW: tuple[Customer, ...] = (
    Customer("DAVENPORT", "DVP", 260, ("DAVENPORT(FERN)",), "review", styles="five"),
    Customer("HALCYON LABS", "HAL", 170, ("HALCYON LABS, INC (ASTER)",), "review", styles="dotted"),
    Customer("ARC TIDEWELL", "ATW", 120, (), "review", styles="six"),
    Customer("ORIEL", "AER", 90, ("ORIEL (AU)", "ORIEL (US)"), "review", colours="compound"),
    Customer("TARN COLLECTIVE", "TRN", 60, ("TARN COLLECTIVE LLC (US)",), "review", styles="number"),
    Customer("SABLE, STONE & SONS", "SSS", 40, (), "review", styles="separated"),
)

UNLISTED: tuple[Customer, ...] = (
    Customer("LITTLE ACORN TRADING", "LAT", 70, (), None, styles="five"),
    Customer("SAINT ODO'S, LTD (UK)", "SOD", 40, (), None, colours="coded"),
    Customer("MERIDIAN 66 (JP)", "MRD", 25, (), None, styles="dotted"),
)

CUSTOMERS: tuple[Customer, ...] = APPROVED + REVIEW + UNLISTED


def lookup_rows() -> list[tuple[str, str, str]]:
    """(source name, canonical name, status), one per accepted name: what the Monday lookup CSV must hold."""
    return [
        (name, customer.canonical, customer.status)
        for customer in CUSTOMERS
        if customer.status
        for name in dict.fromkeys((*customer.spellings, customer.canonical))
    ]
