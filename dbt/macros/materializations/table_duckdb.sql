{# A table of the embedded engine, replaced by one statement in a transaction. dbt-duckdb's own materialization builds
   beside and renames twice, and looks for indexes and foreign keys, which our tables do not have there: a third of
   what a small staging took. A contract is held against what was made, before it is committed: asked beforehand, the
   engine would plan the whole query a second time. #}
{% materialization table, adapter='duckdb' %}
  {%- set existing = load_cached_relation(this) -%}
  {%- set target = this.incorporate(type='table') -%}

  {{ run_hooks(pre_hooks) }}
  {%- if existing is not none and not existing.is_table -%}
    {%- do adapter.drop_relation(existing) -%}
  {%- endif -%}
  {% call statement('main') -%}
    create or replace table {{ target.include(database=false, schema=false) }} as (
      {{ compiled_code }}
    )
  {%- endcall %}
  {%- if config.get('contract').enforced -%}
    {%- do get_assert_columns_equivalent('select * from ' ~ target) -%}
  {%- endif %}
  {{ run_hooks(post_hooks) }}
  {%- do persist_docs(target, model) -%}
  {%- do adapter.commit() -%}

  {{ return({'relations': [target]}) }}
{% endmaterialization %}
