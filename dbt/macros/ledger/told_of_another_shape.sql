{# Drops told_ tables whose columns or types are no longer those of their contract, before anything reads them.
   They are derived from the ledger, so the next build makes them whole. Without this, a column that a mapping
   gained would be empty in rows told long ago, or a changed type would stop the run. #}
{% macro drop_told_of_another_shape() %}
  {%- if execute and flags.WHICH in ['build', 'run'] -%}
    {%- for node in graph.nodes.values() if node.resource_type == 'model' and 'told' in node.tags -%}
      {%- set relation = adapter.get_relation(node.database, node.schema, node.alias) -%}
      {%- if relation is not none and not has_columns(relation, node) -%}
        {%- do log('The mapping changed, so ' ~ relation ~ ' is made anew from the ledger.', info=true) -%}
        {%- do adapter.drop_relation(relation) -%}
      {%- endif -%}
    {%- endfor -%}
  {%- endif -%}
{% endmacro %}


{% macro has_columns(relation, node) %}
  {%- set wanted, found = [], [] -%}
  {%- for column in node.columns.values() -%}
    {%- do wanted.append(column.name ~ ' ' ~ physical_type(column.data_type)) -%}
  {%- endfor -%}
  {%- for column in adapter.get_columns_in_relation(relation) -%}
    {%- do found.append(column.name ~ ' ' ~ physical_type(column.data_type)) -%}
  {%- endfor -%}
  {{- return(wanted == found) -}}
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
