"""Who buys: strangers, guests, shared e-mails, accounts that only the map knows."""

from sandbox.woocommerce.stage import Stage

UNKNOWN_ACCOUNT = 900_000


def account_unknown_to_counterpoint(stage: Stage) -> None:
    stage.draft.customer_id = UNKNOWN_ACCOUNT + stage.draft.index
    stage.draft.email = f"stranger.{stage.draft.index}@example.net"
    stage.nobody()


def guest_unknown(stage: Stage) -> None:
    stage.draft.customer_id = 0
    stage.draft.email = f"guest.{stage.draft.index}@example.net"
    stage.nobody()


def guest_with_known_email(stage: Stage) -> None:
    stage.draft.customer_id = 0


def guest_without_email(stage: Stage) -> None:
    stage.draft.customer_id = 0
    stage.draft.email = ""
    stage.nobody()


def guest_with_broken_email(stage: Stage) -> None:
    stage.draft.customer_id = 0
    stage.draft.email = "not-an-address@"
    stage.nobody()


def guest_email_of_two_customers(stage: Stage) -> None:
    """The lower number is meant: nothing else tells the two apart."""
    lower, _ = stage.rng.choice(stage.shop.twins)
    stage.bought_by(lower, as_guest=True)


def account_whose_email_is_of_two_customers(stage: Stage) -> None:
    """The map says the higher number, so the lower one would be wrong."""
    mapped = [twin for _, twin in stage.shop.twins if twin.mapped]
    stage.bought_by(stage.rng.choice(mapped))


def account_known_by_email_only(stage: Stage) -> None:
    unmapped = [each for each in stage.shop.customers if each.woo_user and not each.mapped]
    stage.bought_by(stage.rng.choice(unmapped))


def account_with_a_new_email(stage: Stage) -> None:
    """Only the map leads to the customer."""
    stage.bought_by(stage.rng.choice([each for each in stage.shop.customers if each.mapped]))
    stage.draft.email = f"moved.{stage.draft.index}@example.net"


def email_in_capitals(stage: Stage) -> None:
    stage.bought_by(stage.rng.choice(stage.shop.customers), as_guest=True)
    stage.draft.email = f" {stage.draft.email.upper()}"


PEOPLE = (
    account_unknown_to_counterpoint,
    guest_unknown,
    guest_with_known_email,
    guest_without_email,
    guest_with_broken_email,
    guest_email_of_two_customers,
    account_whose_email_is_of_two_customers,
    account_known_by_email_only,
    account_with_a_new_email,
    email_in_capitals,
)
