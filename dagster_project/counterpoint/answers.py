"""What a failed transaction in Counterpoint's database means to the kernel."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.engine import Connection

from dagster_project.counterpoint.database import (
    Busy,
    CounterpointDatabase,
    DatabaseError,
    Denied,
    Refused,
    Unreachable,
)
from dagster_project.delivery.outcomes import (
    AccessRefused,
    DeliveryError,
    MustWait,
    NoDefiniteAnswer,
    RequestRefused,
)


@contextmanager
def opened(database: CounterpointDatabase) -> Iterator[Connection]:
    """Yield a connection in a transaction whose failures are told in the kernel's words."""
    try:
        with database.begin() as connection:
            yield connection
    except DatabaseError as error:
        raise in_words(error) from None


def in_words(error: DatabaseError) -> DeliveryError:
    """Say what a failed transaction means for the request that it is."""
    match error:
        case Unreachable():
            return MustWait(str(error), code="NoConnection")
        case Busy():
            return MustWait(str(error), 1.0, "Busy")
        case Denied():
            return AccessRefused(str(error))
        case Refused():
            return RequestRefused("RefusedByDatabase", str(error))
    return NoDefiniteAnswer(str(error))
