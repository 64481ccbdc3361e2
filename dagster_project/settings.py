"""Every setting, typed, in one place. Names are the ones operators know; secrets never print.

Sources, strongest first: environment variables, `.env`, the sandbox's own addresses (ENV=SANDBOX only),
defaults. ENV is SANDBOX unless somebody says otherwise, and LIVE refuses to start half configured.
"""

import datetime as dt
import json
import os
import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from dotenv import dotenv_values
from pydantic import AliasChoices, Field, SecretStr, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from dagster_project import sandbox_defaults
from dagster_project.live_checks import not_live

PROJECT_ROOT = Path(__file__).resolve().parent.parent
_ADDRESS = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+")
_MONTH_DAY_YEAR = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")


class SettingsError(Exception):
    """The settings do not allow a start. The message names each setting and what to do."""


class Environment(StrEnum):
    """Which outside systems we talk to; part of every ledger key, so that they never share a row."""

    SANDBOX = "SANDBOX"
    TEST = "TEST"
    LIVE = "LIVE"


def _also(name: str, *operators: str) -> AliasChoices:
    """The setting's own name, and the ones operators of the predecessor know it by."""
    return AliasChoices(name, *operators)


class SandboxAddresses(PydanticBaseSettingsSource):
    """Where a running `order-staging sandbox up` listens, read from the file it leaves in the home."""

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:  # noqa: ARG002
        """Not used: the whole file is one source, see `__call__`."""
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        """Return the addresses; nothing when ENV is another, or no sandbox was started from this home.

        One that is down has left its ERP's file: what was delivered to it can still be looked at.
        """
        if str(self.current_state.get("env") or Environment.SANDBOX) != Environment.SANDBOX:
            return {}
        home = Path(self.current_state.get("order_staging_home") or default_home())
        try:
            return dict(json.loads((home / "sandbox.json").read_text())["settings"])
        except FileNotFoundError:
            erp = home / "sandbox" / "radius.sqlite"
            return {"radius_database": erp} if erp.exists() and not self.current_state.get("dsn") else {}


def default_home() -> Path:
    """Return ORDER_STAGING_HOME, or `.order-staging` beside the project."""
    return Path(os.environ.get("ORDER_STAGING_HOME") or PROJECT_ROOT / ".order-staging").resolve()


