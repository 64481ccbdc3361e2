{# A history of the embedded engine to which nothing is added is left as it is. Every snapshot reads a delta, which is empty
   in most runs; dbt's own materialization would read the whole history, and look at its columns four times, to find
   that out. #}
{% materialization snapshot, adapter='duckdb' %}
  {%- if load_cached_relation(this) is not none -%}
    {%- call statement('main', fetch_result=true) -%}
      select 1 from (
        {{ compiled_code }}
      ) as delta limit 1
    {%- endcall -%}
    {%- if not load_result('main').table.rows -%}
      {{ return({'relations': [this]}) }}
    {%- endif -%}
  {%- endif -%}
  {{ return(dbt.materialization_snapshot_default()) }}
{% endmaterialization %}


{# What dbt compares a delta with: the versions of its own keys. dbt's own text names all open versions twice, and DuckDB
   writes down a million wide rows that are named twice to find the thousand that a delta is about. The delta is the CTE
   snapshot_query of that text, in which these versions stand for the history. #}
{% macro duckdb__snapshot_staging_table(strategy, source_sql, target_relation) %}
  {%- set key = strategy.unique_key -%}
  {%- set versions -%}
    (
      select * from {{ target_relation }}
      where {{ key }} in (select {{ key }} from snapshot_query)
    ) as versions
  {%- endset -%}
  {{- return(dbt.default__snapshot_staging_table(strategy, source_sql, versions)) -}}
{% endmacro %}
