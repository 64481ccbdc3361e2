{# A cell as a date, NULL when it is none. Read in this order: ISO date, ISO date and time, month/day/year,
   day/month/year, each with a year of four digits from 1900 to 2999.
   Differs because T-SQL's plain cast depends on the language of the session: only conversions with a named
   style are used there. #}
{% macro parsed_date(cell) %}
  {{- return(adapter.dispatch('parsed_date', 'order_staging')(cell)) -}}
{% endmacro %}

{% macro default__parsed_date(cell) %}
  {%- set read = (
    'coalesce(try_cast(' ~ cell ~ ' as date), case when ' ~ cell ~ ' is not null then cast(try_strptime(trim('
    ~ as_text(cell) ~ "), ['%m/%d/%Y', '%d/%m/%Y']) as date) end)"
  ) -%}
  {{- return(
    'case when ' ~ read ~ " between date '1900-01-01' and date '2999-12-31' then " ~ read ~ ' end'
  ) -}}
{% endmacro %}

{% macro sqlserver__parsed_date(cell) %}
  {%- set text = "replace(trim(cast(" ~ cell ~ " as nvarchar(100))), 'T', ' ')" -%}
  {%- set read = (
    'case when ' ~ text ~ " like '[12][0-9][0-9][0-9]-%-%' then cast(try_convert(datetime2(6), " ~ text
    ~ ', 121) as date) when ' ~ text ~ " like '%/%/[12][0-9][0-9][0-9]' then coalesce(try_convert(date, "
    ~ text ~ ', 101), try_convert(date, ' ~ text ~ ', 103)) end'
  ) -%}
  {{- return(
    'case when ' ~ read ~ " between '19000101' and '29991231' then " ~ read ~ ' end'
  ) -}}
{% endmacro %}


{# A date literal. Differs because T-SQL has none, and only the unseparated form reads alike in every language. #}
{% macro date_literal(iso) %}{{ return(adapter.dispatch('date_literal', 'order_staging')(iso)) }}{% endmacro %}
{% macro default__date_literal(iso) %}{{ return("date '" ~ iso ~ "'") }}{% endmacro %}
{% macro sqlserver__date_literal(iso) %}{{ return("cast('" ~ iso | replace('-', '') ~ "' as date)") }}{% endmacro %}


{# A date as text, YYYY-MM-DD. Differs because a plain cast in T-SQL follows the language of the session. #}
{% macro iso_date(value) %}{{ return(adapter.dispatch('iso_date', 'order_staging')(value)) }}{% endmacro %}
{% macro default__iso_date(value) %}{{ return('cast(' ~ value ~ ' as varchar)') }}{% endmacro %}
{% macro sqlserver__iso_date(value) %}{{ return('convert(nvarchar(10), ' ~ value ~ ', 23)') }}{% endmacro %}
