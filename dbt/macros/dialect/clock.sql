{# The moment so many hours ago, UTC without zone. Differs in the functions; on DuckDB it goes through the epoch,
   because converting zones there needs an extension. #}
{% macro hours_ago(hours) %}{{ return(adapter.dispatch('hours_ago', 'order_staging')(hours)) }}{% endmacro %}

{% macro default__hours_ago(hours) %}
  {{- return('(make_timestamp(epoch_us(now())) - interval ' ~ hours ~ ' hour)') -}}
{% endmacro %}

{% macro sqlserver__hours_ago(hours) %}
  {{- return('dateadd(hour, -' ~ hours ~ ', sysutcdatetime())') -}}
{% endmacro %}


{# A moment so many days later. Differs in the functions. #}
{% macro days_after(moment, days) %}{{ return(adapter.dispatch('days_after', 'order_staging')(moment, days)) }}{% endmacro %}
{% macro default__days_after(moment, days) %}{{ return('(' ~ moment ~ ' + interval ' ~ days ~ ' day)') }}{% endmacro %}
{% macro sqlserver__days_after(moment, days) %}{{ return('dateadd(day, ' ~ days ~ ', ' ~ moment ~ ')') }}{% endmacro %}


{# What dbt writes into dbt_valid_from and dbt_valid_to. The adapters' own versions write the server's local time;
   history is UTC like everything else. #}
{% macro duckdb__snapshot_get_time() %}make_timestamp(epoch_us(now())){% endmacro %}
{% macro sqlserver__snapshot_get_time() %}cast(sysutcdatetime() as datetime2(6)){% endmacro %}
