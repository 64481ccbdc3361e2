{# A column's value as JSON: whole numbers as numbers, decimals and dates as text (a decimal read as a JSON
   number would lose its scale), no value as null.
   Differs because T-SQL has no function that turns one value into JSON. #}
{% macro json_value(value, kind='text') %}
  {{- return(adapter.dispatch('json_value', 'order_staging')(value, kind)) -}}
{% endmacro %}

{% macro default__json_value(value, kind) %}
  {%- if kind == 'integer' -%}{{ return('coalesce(cast(' ~ value ~ " as varchar), 'null')") }}{%- endif -%}
  {{- return('coalesce(cast(to_json(cast(' ~ value ~ " as varchar)) as varchar), 'null')") -}}
{% endmacro %}

{% macro sqlserver__json_value(value, kind) %}
  {%- if kind == 'integer' -%}{{ return('coalesce(cast(' ~ value ~ " as nvarchar(40)), N'null')") }}{%- endif -%}
  {%- if kind == 'number' -%}
    {{- return("coalesce('\"' + cast(" ~ value ~ " as nvarchar(60)) + '\"', N'null')") -}}
  {%- endif -%}
  {%- if kind == 'date' -%}
    {{- return("coalesce('\"' + convert(nvarchar(10), " ~ value ~ ", 23) + '\"', N'null')") -}}
  {%- endif -%}
  {{- return("coalesce('\"' + string_escape(cast(" ~ value ~ " as nvarchar(max)), 'json') + '\"', N'null')") -}}
{% endmacro %}


