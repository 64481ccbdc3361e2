{# A cell as a number of the given type, NULL when it is none: currency and percent signs and blanks are left
   out, commas are accepted where they part thousands and nowhere else ('12,5' is no number).
   Differs because T-SQL reads '' and '-' as 0, cannot read exponents into decimals, and has no pattern for
   grouped digits; there a number must hold a digit and is grouped back to see whether the commas were right.
   On DuckDB the plain cast is tried first: nearly all cells need no more. #}
{% macro parsed_number(cell, data_type, replace=none) %}
  {{- return(adapter.dispatch('parsed_number', 'order_staging')(cell, data_type, replace or {})) -}}
{% endmacro %}

{% macro default__parsed_number(cell, data_type, replace) %}
  {%- set bare = bare_number(replaced(as_text(cell), replace), 'chr') -%}
  {%- set whole = "split_part(" ~ bare ~ ", '.', 1)" -%}
  {%- set digits = "replace(" ~ whole ~ ", ',', '')" -%}
  {{- return(
    'coalesce(try_cast(' ~ cell ~ ' as ' ~ data_type ~ '), case when ' ~ cell ~ ' is not null then case'
    ~ " when position(',' in " ~ bare ~ ") = 0 then try_cast(" ~ bare ~ ' as ' ~ data_type ~ ')'
    ~ " when format('{:,}', try_cast(" ~ digits ~ ' as bigint)) = ' ~ whole
    ~ ' then try_cast(' ~ digits ~ ' || substr(' ~ bare ~ ', length(' ~ whole ~ ') + 1) as ' ~ data_type ~ ') end end)'
  ) -}}
{% endmacro %}

{% macro sqlserver__parsed_number(cell, data_type, replace) %}
  {%- set bare = bare_number(replaced(as_text(cell), replace), 'nchar') -%}
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
{% macro bare_number(text, character) %}
  {%- set said = namespace(sql=text) -%}
  {%- for sign in ["'$'", "'%'", "' '", character ~ '(163)', character ~ '(165)', character ~ '(8364)'] -%}
    {%- set said.sql = 'replace(' ~ said.sql ~ ', ' ~ sign ~ ", '')" -%}
  {%- endfor -%}
  {{- return(said.sql) -}}
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


{# A cell as a whole number, NULL when it is none; 12.0 is 12, 12.5 is no whole number.
   Differs only in how the number before is read. #}
{% macro parsed_integer(cell, data_type, replace=none, whole=false) %}
  {%- if whole -%}{{ return(cell) }}{%- endif -%}
  {%- set number = parsed_number(cell, 'decimal(28,4)', replace) -%}
  {{- return(
    'case when ' ~ number ~ ' = floor(' ~ number ~ ') then try_cast(' ~ number ~ ' as ' ~ data_type ~ ') end'
  ) -}}
{% endmacro %}
