{# A cell as a number of the given type, NULL when it is none: currency and percent signs and blanks are left
   out, commas are accepted where they part thousands and nowhere else ('12,5' is no number).
   Differs because T-SQL reads '' and '-' as 0, cannot read exponents into decimals, and knows no patterns; there a
   number must hold a digit and is grouped back to see whether the commas were right. On DuckDB replace and
   regexp_extract are worked out once per distinct text of a block, other patterns and `case` once per row: this
   form takes a tenth of theirs. #}
{% macro parsed_number(cell, data_type, replace=none) %}
  {{- return(adapter.dispatch('parsed_number', 'order_staging')(cell, data_type, replace or {})) -}}
{% endmacro %}

{% macro default__parsed_number(cell, data_type, replace) %}
  {%- set bare = default__bare_number(replaced(as_text(cell), replace)) -%}
  {%- set grouped = '[-+]?[0-9]{1,3}(?:,[0-9]{3})*(?:[.][0-9]*)?' -%}
  {%- set readable = 'regexp_extract(' ~ bare ~ ", '^(?:[^,]*|" ~ grouped ~ ")$')" -%}
  {{- return('try_cast(replace(' ~ readable ~ ", ',', '') as " ~ data_type ~ ')') -}}
{% endmacro %}

{% macro default__bare_number(text) %}
  {%- set bare = namespace(sql=text) -%}
  {%- for sign in ["'$'", "'%'", "' '", 'chr(163)', 'chr(165)', 'chr(8364)'] -%}
    {%- set bare.sql = 'replace(' ~ bare.sql ~ ', ' ~ sign ~ ", '')" -%}
  {%- endfor -%}
  {{- return(bare.sql) -}}
{% endmacro %}

{% macro sqlserver__parsed_number(cell, data_type, replace) %}
  {%- set bare = sqlserver__bare_number(replaced(as_text(cell), replace)) -%}
  {%- set whole = "left(" ~ bare ~ ", charindex('.', " ~ bare ~ " + '.') - 1)" -%}
  {%- set digits = "replace(" ~ whole ~ ", ',', '')" -%}
  {%- set ungrouped = digits ~ ' + substring(' ~ bare ~ ', len(' ~ whole ~ ') + 1, 60)' -%}
  {{- return(
    'case when ' ~ bare ~ " like '%[0-9]%' then case"
    ~ " when charindex(',', " ~ bare ~ ') = 0 then ' ~ sqlserver__as_number(bare, data_type)
    ~ ' when convert(nvarchar(60), try_cast(' ~ digits ~ ' as money), 1) = ' ~ whole ~ " + '.00'"
    ~ ' then ' ~ sqlserver__as_number(ungrouped, data_type) ~ ' end end'
  ) -}}
{% endmacro %}

{% macro sqlserver__as_number(text, data_type) %}
  {{- return(
    'coalesce(try_cast(' ~ text ~ ' as ' ~ data_type ~ '), try_cast(try_cast(' ~ text ~ ' as float) as '
    ~ data_type ~ '))'
  ) -}}
{% endmacro %}

{# The text without currency signs (dollar, pound, yen, euro), percent signs and blanks. #}
{% macro sqlserver__bare_number(text) %}
  {%- set bare = namespace(sql=text) -%}
  {%- for sign in ["'$'", "'%'", "' '", 'nchar(163)', 'nchar(165)', 'nchar(8364)'] -%}
    {%- set bare.sql = 'replace(' ~ bare.sql ~ ', ' ~ sign ~ ", '')" -%}
  {%- endfor -%}
  {{- return(bare.sql) -}}
{% endmacro %}

{# Whole texts exchanged before parsing, whatever their case: {'TRUE': '0'}. #}
{% macro replaced(text, replace) %}
  {%- if not replace -%}{{ return(text) }}{%- endif -%}
  {%- set whens = [] -%}
  {%- for old, new in replace.items() -%}
    {%- do whens.append('when ' ~ literal(old | upper) ~ ' then ' ~ literal(new)) -%}
  {%- endfor -%}
  {{- return('case upper(trim(' ~ text ~ ')) ' ~ whens | join(' ') ~ ' else ' ~ text ~ ' end') -}}
{% endmacro %}


{# A cell as a whole number, NULL when it is none; 12.0 is 12, 12.5 is no whole number. `whole` says that the
   source column is an integer already.
   Differs because DuckDB would round 12.5; there a pattern decides what is whole. #}
{% macro parsed_integer(cell, data_type, replace=none, whole=false) %}
  {%- if whole -%}{{ return(cell) }}{%- endif -%}
  {{- return(adapter.dispatch('parsed_integer', 'order_staging')(cell, data_type, replace or {})) -}}
{% endmacro %}

{% macro default__parsed_integer(cell, data_type, replace) %}
  {%- set bare = default__bare_number(replaced(as_text(cell), replace)) -%}
  {{- return(
    'try_cast(replace(regexp_extract(' ~ bare ~ ", '^([-+]?(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+))(?:[.]0*)?$', 1), "
    ~ "',', '') as " ~ data_type ~ ')'
  ) -}}
{% endmacro %}

{% macro sqlserver__parsed_integer(cell, data_type, replace) %}
  {%- set number = sqlserver__parsed_number(cell, 'decimal(28,4)', replace) -%}
  {{- return(
    'case when ' ~ number ~ ' = floor(' ~ number ~ ') then try_cast(' ~ number ~ ' as ' ~ data_type ~ ') end'
  ) -}}
{% endmacro %}
