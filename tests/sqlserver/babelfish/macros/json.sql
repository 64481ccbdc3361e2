{# How it reads JSON: openjson and json_value leave escapes as they are, openjson with columns takes no apostrophe in
   a path and cuts at 4,000 characters. The macros of ours that these replace are proven on SQL Server only. #}

{# A JSON text as it was before it was escaped. Two backslashes are set aside, or the second would escape again. #}
{% macro unescaped(value) %}
  {%- set said = namespace(sql="replace(" ~ value ~ ", '\\\\', nchar(57344))") -%}
  {%- for escape, character in [
    ('\\"', "'\"'"), ('\\/', "'/'"), ('\\n', 'nchar(10)'), ('\\r', 'nchar(13)'), ('\\t', 'nchar(9)'),
    ('\\b', 'nchar(8)'), ('\\f', 'nchar(12)'),
  ] -%}
    {%- set said.sql = 'replace(' ~ said.sql ~ ", '" ~ escape ~ "', " ~ character ~ ')' -%}
  {%- endfor -%}
  {{- return('replace(' ~ said.sql ~ ", nchar(57344), '\\')") -}}
{% endmacro %}


{% macro sqlserver__unpacked(relation, json, carried, columns) %}
  select
    {% for name in carried %}packed.{{ name }}{{ ',\n    ' if not loop.last }}{% endfor %}
    {%- for column in columns %},
    try_cast(opened.{{ adapter.quote(column.name) }} as {{ column.data_type }}) as {{ adapter.quote(column.name) }}
    {%- endfor %}
  from {{ relation }} as packed
  outer apply (
    select
      {%- for column in columns %}
      max(case when member.name = {{ literal(column.name) }} then member.value end) as {{ adapter.quote(column.name) }}{{ ',' if not loop.last }}
      {%- endfor %}
    from (
      select [key] as name, {{ unescaped('[value]') }} as value
      from openjson(packed.{{ json }})
    ) as member
  ) as opened
{% endmacro %}


{% macro sqlserver__unlisted(relation, json, carried, members) %}
  select
    {% for name in carried %}listed.{{ name }}{{ ',\n    ' if not loop.last }}{% endfor %}
    {%- for member in members %},
    {{ unescaped('entry.' ~ adapter.quote(member)) }} as {{ adapter.quote('listed_' ~ member) }}
    {%- endfor %}
  from {{ relation }} as listed
  cross apply openjson(listed.{{ json }}) with (
    {%- for member in members %}
    {{ adapter.quote(member) }} nvarchar(4000) {{ order_staging.sqlserver__path(member) }}{{ ',' if not loop.last }}
    {%- endfor %}
  ) as entry
{% endmacro %}


{% macro sqlserver__json_member(json, name) %}
  {{- return(unescaped(order_staging.sqlserver__json_member(json, name))) -}}
{% endmacro %}

{% macro sqlserver__json_member_named(json, name) %}
  {{- return(unescaped(order_staging.sqlserver__json_member_named(json, name))) -}}
{% endmacro %}
