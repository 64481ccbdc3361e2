{# Text of any length. Differs because nvarchar without a length is nvarchar(1) in a T-SQL column, and
   DuckDB knows no (max). #}
{% macro long_text() %}{{ return(adapter.dispatch('long_text', 'order_staging')()) }}{% endmacro %}
{% macro default__long_text() %}{{ return('varchar') }}{% endmacro %}
{% macro sqlserver__long_text() %}{{ return('nvarchar(max)') }}{% endmacro %}


{# A moment, UTC without zone. Differs because T-SQL's timestamp is a row version. #}
{% macro instant() %}{{ return(adapter.dispatch('instant', 'order_staging')()) }}{% endmacro %}
{% macro default__instant() %}{{ return('timestamp') }}{% endmacro %}
{% macro sqlserver__instant() %}{{ return('datetime2(6)') }}{% endmacro %}
