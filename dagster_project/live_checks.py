"""What ENV=LIVE refuses to start with: settings that are missing, or the sandbox's."""

from typing import TYPE_CHECKING

from dagster_project import sandbox_defaults

if TYPE_CHECKING:
    from dagster_project.settings import Settings


def not_live(settings: "Settings") -> list[str]:
    """Return what keeps settings from being those of a real site, a sentence each."""
    problems = [] if settings.warehouse_url is not None else ["WAREHOUSE_URL is not set"]
    return [*problems, *_monday(settings), *_counterpoint(settings), *_radius(settings)]


def _monday(settings: "Settings") -> list[str]:
    """Where Monday.com is used, or nothing at all is: a setting of it is said."""
    if not settings.uses_monday and (settings.uses_counterpoint or settings.dsn):
        return []
    problems = []
    if settings.monday_api_token.get_secret_value() in ("", sandbox_defaults.TOKEN):
        problems.append("MONDAY_API_TOKEN is missing or the sandbox's")
    if (
        settings.monday_board_id == sandbox_defaults.BOARD
        or settings.monday_subitem_board_id == sandbox_defaults.SUBITEM_BOARD
    ):
        problems.append("MONDAY_BOARD_ID or MONDAY_SUBITEM_BOARD_ID is the sandbox's")
    if not settings.monday_api_url.startswith("https://"):
        problems.append("MONDAY_API_URL is not an https address")
    return problems


def _counterpoint(settings: "Settings") -> list[str]:
    """Only where Counterpoint is used at all: its address is set."""
    if not settings.uses_counterpoint:
        return []
    problems = []
    if (settings.cp_doc_id_first, settings.cp_doc_id_last) == sandbox_defaults.DOC_IDS:
        problems.append("CP_DOC_ID_FIRST and CP_DOC_ID_LAST are the sandbox's: have a range assigned")
    key, secret = (
        settings.woo_consumer_key.get_secret_value(),
        settings.woo_consumer_secret.get_secret_value(),
    )
    if key in ("", sandbox_defaults.WOO_KEY) or secret in ("", sandbox_defaults.WOO_SECRET):
        problems.append("WOO_CONSUMER_KEY or WOO_CONSUMER_SECRET is missing or the sandbox's")
    if not settings.woo_base_url.startswith("https://"):
        problems.append("WOO_BASE_URL is not an https address")
    if settings.counterpoint_backend == "ncr":
        if not (settings.ncr_api_key.get_secret_value() and settings.ncr_api_user):
            problems.append("NCR_API_KEY or NCR_API_USER is missing")
        if not settings.ncr_api_url.startswith("https://"):
            problems.append("NCR_API_URL is not an https address")
    return problems


def _radius(settings: "Settings") -> list[str]:
    """Only where the ERP is used at all: its data source is set."""
    problems = []
    if settings.radius_database is not None:
        problems.append("RADIUS_DATABASE is the sandbox's: set DSN")
    if not settings.dsn:
        return problems
    if not (settings.db_user and settings.db_pass.get_secret_value()):
        problems.append("DB_USER or DB_PASS is missing")
    if settings.radius_api_url == sandbox_defaults.RADIUS_URL:
        problems.append("RADIUS_API_URL is the sandbox's")
    if not (settings.csr_emails and settings.fulfillment_emails and settings.admin_emails):
        problems.append("CSR_EMAILS, FULFILLMENT_EMAILS or ADMIN_EMAILS is empty: nobody would hear of holds")
    return problems
