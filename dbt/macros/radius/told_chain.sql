{# The columns that objects of a chain are told, as far as they are compared: name in the ledger's JSON, and type. #}
{% macro chain_columns() %}
  {{- return([
    {'name': 'item', 'data_type': 'nvarchar(50)', 'kind': 'text'},
    {'name': 'ordered_qty', 'data_type': 'decimal(18,3)', 'kind': 'number'},
    {'name': 'confirmation', 'data_type': 'bigint', 'kind': 'integer'},
    {'name': 'quantity', 'data_type': 'decimal(18,3)', 'kind': 'number'},
    {'name': 'required_date', 'data_type': 'date', 'kind': 'date'},
    {'name': 'custref', 'data_type': 'nvarchar(200)', 'kind': 'text'},
  ]) -}}
{% endmacro %}


{# The part of a text before a sign, the whole where there is none; and the part behind it, empty where there is none.
   Differs in the functions. #}
{% macro part_before(text, sign) %}
  {{- return(adapter.dispatch('part_before', 'order_staging')(text, sign)) -}}
{% endmacro %}
{% macro default__part_before(text, sign) %}{{ return('split_part(' ~ text ~ ", '" ~ sign ~ "', 1)") }}{% endmacro %}
{% macro sqlserver__part_before(text, sign) %}
  {{- return('left(' ~ text ~ ", charindex('" ~ sign ~ "', " ~ text ~ " + '" ~ sign ~ "') - 1)") -}}
{% endmacro %}

{% macro part_behind(text, sign) %}
  {{- return('substring(' ~ text ~ ', ' ~ length_of(part_before(text, sign)) ~ ' + 2, 200)') -}}
{% endmacro %}
