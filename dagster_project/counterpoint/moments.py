"""What time it is in Counterpoint's database: the only clock that its ages are measured by.

CREATED_DT and the log's times are the server's own local time. Compared with another clock's they would be hours
off where zones differ.
"""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.engine import Connection

_NOW = {"mssql": "select sysdatetime()", "duckdb": "select localtimestamp"}


def now_there(connection: Connection) -> dt.datetime:
    """Return the server's local time, without zone."""
    found: dt.datetime = connection.execute(sa.text(_NOW[connection.dialect.name])).scalar_one()
    return found.replace(tzinfo=None)


def hours(since: dt.datetime, now: dt.datetime) -> float:
    """Return how many hours have passed."""
    return (now - since).total_seconds() / 3600
