{# The moment so many hours ago, UTC without zone. Differs in the functions; on DuckDB it goes through the epoch,
   because converting zones there needs an extension. #}
{% macro hours_ago(hours) %}{{ return(adapter.dispatch('hours_ago', 'order_staging')(hours)) }}{% endmacro %}

{% macro default__hours_ago(hours) %}
  {{- return('(make_timestamp(epoch_us(now())) - interval ' ~ hours ~ ' hour)') -}}
{% endmacro %}

{% macro sqlserver__hours_ago(hours) %}
  {{- return('dateadd(hour, -' ~ hours ~ ', sysutcdatetime())') -}}
{% endmacro %}
