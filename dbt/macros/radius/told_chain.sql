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


{# The part of a remote id NUMBER/LINE before the stroke; the whole where there is none. Differs in the functions. #}
{% macro before_stroke(text) %}{{ return(adapter.dispatch('before_stroke', 'order_staging')(text)) }}{% endmacro %}
{% macro default__before_stroke(text) %}{{ return('split_part(' ~ text ~ ", '/', 1)") }}{% endmacro %}
{% macro sqlserver__before_stroke(text) %}
  {{- return('left(' ~ text ~ ", charindex('/', " ~ text ~ " + '/') - 1)") -}}
{% endmacro %}
