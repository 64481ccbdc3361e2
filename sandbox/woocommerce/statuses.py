"""Order statuses, and the mails that entering one sends."""

STATUSES = (
    "pending", "processing", "on-hold", "completed", "cancelled", "refunded", "failed", "checkout-draft",
)  # fmt: skip
LISTABLE = ("any", "trash", *STATUSES)
UNPAID = ("pending", "failed", "on-hold", "cancelled")
TITLES = {
    "pending": "Pending payment", "processing": "Processing", "on-hold": "On hold", "completed": "Completed",
    "cancelled": "Cancelled", "refunded": "Refunded", "failed": "Failed", "checkout-draft": "Draft",
    "trash": "Trash",
}  # fmt: skip


def mail_on(before: str, after: str) -> str | None:
    """The mail that the customer gets. "Completed" goes out on every entry into completed."""
    if before == after:
        return None
    if after == "completed":
        return "completed"
    if after == "processing" and before in UNPAID:
        return "processing"
    if after in ("refunded", "on-hold"):
        return after
    return None
