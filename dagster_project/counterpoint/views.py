"""What operators look at in Counterpoint's database, as views of ours; vendor tables stay as they are.

`{now}`, `{hours}`, `{seconds}` and `{days_ago}` are said in the words of each engine. Ages are measured by the
database's own clock, as CREATED_DT was, so that two clocks never disagree.
"""

from collections.abc import Mapping

_WORDS: Mapping[str, Mapping[str, str]] = {
    "mssql": {
        "now": "sysdatetime()",
        "hours": "datediff(hour, {since}, sysdatetime())",
        "seconds": "datediff(second, {since}, {until})",
        "days_ago": "dateadd(day, -{days}, sysdatetime())",
        "text": "cast({value} as varchar(15))",
    },
    "duckdb": {
        "now": "localtimestamp",
        "hours": "date_diff('hour', {since}, localtimestamp)",
        "seconds": "date_diff('second', {since}, {until})",
        "days_ago": "localtimestamp - interval '{days} days'",
        "text": "cast({value} as varchar)",
    },
}

_VIEWS: Mapping[str, str] = {
    "USER_ORDERS_PENDING": """
select
    s.STAGING_ID,
    s.WOO_ORDER_ID,
    coalesce(s.CUST_NO, 'UNMAPPED') as CUST_NO,
    s.ORD_DAT,
    s.TOT_AMT,
    s.IS_VALIDATED,
    s.BATCH_ID,
    s.CREATED_DT,
    {age} as AGE_HOURS
from dbo.USER_ORDER_STAGING as s
left join dbo.USER_ORDER_STAGING_EXT as e on e.STAGING_ID = s.STAGING_ID
where s.IS_APPLIED = 0 and s.VALIDATION_ERROR is null and e.PARKED_DT is null
""",
    "USER_ORDERS_FAILED": """
select
    s.STAGING_ID,
    s.WOO_ORDER_ID,
    s.CUST_NO,
    s.CUST_EMAIL,
    s.TOT_AMT,
    s.VALIDATION_ERROR,
    s.CREATED_DT,
    {age} as AGE_HOURS,
    case when {age} > 24 then 'CRITICAL' when {age} > 6 then 'WARNING' else 'INFO' end as PRIORITY
from dbo.USER_ORDER_STAGING as s
where s.IS_APPLIED = 0 and s.VALIDATION_ERROR is not null
""",
    "USER_ORDERS_PARKED": """
select
    s.STAGING_ID,
    s.WOO_ORDER_ID,
    s.CUST_NO,
    s.TOT_AMT,
    e.PARKED_DT,
    e.PARKED_REASON
from dbo.USER_ORDER_STAGING as s
inner join dbo.USER_ORDER_STAGING_EXT as e on e.STAGING_ID = s.STAGING_ID
where s.IS_APPLIED = 0 and e.PARKED_DT is not null
""",
    "USER_PROCESSING_HISTORY": """
select
    l.LOG_ID,
    l.SYNC_ID,
    l.OPERATION_TYPE,
    l.START_TIME,
    l.END_TIME,
    l.DURATION_SECONDS,
    l.RECORDS_INPUT,
    l.RECORDS_PROCESSED,
    l.RECORDS_FAILED,
    l.SUCCESS,
    l.ERROR_MESSAGE
from dbo.USER_SYNC_LOG as l
where l.OPERATION_TYPE in ('order_pull', 'order_processing', 'fulfillment_status_sync')
""",
    "USER_DOCUMENTS_LAST_DAY": """
select
    h.DOC_ID,
    h.TKT_NO,
    h.CUST_NO,
    h.TKT_DT,
    t.TOT as TOT_AMT,
    s.WOO_ORDER_ID,
    s.STAGING_ID,
    s.APPLIED_DT
from dbo.USER_ORDER_STAGING as s
inner join dbo.PS_DOC_HDR as h on {doc_id} = s.CP_DOC_ID
left join dbo.PS_DOC_HDR_TOT as t on t.DOC_ID = h.DOC_ID and t.TOT_TYP = 'O'
where s.APPLIED_DT >= {yesterday}
""",
    "USER_WEEKLY_PERFORMANCE": """
select
    l.OPERATION_TYPE,
    avg({took}) as AVG_SECONDS,
    max({took}) as MAX_SECONDS,
    count(*) as TOTAL_RUNS,
    sum(l.RECORDS_PROCESSED) as RECORDS_PROCESSED,
    sum(l.RECORDS_FAILED) as RECORDS_FAILED
from dbo.USER_SYNC_LOG as l
where l.START_TIME >= {last_week}
group by l.OPERATION_TYPE
""",
}


def views(dialect: str) -> Mapping[str, str]:
    """Return view name → its select, for `mssql` or `duckdb`."""
    words = _WORDS[dialect]
    parts = {
        "age": words["hours"].format(since="s.CREATED_DT"),
        "doc_id": words["text"].format(value="h.DOC_ID"),
        "yesterday": words["days_ago"].format(days=1),
        "took": words["seconds"].format(since="l.START_TIME", until="l.END_TIME"),
        "last_week": words["days_ago"].format(days=7),
    }
    return {name: text.strip().format(**parts) for name, text in _VIEWS.items()}
