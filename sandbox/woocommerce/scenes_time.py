"""When it happens: clock changes, late payments, orders that are not for Counterpoint (yet)."""

from datetime import datetime, timedelta

from sandbox.woocommerce.site_time import ZONE, at, last_changes
from sandbox.woocommerce.stage import Stage


def late_on_the_day_the_clocks_go_back(stage: Stage) -> None:
    """23:30 here is the next day in UTC."""
    _at(stage, last_changes(stage.ending)[0], 23, 30)


def early_on_the_day_the_clocks_go_back(stage: Stage) -> None:
    """00:30 here; whoever takes it for UTC gets the day before."""
    _at(stage, last_changes(stage.ending)[0], 0, 30)


def in_the_hour_that_comes_twice(stage: Stage) -> None:
    """The second 01:30."""
    _at(stage, last_changes(stage.ending)[0], 1, 30, fold=1)


def late_before_the_clocks_go_forward(stage: Stage) -> None:
    _at(stage, last_changes(stage.ending)[1] - timedelta(days=1), 23, 30)


def early_on_the_day_the_clocks_go_forward(stage: Stage) -> None:
    _at(stage, last_changes(stage.ending)[1], 0, 30)


def paid_after_two_days(stage: Stage) -> None:
    """Whoever asks for new orders by the date of creation never sees it."""
    draft = stage.draft
    draft.created -= timedelta(days=2, minutes=7)
    draft.payment = ("cheque", "Check payments")


def completed_already(stage: Stage) -> None:
    draft = stage.draft
    draft.completed = min(draft.created + timedelta(hours=5), stage.ending)
    draft.modified = draft.completed
    draft.status = "completed"


def dated_in_the_far_future(stage: Stage) -> None:
    stage.draft.created = datetime(2099, 1, 1, 12, tzinfo=ZONE)
    stage.fails("date_invalid")


def pending(stage: Stage) -> None:
    _unpaid(stage, "pending")


def on_hold(stage: Stage) -> None:
    _unpaid(stage, "on-hold")


def failed(stage: Stage) -> None:
    _unpaid(stage, "failed")


def cancelled(stage: Stage) -> None:
    _unpaid(stage, "cancelled")


def refunded(stage: Stage) -> None:
    stage.draft.status = "refunded"


def in_the_trash(stage: Stage) -> None:
    _unpaid(stage, "trash")


def _unpaid(stage: Stage, status: str) -> None:
    stage.draft.status = status
    stage.draft.paid = None
    stage.draft.modified = stage.draft.created + timedelta(seconds=2)


def _at(stage: Stage, day: datetime, hour: int, minute: int, *, fold: int = 0) -> None:
    here = day.astimezone(ZONE)
    moment = at(here.year, here.month, here.day, hour, minute, fold=fold)
    stage.draft.created = moment
    stage.draft.paid = moment + timedelta(minutes=1)
    stage.draft.modified = moment + timedelta(minutes=1, seconds=1)


TIME = (
    late_on_the_day_the_clocks_go_back,
    early_on_the_day_the_clocks_go_back,
    in_the_hour_that_comes_twice,
    late_before_the_clocks_go_forward,
    early_on_the_day_the_clocks_go_forward,
    paid_after_two_days,
    completed_already,
    dated_in_the_far_future,
    pending,
    on_hold,
    failed,
    cancelled,
    refunded,
    in_the_trash,
)
