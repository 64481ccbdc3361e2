{# Drops told_ tables whose columns or types are no longer those of their contract, before anything reads them.
   They are derived from the ledger, so the next build makes them whole. Without this, a column that a mapping
   gained would be empty in rows told long ago, or a changed type would stop the run. #}
{% macro drop_told_of_another_shape() %}
  {%- if execute and flags.WHICH in ['build', 'run'] -%}
    {%- for node in graph.nodes.values()
        if node.resource_type == 'model' and 'told' in node.tags and node.unique_id in selected_resources -%}
      {# asked of the catalogue and not of dbt's cache, because dbt renders a hook more than once #}
      {%- set relation = api.Relation.create(
        database=node.database, schema=node.schema, identifier=node.alias, type='table'
      ) -%}
      {%- set found = shape_of(adapter.get_columns_in_relation(relation)) -%}
      {%- if found and found != shape_of(node.columns.values()) -%}
        {%- do adapter.cache_dropped(relation) %}
  drop table if exists {{ relation }};
      {%- endif -%}
    {%- endfor -%}
    {%- do end_transaction() -%}
  {%- endif -%}
{% endmacro %}


{# Ends the transaction that asking the catalogue may have begun: what a hook does in it would be rolled back.
   Differs because dbt-sqlserver asks outside a transaction, and refuses to end what was not begun. #}
{% macro end_transaction() %}{{ return(adapter.dispatch('end_transaction', 'order_staging')()) }}{% endmacro %}
{% macro default__end_transaction() %}{%- do adapter.commit() -%}{% endmacro %}
{% macro sqlserver__end_transaction() %}{%- do adapter.commit_if_open() -%}{% endmacro %}


{# Names and types in order, as the catalogue spells types. #}
{% macro shape_of(columns) %}
  {%- set shape = [] -%}
  {%- for column in columns -%}
    {%- do shape.append(column.name ~ ' ' ~ physical_type(column.data_type)) -%}
  {%- endfor -%}
  {{- return(shape) -}}
{% endmacro %}


{# A data type as the catalogue spells it. Differs because DuckDB keeps no length of texts and has long names. #}
{% macro physical_type(data_type) %}
  {{- return(adapter.dispatch('physical_type', 'order_staging')(data_type | lower | replace(' ', ''))) -}}
{% endmacro %}

{% macro default__physical_type(data_type) %}
  {%- if data_type.startswith(('nvarchar', 'varchar', 'charactervarying')) -%}{{ return('text') }}{%- endif -%}
  {{- return({'int': 'integer', 'int4': 'integer', 'int8': 'bigint'}.get(data_type, data_type)) -}}
{% endmacro %}

{% macro sqlserver__physical_type(data_type) %}
  {{- return({'int': 'int', 'integer': 'int', 'datetime2': 'datetime2(6)'}.get(data_type, data_type)) -}}
{% endmacro %}
