{# Text of any length. Differs because nvarchar without a length is nvarchar(1) in a T-SQL column, and
   DuckDB knows no (max). #}
{% macro long_text() %}{{ return(adapter.dispatch('long_text', 'order_staging')()) }}{% endmacro %}
{% macro default__long_text() %}{{ return('varchar') }}{% endmacro %}
{% macro sqlserver__long_text() %}{{ return('nvarchar(max)') }}{% endmacro %}


{# A moment, UTC without zone. Differs because T-SQL's timestamp is a row version. #}
{% macro instant() %}{{ return(adapter.dispatch('instant', 'order_staging')()) }}{% endmacro %}
{% macro default__instant() %}{{ return('timestamp') }}{% endmacro %}
{% macro sqlserver__instant() %}{{ return('datetime2(6)') }}{% endmacro %}


{# Which of text, integer, number, date a contract's data type is: decides how values compare and print. #}
{% macro kind_of(data_type) %}
  {% set name = data_type | lower %}
  {% if name.startswith('decimal') or name.startswith('numeric') %}{{ return('number') }}{% endif %}
  {% if name.endswith('int') %}{{ return('integer') }}{% endif %}
  {% if name == 'date' %}{{ return('date') }}{% endif %}
  {{ return('text') }}
{% endmacro %}
