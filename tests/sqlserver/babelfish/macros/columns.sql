{# Its sys.columns gives names in lower case; the information schema keeps them, but `select … into` did not: history
   has its names from the order list. #}
{% macro sqlserver__get_columns_in_relation(relation) -%}
  {%- call statement('get_columns_in_relation', fetch_result=True, auto_begin=False) %}
    {{ get_use_database_sql(relation.database) }}
    select
      {% if relation.identifier.startswith('orders_unified_') -%}
      coalesce((
        select landed.column_name
        from information_schema.columns as landed
        where landed.table_schema = '{{ relation.schema }}' and landed.table_name = 'ORDERS_UNIFIED'
          and lower(landed.column_name) = lower(known.column_name)
      ), known.column_name) as column_name,
      {%- else -%}
      column_name,
      {%- endif %}
      data_type,
      character_maximum_length,
      coalesce(numeric_precision, datetime_precision) as numeric_precision,
      coalesce(numeric_scale, datetime_precision) as numeric_scale
    from information_schema.columns as known
    where table_schema = '{{ relation.schema }}' and lower(table_name) = lower('{{ escape_single_quotes(relation.identifier) }}')
    order by ordinal_position
  {%- endcall %}
  {{- return(sql_convert_columns_in_relation(load_result('get_columns_in_relation').table)) -}}
{%- endmacro %}


{# Nor does it keep the capitals of a view, and dbt takes another spelling for another relation. Views are made anew
   each time, so it need not know them. #}
{% macro sqlserver__list_relations_without_caching(schema_relation) -%}
  {%- call statement('list_relations_without_caching', fetch_result=True) %}
    {{ get_use_database_sql(schema_relation.database) }}
    select
      db_name() as [database],
      table_name as [name],
      table_schema as [schema],
      'table' as table_type
    from information_schema.tables
    where table_schema = '{{ schema_relation.schema }}' and table_type <> 'VIEW'
  {%- endcall %}
  {{- return(load_result('list_relations_without_caching').table) -}}
{%- endmacro %}


{# It cannot describe a query it does not run, so a query is run for its columns. The adapter has everything that
   starts with `with` described, hence the semicolon. #}
{% macro sqlserver__get_empty_subquery_sql(select_sql, select_sql_header=none) -%}
  {%- if sqlserver__select_starts_with_cte(select_sql) -%}
    ;{{ select_sql }}
  {%- else -%}
    select * from (
    {{ select_sql }}
    ) as probed
    where 1 = 0
  {%- endif -%}
{%- endmacro %}


{% macro sqlserver__get_columns_in_query(select_sql) -%}
  {%- call statement('get_columns_in_query', fetch_result=True, auto_begin=False) -%}
    {{ sqlserver__get_empty_subquery_sql(select_sql) }}
  {%- endcall -%}
  {{- return(load_result('get_columns_in_query').table.columns | map(attribute='name') | list) -}}
{%- endmacro %}


{# `select … into`, by which new rows come in, writes the names of columns in lower case there and forgets the length of
   texts, so that they look like other columns. #}
{% macro sqlserver__process_schema_changes(on_schema_change, source_relation, target_relation) -%}
  {{- return({}) -}}
{%- endmacro %}
