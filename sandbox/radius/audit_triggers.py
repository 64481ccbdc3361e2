"""What was written past the adapter: triggers that write each change of a direct SQL statement down.

The sandbox's own writers put their name into `sandbox_writer` within their transaction; whoever does not is
somebody with SQL. A trigger in the file fires whichever connection writes.
"""

from sandbox.radius.tables import TABLES, Table

WRITER = """
create table if not exists sandbox_writer (name varchar not null);
insert into sandbox_writer select '' where not exists (select 1 from sandbox_writer);
create table if not exists sandbox_audit (
    id integer primary key, at varchar not null default (strftime('%Y-%m-%dT%H:%M:%f', 'now')),
    who varchar not null, deed varchar not null, object varchar not null, detail varchar not null default ''
);
"""
_OUTSIDE = "when (select name from sandbox_writer) = ''"


def audit_ddl() -> str:
    """The audit's tables, and three triggers per table of the ERP."""
    return WRITER + "".join(_triggers(table) for table in TABLES)


def _triggers(table: Table) -> str:
    name = table.name
    changed = " union all ".join(
        f"""select '{name}.{column}', {_key(table, "new")},
            coalesce(old."{column}", 'null') || ' -> ' || coalesce(new."{column}", 'null')
            where old."{column}" is not new."{column}" collate binary """
        for column in table.columns
    )
    return f"""
create trigger if not exists "sandbox_audit_insert_{name}" after insert on "{name}" {_OUTSIDE} begin
    insert into sandbox_audit (who, deed, object) values ('sql', '{name} insert', {_key(table, "new")});
end;
create trigger if not exists "sandbox_audit_delete_{name}" after delete on "{name}" {_OUTSIDE} begin
    insert into sandbox_audit (who, deed, object) values ('sql', '{name} delete', {_key(table, "old")});
end;
create trigger if not exists "sandbox_audit_update_{name}" after update on "{name}" {_OUTSIDE} begin
    insert into sandbox_audit (who, deed, object, detail)
    select 'sql', * from ({changed});
end;
"""  # noqa: S608 - made of the column names in tables.py


def _key(table: Table, side: str) -> str:
    """An expression: the key without the company, joined by slashes."""
    return " || '/' || ".join(f"""coalesce({side}."{column}", '')""" for column in table.key[1:])
