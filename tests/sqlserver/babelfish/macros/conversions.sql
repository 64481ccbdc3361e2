{# Conversions of values that it makes otherwise than SQL Server; the ones of our own macros that they replace are
   proven on SQL Server only. #}

{# Its try_convert does not heed the style of a value that is no constant: day and month go by their places here. #}
{% macro sqlserver__parsed_date(cell) %}
  {%- set text = "replace(trim(cast(" ~ cell ~ " as nvarchar(100))), 'T', ' ')" -%}
  {%- set year = "right(" ~ text ~ ", 4) + '-'" -%}
  {%- set first = "right('0' + left(" ~ text ~ ", charindex('/', " ~ text ~ ") - 1), 2)" -%}
  {%- set rest = "substring(" ~ text ~ ", charindex('/', " ~ text ~ ") + 1, 100)" -%}
  {%- set second = "right('0' + left(" ~ rest ~ ", charindex('/', " ~ rest ~ ") - 1), 2)" -%}
  {%- set read = (
    'case when ' ~ text ~ " like '[12][0-9][0-9][0-9]-%-%' then cast(try_cast(" ~ text
    ~ ' as datetime2(6)) as date) when ' ~ text ~ " like '%/%/[12][0-9][0-9][0-9]' then coalesce(try_cast("
    ~ year ~ ' + ' ~ first ~ " + '-' + " ~ second ~ ' as date), try_cast(' ~ year ~ ' + ' ~ second ~ " + '-' + " ~ first
    ~ ' as date)) end'
  ) -%}
  {{- return(
    'case when ' ~ read ~ " between cast('19000101' as date) and cast('29991231' as date) then " ~ read ~ ' end'
  ) -}}
{% endmacro %}


{# It reads the text 1028 as the money 0.1028, and pads money that becomes text with blanks. #}
{% macro sqlserver__parsed_number(cell, data_type, replace) %}
  {{- return(
    order_staging.sqlserver__parsed_number(cell, data_type, replace)
    | replace('convert(nvarchar(60), try_cast(', 'trim(convert(nvarchar(60), cast(try_cast(')
    | replace(' as money), 1) =', ' as decimal(19, 2)) as money), 1)) =')
  ) -}}
{% endmacro %}


{# Its datalength counts the bytes of UTF-8, so it does not tell how many characters there are. #}
{% macro sqlserver__length_of(value) %}{{ return("(len(" ~ value ~ " + '.') - 1)") }}{% endmacro %}

{% macro sqlserver__longer_than(value, limit) %}
  {{- return("(len(" ~ value ~ " + '.') - 1 > " ~ limit ~ ')') -}}
{% endmacro %}
