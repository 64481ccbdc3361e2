{# For tests on Babelfish for PostgreSQL only, never for production: statements of dbt-sqlserver that it refuses, said
   in words it knows. They stand outside the product's macro path; tests/sqlserver/command.py adds them when
   ORDER_STAGING_TEST_SUBSTITUTE=babelfish. Every macro here replaces one of the same name in dbt-sqlserver. #}

{# It knows no query hints. #}
{% macro get_query_options(parse_options=False) %}{% endmacro %}
{% macro apply_label() %}{% endmacro %}


{# It knows no `create or alter view`. A view it replaces takes those that read it with it, see dependents.sql. #}
{% macro sqlserver__create_view_as(relation, sql) -%}
  {%- do drop_reading_views(relation.identifier) %}
  {{ get_use_database_sql(relation.database) }}
  {%- set contract_config = config.get('contract') -%}
  {%- if contract_config.enforced %}
    {{ get_assert_columns_equivalent(sql) }}
  {%- endif %}
  drop view if exists {{ relation.include(database=False) }};
  exec('{{ escape_single_quotes("create view " ~ relation.include(database=False) ~ " as " ~ sql) }}');
{%- endmacro %}


{# Without create-or-alter there is nothing to skip: every view is made anew. #}
{% macro sqlserver__get_view_skip_check_sql(relation, compiled_sql) -%}
  select cast(null as nvarchar(max)) as definition, 0 as needs_refresh where 1 = 0
{%- endmacro %}


{# Its sp_rename wants to be told that a table is an object. A view that read the table would go on reading it under
   its new name. #}
{% macro sqlserver__rename_relation(from_relation, to_relation) -%}
  {%- do drop_reading_views(from_relation.identifier) -%}
  {%- call statement('rename_relation') -%}
    {{ get_use_database_sql(from_relation.database) }}
    exec sp_rename '{{ escape_single_quotes(from_relation.include(database=False)) }}', '{{ escape_single_quotes(to_relation.identifier) }}', 'OBJECT'
  {%- endcall %}
{%- endmacro %}


{# It does not keep who refers to whom where dbt-sqlserver looks. #}
{% macro sqlserver__get_drop_sql(relation) -%}
  {%- do drop_reading_views(relation.identifier) %}
  {{ get_use_database_sql(relation.database) }}
  exec('drop {{ relation.type }} if exists {{ escape_single_quotes(relation.include(database=False)) }};');
{%- endmacro %}


{# It does not write binary as hexadecimal characters; sixteen bytes are an identifier, too. #}
{% macro sqlserver__snapshot_hash_arguments(args) -%}
  lower(replace(cast(cast(hashbytes('md5', concat(
    {%- for arg in args %}cast({{ arg }} as nvarchar(4000)){{ ", '|', " if not loop.last }}{% endfor -%}, ''
  )) as uniqueidentifier) as nvarchar(36)), '-', ''))
{%- endmacro %}


{# An insert whose try_cast meets a value that does not fit leaves a transaction open, unless there is one already. #}
{% macro sqlserver__get_create_table_load_sql(temporary, relation, sql, drop_tmp_view=True, logical_relation=none) -%}
  {%- set view = relation.incorporate(path={"identifier": relation.identifier ~ '__dbt_tmp_vw'}, type='view') -%}
  {%- set contract_enforced = config.get('contract').enforced and not temporary %}
  begin transaction;
  {{ sqlserver__get_tablock_insert_sql(relation, view, '', contract_enforced) }};
  commit transaction;
  {%- if drop_tmp_view %}
  drop view if exists {{ view.include(database=False) }};
  {%- endif %}
{%- endmacro %}