{# A JSON object of the given members, each a pair of name and SQL that yields JSON, or NULL to leave it out. #}
{% macro json_object_of(members) %}
  {%- set said = ['cast(null as ' ~ long_text() ~ ')'] -%}
  {%- for name, json in members -%}
    {%- do said.append(appended(literal(tojson(name) ~ ':'), json)) -%}
  {%- endfor -%}
  {{- return("concat('{', concat_ws(',', " ~ said | join(',\n      ') ~ "), '}')") -}}
{% endmacro %}


{# Two texts, one after the other; NULL when one of them is. Differs in the operator. #}
{% macro appended(first, second) %}
  {{- return(adapter.dispatch('appended', 'order_staging')(first, second)) -}}
{% endmacro %}
{% macro default__appended(first, second) %}{{ return(first ~ ' || ' ~ second) }}{% endmacro %}
{% macro sqlserver__appended(first, second) %}{{ return(first ~ ' + ' ~ second) }}{% endmacro %}


{# A row's columns as one JSON object. #}
{% macro json_row(relation, columns) %}
  {%- set members = [] -%}
  {%- for column in columns -%}
    {%- do members.append([column.name, json_value(relation ~ '.' ~ adapter.quote(column.name), column.kind)]) -%}
  {%- endfor -%}
  {{- return(json_object_of(members)) -}}
{% endmacro %}


{# Old and new value of every compared column in which two rows differ: {"STYLE": {"old": …, "new": …}}. #}
{% macro json_changes(old, new, columns) %}
  {%- set members = [] -%}
  {%- for column in columns -%}
    {%- set before = old ~ '.' ~ adapter.quote(column.name) -%}
    {%- set after = new ~ '.' ~ adapter.quote(column.name) -%}
    {%- do members.append([
      column.name,
      'case when ' ~ differs(before, after, column.kind) ~ " then concat('{\"old\":', "
      ~ json_value(before, column.kind) ~ ", ',\"new\":', " ~ json_value(after, column.kind) ~ ", '}') end"
    ]) -%}
  {%- endfor -%}
  {{- return(json_object_of(members)) -}}
{% endmacro %}


{# A select of `carried` columns of a relation, as they are, and of `columns` read from the JSON object in its
   column `json`. A member that does not fit its type is NULL, so it differs from whatever the source says now
   and is told again.
   Differs because T-SQL opens JSON in the from clause, and stops on a member of the wrong type unless it is
   read as text first. On DuckDB the whole object is read once, which is 6x faster than member by member. #}
{% macro unpacked(relation, json, carried, columns) %}
  {{- return(adapter.dispatch('unpacked', 'order_staging')(relation, json, carried, columns)) -}}
{% endmacro %}

{% macro default__unpacked(relation, json, carried, columns) %}
  {%- set structure = {} -%}
  {%- for column in columns -%}
    {%- do structure.update({column.name: 'VARCHAR' if column.kind == 'text' else column.data_type | upper}) -%}
  {%- endfor %}
  select
    {{ carried | join(',\n    ') }}
    {%- for column in columns %},
    cast(opened.{{ adapter.quote(column.name) }} as {{ column.data_type }}) as {{ adapter.quote(column.name) }}
    {%- endfor %}
  from (
    select
      {{ carried | join(',\n      ') }},
      from_json({{ json }}, {{ literal(tojson(structure)) }}) as opened
    from {{ relation }}
  ) as packed
{% endmacro %}

{% macro sqlserver__unpacked(relation, json, carried, columns) %}
  select
    {% for name in carried %}packed.{{ name }}{{ ',\n    ' if not loop.last }}{% endfor %}
    {%- for column in columns %},
    try_cast(opened.{{ adapter.quote(column.name) }} as {{ column.data_type }}) as {{ adapter.quote(column.name) }}
    {%- endfor %}
  from {{ relation }} as packed
  outer apply openjson(packed.{{ json }}) with (
    {%- for column in columns %}
    {{ adapter.quote(column.name) }} {{ 'nvarchar(max)' if column.data_type == long_text() else 'nvarchar(4000)' }} {{ sqlserver__path(tojson(column.name)) }}{{ ',' if not loop.last }}
    {%- endfor %}
  ) as opened
{% endmacro %}


{# A path as openjson wants it in its `with`: a plain constant. tojson leaves nothing but ASCII. #}
{% macro sqlserver__path(member) %}
  {{- return("'$." ~ member | replace("'", "''") ~ "'") -}}
{% endmacro %}


{# A select of `carried` columns and, for each entry of the JSON list in column `json`, its members as text.
   Differs as above. #}
{% macro unlisted(relation, json, carried, members) %}
  {{- return(adapter.dispatch('unlisted', 'order_staging')(relation, json, carried, members)) -}}
{% endmacro %}

{% macro default__unlisted(relation, json, carried, members) %}
  {%- set structure = {} -%}
  {%- for member in members -%}{%- do structure.update({member: 'VARCHAR'}) -%}{%- endfor %}
  select
    {{ carried | join(',\n    ') }}
    {%- for member in members %},
    entry.{{ adapter.quote(member) }} as {{ adapter.quote('listed_' ~ member) }}
    {%- endfor %}
  from (
    select
      {{ carried | join(',\n      ') }},
      unnest(from_json({{ json }}, {{ literal(tojson([structure])) }})) as entry
    from {{ relation }}
  ) as listed
{% endmacro %}

{% macro sqlserver__unlisted(relation, json, carried, members) %}
  select
    {% for name in carried %}listed.{{ name }}{{ ',\n    ' if not loop.last }}{% endfor %}
    {%- for member in members %},
    entry.{{ adapter.quote(member) }} as {{ adapter.quote('listed_' ~ member) }}
    {%- endfor %}
  from {{ relation }} as listed
  cross apply openjson(listed.{{ json }}) with (
    {%- for member in members %}
    {{ adapter.quote(member) }} nvarchar(4000) {{ sqlserver__path(member) }}{{ ',' if not loop.last }}
    {%- endfor %}
  ) as entry
{% endmacro %}


{# One member of the JSON object in a column, as text; for a few rows. Differs in name and in path. #}
{% macro json_member(json, name) %}
  {{- return(adapter.dispatch('json_member', 'order_staging')(json, name)) -}}
{% endmacro %}
{% macro default__json_member(json, name) %}
  {{- return('json_extract_string(' ~ json ~ ', ' ~ literal('$.' ~ tojson(name)) ~ ')') -}}
{% endmacro %}
{% macro sqlserver__json_member(json, name) %}
  {{- return('json_value(' ~ json ~ ', ' ~ literal('$.' ~ tojson(name)) ~ ')') -}}
{% endmacro %}


{# The member of a JSON object whose name stands in another column, as text; for a few rows. NULL without a name.
   Differs as above; T-SQL promises nothing of a path that is NULL. #}
{% macro json_member_named(json, name) %}
  {{- return(adapter.dispatch('json_member_named', 'order_staging')(json, name)) -}}
{% endmacro %}
{% macro default__json_member_named(json, name) %}
  {{- return('json_extract_string(' ~ json ~ ", '$.\"' || replace(" ~ name ~ ", '\"', '\\\\\"') || '\"')") -}}
{% endmacro %}
{% macro sqlserver__json_member_named(json, name) %}
  {{- return(
    'json_value(' ~ json ~ ", cast('$.\"' + coalesce(string_escape(" ~ name ~ ", 'json'), '') + '\"' as nvarchar(1000)))"
  ) -}}
{% endmacro %}


{# JSON values of a group as one JSON list, in an order; NULL without any. Differs in how the order is said. #}
{% macro json_list(value, order_by) %}
  {{- return("concat('[', " ~ texts_joined(value, ',', order_by) ~ ", ']')") -}}
{% endmacro %}


{# Texts of a group as one, in an order. Differs in how the order is said, and T-SQL stops at 8,000 bytes unless the
   text may be longer. #}
{% macro texts_joined(value, separator, order_by) %}
  {{- return(adapter.dispatch('texts_joined', 'order_staging')(value, separator, order_by)) -}}
{% endmacro %}
{% macro default__texts_joined(value, separator, order_by) %}
  {{- return('string_agg(' ~ value ~ ', ' ~ literal(separator) ~ ' order by ' ~ order_by | join(', ') ~ ')') -}}
{% endmacro %}
{% macro sqlserver__texts_joined(value, separator, order_by) %}
  {{- return(
    'string_agg(cast(' ~ value ~ ' as nvarchar(max)), ' ~ literal(separator) ~ ') within group (order by '
    ~ order_by | join(', ') ~ ')'
  ) -}}
{% endmacro %}


{# A select of `carried` columns and of the members, as text, of the last entry of the JSON list in column `json`; a
   member that is an object or a list is its JSON. For a few rows, all of which hold a list. Differs as above. #}
{% macro last_of_list(relation, json, carried, members) %}
  {{- return(adapter.dispatch('last_of_list', 'order_staging')(relation, json, carried, members)) -}}
{% endmacro %}

{% macro default__last_of_list(relation, json, carried, members) %}
  {%- set structure = {} -%}
  {%- for member in members -%}{%- do structure.update({member: 'VARCHAR'}) -%}{%- endfor %}
  select
    {{ carried | join(',\n    ') }}
    {%- for member in members %},
    entry.{{ adapter.quote(member) }} as {{ adapter.quote('last_' ~ member) }}
    {%- endfor %}
  from (
    select
      {{ carried | join(',\n      ') }},
      list_extract(from_json({{ json }}, {{ literal(tojson([structure])) }}), -1) as entry
    from {{ relation }}
  ) as listed
{% endmacro %}

{% macro sqlserver__last_of_list(relation, json, carried, members) %}
  select
    {% for name in carried %}listed.{{ name }}{{ ',\n    ' if not loop.last }}{% endfor %}
    {%- for member in members %},
    coalesce(entry.{{ adapter.quote(member) }}, entry.{{ adapter.quote(member ~ ' as JSON') }}) as {{ adapter.quote('last_' ~ member) }}
    {%- endfor %}
  from (
    select
      {% for name in carried %}packed.{{ name }},{% endfor %}
      opened.value as entry_json,
      row_number() over (partition by packed.{{ carried[0] }} order by cast(opened.[key] as int) desc) as place
    from {{ relation }} as packed
    cross apply openjson(packed.{{ json }}) as opened
  ) as listed
  cross apply openjson(listed.entry_json) with (
    {%- for member in members %}
    {{ adapter.quote(member) }} nvarchar(4000) {{ sqlserver__path(member) }},
    {{ adapter.quote(member ~ ' as JSON') }} nvarchar(max) {{ sqlserver__path(member) }} as json{{ ',' if not loop.last }}
    {%- endfor %}
  ) as entry
  where listed.place = 1
{% endmacro %}
