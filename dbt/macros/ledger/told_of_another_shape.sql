{# Drops the told_ table that a model is about to bring up to date when its columns or types are no longer those of its
   contract. It is derived from the ledger, so the model makes it whole then. Without this, a column that a mapping
   gained would be empty in rows told long ago, or a changed type would stop the run. Called before the model asks
   whether its table is there: as a hook of the run it would cost every invocation, also those that build no told_ model. #}
{% macro drop_told_of_another_shape() %}
  {%- set relation = load_cached_relation(this) if execute and flags.WHICH in ['build', 'run'] else none -%}
  {%- if relation is not none
      and shape_of(adapter.get_columns_in_relation(relation)) != shape_of(model.columns.values()) -%}
    {%- do adapter.drop_relation(relation) -%}
  {%- endif -%}
{% endmacro %}


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