class Settings(BaseSettings):
    """All settings of a process. Build it with `load_settings`, which turns errors into sentences."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", validate_default=True)

    env: Environment = Field(Environment.SANDBOX, description="SANDBOX, TEST or LIVE")
    order_staging_home: Path = Field(
        default_factory=default_home, description="everything we write goes here"
    )
    site_time_zone: str = Field("UTC", description="zone in which views and reports show times")

    warehouse_url: SecretStr | None = Field(None, description="duckdb:///… or mssql+pyodbc://…")
    warehouse_wait_seconds: float = Field(600, ge=0, description="how long to wait for a held warehouse")

    monday_api_url: str = Field("http://127.0.0.1:8075/v2", description="GraphQL address")
    monday_web_url: str = Field("", description="https://ACCOUNT.monday.com, for links in `trace`")
    monday_api_token: SecretStr = Field(
        SecretStr(sandbox_defaults.TOKEN), description="API token of the sync user"
    )
    monday_api_version: str = Field("2026-10", description="pinned; read back at start")
    monday_board_id: str = Field(sandbox_defaults.BOARD, description="Customer Master Schedule")
    monday_subitem_board_id: str = Field(
        sandbox_defaults.SUBITEM_BOARD, description="its hidden subitem board"
    )
    monday_profile: str = Field("text", pattern="^(text|dropdown)$", description="columns for free texts")
    monday_aliases_per_request: int = Field(25, ge=1, le=100, description="upper bound; adapts to latency")
    monday_timeout_seconds: float = Field(60, gt=0, description="the server's own limit is 60 s")
    monday_quiet_seconds: float = Field(75, ge=0, description="longest execution + index lag before a probe")
    monday_create_points: int = Field(30_001, ge=1, description="complexity assumed for one create")
    monday_verify: str = Field("all", pattern="^(all|delivered|off)$", description="what a run reads back")
    monday_drift_overwrite: list[str] = Field(
        default_factory=list, description="columns whose changes on the board we set back; others are kept"
    )
    monday_daily_call_limit: int = Field(10_000, ge=1, description="calls per UTC day the plan allows")

    counterpoint_url: SecretStr | None = Field(None, description="Counterpoint's database: mssql+pyodbc://…")
    counterpoint_backend: str = Field("sql", pattern="^(sql|ncr)$", description="who makes the documents")
    counterpoint_timeout_seconds: float = Field(60, gt=0, description="longest statement")
    counterpoint_quiet_seconds: float = Field(5, ge=0, description="a lost transaction has ended by then")
    counterpoint_orders_per_request: int = Field(250, ge=1, le=500, description="intents committed at once")
    counterpoint_orders_per_transaction: int = Field(0, ge=0, description="0: 1; a request in the sandbox")
    counterpoint_verify: str = Field(
        "all", pattern="^(all|delivered|off)$", description="what a run reads back"
    )
    counterpoint_drift_overwrite: list[str] = Field(
        default_factory=list, description="staging columns whose changes by hand are set back"
    )
    cp_store: str = Field("01", min_length=1, max_length=10, description="STR_ID of web orders")
    cp_station: str = Field("101", min_length=1, max_length=10, description="STA_ID of web orders")
    cp_drawer: str = Field("101", min_length=1, max_length=10, description="DRW_ID of web orders")
    cp_location: str = Field("01", min_length=1, max_length=10, description="stock and price location")
    cp_user: str = Field("INTEG", min_length=1, max_length=10, description="USR_ID that enters web orders")
    cp_shipping_charge: int = Field(1, ge=1, le=5, description="misc charge number of shipping")
    cp_fee_charge: int = Field(1, ge=1, le=5, description="misc charge number of fees")
    cp_doc_id_first: int = Field(sandbox_defaults.DOC_IDS[0], ge=1, description="first DOC_ID that is ours")
    cp_doc_id_last: int = Field(
        sandbox_defaults.DOC_IDS[1], lt=10**15, description="last DOC_ID that is ours"
    )

    woo_base_url: str = Field("http://127.0.0.1:8076", description="the shop, without /wp-json")
    woo_consumer_key: SecretStr = Field(
        SecretStr(sandbox_defaults.WOO_KEY), description="REST key, read and write"
    )
    woo_consumer_secret: SecretStr = Field(SecretStr(sandbox_defaults.WOO_SECRET), description="its secret")
    woo_time_zone: str = Field("America/New_York", description="zone of the shop's date_created")
    woo_timeout_seconds: float = Field(60, gt=0, description="longest answer of the shop")
    woo_quiet_seconds: float = Field(60, ge=0, description="the shop has finished a lost call by then")
    woo_statuses: str = Field("processing,completed", min_length=1, description="orders that are wanted")
    woo_pull_days: int = Field(30, ge=1, description="how far back the first pull goes")
    woo_overlap_minutes: int = Field(15, ge=0, description="how far a pull reaches behind the newest change")

    ncr_api_url: str = Field("https://127.0.0.1:52000", description="NCR's REST API, backend ncr only")
    ncr_api_key: SecretStr = Field(SecretStr(""), description="APIKey header")
    ncr_api_user: str = Field("", description="<company alias>.<user id>")
    ncr_api_password: SecretStr = Field(SecretStr(""), description="password of that user")
    ncr_timeout_seconds: float = Field(60, gt=0, description="longest answer of the API")
    ncr_quiet_seconds: float = Field(120, ge=0, description="a lost document is there or not by then")

    order_processing_interval_minutes: int = Field(
        120, ge=1, description="orders are processed after so long though none waits"
    )
    fulfillment_sync_interval_minutes: int = Field(
        120, ge=1, description="the shop is told after so long though nothing was shipped"
    )
    counterpoint_pull_minutes: int = Field(5, ge=1, description="interval of the pull's schedule")
    counterpoint_process_minutes: int = Field(30, ge=1, description="interval of the processing's schedule")
    counterpoint_fulfilment_minutes: int = Field(30, ge=1, description="interval of the status schedule")
    counterpoint_log_retention_days: int = Field(30, ge=8, description="rows of USER_SYNC_LOG are kept")

    radius_api_url: str = Field(
        sandbox_defaults.RADIUS_URL,
        description="the ERP's XLink adapter; a password it asks for, from ~/.netrc",
    )
    dsn: str = Field("", description="ODBC data source of the ERP's database")
    db_user: str = Field("", description="its login")
    db_pass: SecretStr = Field(SecretStr(""), description="its password")
    radius_database: Path | None = Field(None, description="SQLite file in the ERP's place, sandbox only")
    radius_profile: str = Field(
        "documented", pattern="^(documented|observed)$", description="addresses and payloads of the adapter"
    )
    radius_timeout_seconds: float = Field(60, gt=0, description="longest call of the adapter, longest query")
    radius_quiet_seconds: float = Field(90, ge=0, description="longest execution + lag of the ERP's views")
    radius_workers: int = Field(4, ge=1, le=32, description="orders whose calls are under way at once")
    radius_direct_sql: bool = Field(True, description="may authorise orders and set price codes by SQL")
    xlink_runner_url: str = Field("", description="price runner; empty: prices are left as they are")
    xlink_runner_api_key: SecretStr = Field(SecretStr(""), description="its key, when it wants one")
    xlink_runner_timeout_seconds: float = Field(900, gt=0, description="longest answer of the runner")
    run_every_minutes: int = Field(30, ge=1, description="interval of the LWS schedule")
    max_orders_per_run: int = Field(200, ge=1, description="new orders that one run takes up")
    required_date_lead_days: int = Field(15, ge=0, description="film is wanted so long before it is required")
    lws_eligibility_start_date: dt.date = Field(
        dt.date(2025, 12, 26), description="plant-4 orders from this day on; YYYY-MM-DD"
    )
    hold_reminder_days: int = Field(3, ge=1, description="a hold is recalled after so long, then daily")
    hold_escalation_days: int = Field(7, ge=1, description="a hold goes to ADMIN_EMAILS after so long")
    csr_emails: Annotated[list[str], NoDecode] = Field(
        default_factory=list, description="customer service: items to approve, orders to reconfirm, reminders"
    )
    fulfillment_emails: Annotated[list[str], NoDecode] = Field(
        default_factory=list, description="fulfilment: film mismatches, decreases, references"
    )
    starpak_emails: Annotated[list[str], NoDecode] = Field(
        default_factory=list, description="plant 2: the daily summary of holds"
    )
    admin_emails: Annotated[list[str], NoDecode] = Field(
        default_factory=list, description="administrators: failures, escalations"
    )

    smtp_server: str = Field(
        "", validation_alias=_also("smtp_server", "order_processing_smtp_server"),
        description="mail server; empty: alerts go to the log",
    )  # fmt: skip
    smtp_port: int = Field(
        25, ge=1, le=65535, validation_alias=_also("smtp_port", "order_processing_smtp_port"),
        description="25, 587 (STARTTLS) or 465 (TLS)",
    )  # fmt: skip
    smtp_security: str = Field(
        "auto", pattern="^(auto|tls|starttls|off)$", description="auto: what the port is for"
    )
    smtp_user: str = Field("", description="name at the mail server, when it wants one")
    smtp_password: SecretStr = Field(SecretStr(""), description="password of that name")
    smtp_timeout_seconds: float = Field(10, gt=0, description="longest answer of the mail server")
    smtp_from: str = Field(
        "", validation_alias=_also("smtp_from", "order_processing_alert_from", "order_processing_smtp_from"),
        description="sender of alerts; empty: the first recipient",
    )  # fmt: skip
    alert_email: Annotated[list[str], NoDecode] = Field(
        default_factory=list, validation_alias=_also("alert_email", "order_processing_alert_email"),
        description="who gets alerts, separated by commas",
    )  # fmt: skip

    guard_max_removed_share: float = Field(0.2, ge=0, le=1, description="more removed keys than this block")
    guard_max_rekeyed: int = Field(500, ge=0, description="more re-keyed rows than this block")
    impact_max_share: float = Field(0.25, ge=0, le=1, description="a mapping edit touching more blocks")
    retry_rejected_hours: float = Field(24, gt=0, description="a refused row is tried again after this")
    lease_seconds: float = Field(180, gt=0, description="must outlive the longest request")
    event_retention_days: int = Field(180, ge=1, description="`purge` empties personal data older than this")
    alert_absence_intervals: int = Field(3, ge=1, description="intervals without a good run before alarm")
    schedule_minutes: int = Field(60, ge=1, description="interval of the Monday schedule")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic passes it by name
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Put the sandbox's addresses below everything an operator can say."""
        return init_settings, env_settings, dotenv_settings, SandboxAddresses(settings_cls)

    @field_validator("order_staging_home")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().resolve()

    @field_validator(
        "alert_email", "csr_emails", "fulfillment_emails", "starpak_emails", "admin_emails", mode="before"
    )
    @classmethod
    def _separated_by_commas(cls, value: Any) -> Any:
        return (
            [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value
        )

    @field_validator(
        "alert_email", "smtp_from", "csr_emails", "fulfillment_emails", "starpak_emails", "admin_emails"
    )
    @classmethod
    def _addresses(cls, value: Any) -> Any:
        for address in value if isinstance(value, list) else [value] * bool(value):
            if not _ADDRESS.fullmatch(address):
                raise ValueError(f"{address!r} is no e-mail address")
        return value

    @field_validator(
        "monday_api_url",
        "monday_web_url",
        "woo_base_url",
        "ncr_api_url",
        "radius_api_url",
        "xlink_runner_url",
    )
    @classmethod
    def _web_address(cls, value: str, info: ValidationInfo) -> str:
        """Addresses are printed and stored with what went wrong there, so none may hold a password."""
        if not value and cls.model_fields[str(info.field_name)].default == "":
            return value
        try:
            address = urlsplit(value)
            known = address.scheme in ("http", "https") and address.hostname and address.port != 0
        except ValueError:
            known = False
        if not known:
            raise ValueError("is no http or https address")
        if address.username is not None or address.password is not None:
            raise ValueError("holds a user or a password, which would be printed and stored: take them out")
        return value

    @field_validator("radius_database")
    @classmethod
    def _absolute_if_said(cls, value: Path | None) -> Path | None:
        return value if value is None else value.expanduser().resolve()

    @field_validator("lws_eligibility_start_date", mode="before")
    @classmethod
    def _as_operators_write_it(cls, value: Any) -> Any:
        """The predecessor's form, month/day/year, is a day too."""
        found = _MONTH_DAY_YEAR.fullmatch(value.strip()) if isinstance(value, str) else None
        return value if found is None else "{2}-{0:0>2}-{1:0>2}".format(*found.groups())

    @field_validator("site_time_zone", "woo_time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError):
            raise ValueError(f"{value!r} is no time zone; say one like Europe/Berlin") from None
        return value

    @model_validator(mode="after")
    def _safe(self) -> Self:
        if self.env is Environment.LIVE:
            problems = not_live(self)
            if problems:
                raise ValueError("ENV is LIVE, but " + "; ".join(problems))
        if self.lease_seconds <= self.monday_timeout_seconds:
            raise ValueError("LEASE_SECONDS must be longer than MONDAY_TIMEOUT_SECONDS")
        if self.cp_doc_id_first > self.cp_doc_id_last:
            raise ValueError("CP_DOC_ID_FIRST is behind CP_DOC_ID_LAST: the range of document ids is empty")
        if self.dsn and self.radius_database is not None:
            raise ValueError("DSN and RADIUS_DATABASE are two ERPs: set one of them")
        if self.hold_escalation_days < self.hold_reminder_days:
            raise ValueError("HOLD_ESCALATION_DAYS is shorter than HOLD_REMINDER_DAYS")
        if self.uses_radius and self.lease_seconds <= self.radius_timeout_seconds:
            raise ValueError("LEASE_SECONDS must be longer than RADIUS_TIMEOUT_SECONDS")
        return self

    @property
    def uses_monday(self) -> bool:
        """True where there is a board at all: in the sandbox, and where anything is said of it."""
        said = {"monday_api_url", "monday_api_token", "monday_board_id", "monday_subitem_board_id"}
        return self.env is Environment.SANDBOX or bool(said & self.model_fields_set)

    @property
    def uses_counterpoint(self) -> bool:
        """True where there is a Counterpoint at all: its address is set."""
        return self.counterpoint_url is not None

    @property
    def uses_radius(self) -> bool:
        """True where there is an ERP at all: its data source, or the sandbox's file."""
        return bool(self.dsn) or self.radius_database is not None

    @property
    def mail_recipients(self) -> list[str]:
        """Everybody who may get a mail, each once; those of alerts first."""
        radius = (*self.csr_emails, *self.fulfillment_emails, *self.starpak_emails, *self.admin_emails)
        return list(dict.fromkeys((*self.alert_email, *radius)))

    @property
    def counterpoint(self) -> str:
        """SQLAlchemy URL of Counterpoint's database, with its password: pass it on, never print it.

        Raises SettingsError in LIVE without COUNTERPOINT_URL; elsewhere the default is the sandbox's file.
        """
        if self.counterpoint_url is not None:
            return self.counterpoint_url.get_secret_value()
        if self.env is Environment.LIVE:
            raise SettingsError("ENV is LIVE, but COUNTERPOINT_URL is not set")
        return f"duckdb:///{self.order_staging_home / 'counterpoint.duckdb'}"

    @property
    def warehouse(self) -> str:
        """SQLAlchemy URL of the warehouse, with its password: pass it on, never print it."""
        if self.warehouse_url is not None:
            return self.warehouse_url.get_secret_value()
        return f"duckdb:///{self.order_staging_home / 'warehouse.duckdb'}"


def origin(name: str) -> str:
    """Say where a setting's value comes from: environment, .env, sandbox or default."""
    alias = Settings.model_fields[name].validation_alias
    names = {str(one) for one in alias.choices} if isinstance(alias, AliasChoices) else {name}
    if any(key.lower() in names for key in os.environ):
        return "environment"
    if any(key.lower() in names for key in dotenv_values(".env")):
        return ".env"
    return "sandbox" if names & set(SandboxAddresses(Settings)()) else "default"


def load_settings(**overrides: Any) -> Settings:
    """Read the settings or raise SettingsError with one line per problem, never with a secret."""
    try:
        return Settings(**overrides)
    except ValueError as error:
        raise SettingsError(_sentences(error)) from None


def _sentences(error: ValueError) -> str:
    details = getattr(error, "errors", None)
    if details is None:
        return str(error)
    lines = []
    for detail in details(include_input=False, include_url=False):
        name = ".".join(str(part) for part in detail["loc"]).upper()
        lines.append(f"{name or 'settings'}: {detail['msg'].removeprefix('Value error, ')}")
    return "\n".join(lines)
