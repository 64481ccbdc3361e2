"""The product in one home, over an ERP with its people and a mailbox: what an operator has before them."""

from dataclasses import dataclass, field
from typing import Any

from sandbox.mailbox.server import RunningMailbox
from sandbox.radius.erp import open_as_pub
from sandbox.radius.server import RunningRadius
from tests.pipeline.world import Home

BAG = "2300-ACM01-0001"
EVERYTHING = ("run", "radius", "--all")


@dataclass
class Plant(Home):
    """A home, an ERP, a mailbox, and the commands of an operator."""

    radius: RunningRadius
    mailbox: RunningMailbox
    orders: dict[str, int] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """What a shell would have to export."""
        return {
            **super().environment, "RADIUS_API_URL": self.radius.api, "RADIUS_DATABASE": str(self.radius.database),
            "XLINK_RUNNER_URL": self.radius.url, "RADIUS_QUIET_SECONDS": "1", "SMTP_SERVER": self.mailbox.host,
            "SMTP_PORT": str(self.mailbox.port), "SMTP_FROM": "orders@plant.example",
            "CSR_EMAILS": "csr@plant.example", "ADMIN_EMAILS": "admin@plant.example",
            "SITE_TIME_ZONE": "America/Chicago",
            **self.settings,
        }  # fmt: skip

    def state(self, name: str) -> tuple[str, str]:
        """Status and step of an order, as operators see it."""
        state = self.done("radius", "order", str(self.orders[name]))["state"]
        return state["status"], state["last_step"]

    def count(self, sql: str, *values: Any) -> int:
        """What a query counts in the ERP."""
        connection = open_as_pub(self.radius.database)
        try:
            return int(connection.execute(sql, values).fetchone()[0])
        finally:
            connection.close()

    def made(self) -> dict[str, int]:
        """What there is in the ERP of chains, by kind: nothing may be there twice."""
        return {
            "jobs P4": self.count(
                "select count(distinct JobCode) from PUB.PV_JobSOLink where PlantCode = '4'"
            ),
            "POs": self.count("select count(*) from PUB.PV_POrder"),
            "SO2s": self.count("select count(*) from PUB.PV_SOrder where PlantCode = '2'"),
            "ship requests": self.count("select count(*) from PUB.PV_ShipReq"),
            "jobs P2": self.count(
                "select count(distinct JobCode) from PUB.PV_JobSOLink where PlantCode = '2'"
            ),
        }
