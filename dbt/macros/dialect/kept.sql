{# How a model is kept that DuckDB reads faster than it writes. Each gives a materialization, for `config`. They differ
   because T-SQL would repeat the whole text of such a model for every mention of it, and plan that each time. #}

{# One that people may look into, too. #}
{% macro kept_as_view() %}{{ return(adapter.dispatch('kept_as_view', 'order_staging')()) }}{% endmacro %}
{% macro default__kept_as_view() %}{{ return('view') }}{% endmacro %}
{% macro sqlserver__kept_as_view() %}{{ return('table') }}{% endmacro %}


{# Said of a CTE whose values are to be worked out where it stands, not in every row it is joined to. Only DuckDB is
   told, which would move them there; T-SQL has no such word. #}
{% macro worked_out_once() %}{{ return(adapter.dispatch('worked_out_once', 'order_staging')()) }}{% endmacro %}
{% macro default__worked_out_once() %}{{ return('materialized') }}{% endmacro %}
{% macro sqlserver__worked_out_once() %}{{ return('') }}{% endmacro %}


{# One that is only a step of the model that reads it. #}
{% macro kept_inline() %}{{ return(adapter.dispatch('kept_inline', 'order_staging')()) }}{% endmacro %}
{% macro default__kept_inline() %}{{ return('ephemeral') }}{% endmacro %}
{% macro sqlserver__kept_inline() %}{{ return('table') }}{% endmacro %}
