{# True when two columns differ; NULL equals NULL, '' is not NULL, 'White' is not 'WHITE', 'A' is not 'A '.
   Each of the macros below is a condition, so it stands in `where`, `on` or `case when`.
   Differs because T-SQL has no `is distinct from` before 2022, and its usual collations call those texts
   equal: there they compare under a binary collation, with their length. `intersect` holds NULLs equal. #}
{% macro differs(left, right, kind='text') %}
  {{- return(adapter.dispatch('differs', 'order_staging')(left, right, kind)) -}}
{% endmacro %}

{% macro default__differs(left, right, kind) %}{{ return(left ~ ' is distinct from ' ~ right) }}{% endmacro %}

{% macro sqlserver__differs(left, right, kind) %}
  {{- return(
    '(not exists (select ' ~ sqlserver__comparable(left, kind)
    ~ ' intersect select ' ~ sqlserver__comparable(right, kind) ~ '))'
  ) -}}
{% endmacro %}

{% macro sqlserver__comparable(value, kind) %}
  {{- return(value ~ ' collate Latin1_General_100_BIN2, datalength(' ~ value ~ ')' if kind == 'text' else value) -}}
{% endmacro %}


{# True when two columns are equal by the same measure. #}
{% macro same(left, right, kind='text') %}
  {{- return(adapter.dispatch('same', 'order_staging')(left, right, kind)) -}}
{% endmacro %}

{% macro default__same(left, right, kind) %}{{ return(left ~ ' is not distinct from ' ~ right) }}{% endmacro %}

{% macro sqlserver__same(left, right, kind) %}
  {{- return(
    'exists (select ' ~ sqlserver__comparable(left, kind)
    ~ ' intersect select ' ~ sqlserver__comparable(right, kind) ~ ')'
  ) -}}
{% endmacro %}


{# True when any column of two rows differs. `columns` come from mapping_columns; false without columns. #}
{% macro any_differs(left, right, columns) %}
  {{- return(adapter.dispatch('any_differs', 'order_staging')(left, right, columns)) -}}
{% endmacro %}

{% macro default__any_differs(left, right, columns) %}
  {%- set conditions = ['1 = 0'] -%}
  {%- for column in columns -%}
    {%- do conditions.append(
      left ~ '.' ~ adapter.quote(column.name) ~ ' is distinct from ' ~ right ~ '.' ~ adapter.quote(column.name)
    ) -%}
  {%- endfor -%}
  {{- return('(' ~ conditions | join('\n      or ') ~ ')') -}}
{% endmacro %}

{% macro sqlserver__any_differs(left, right, columns) %}
  {%- set lefts, rights = [], [] -%}
  {%- for column in columns -%}
    {%- set name = adapter.quote(column.name) -%}
    {%- do lefts.append(sqlserver__comparable(left ~ '.' ~ name, column.kind)) -%}
    {%- do rights.append(sqlserver__comparable(right ~ '.' ~ name, column.kind)) -%}
  {%- endfor -%}
  {%- if not columns -%}{{ return('(1 = 0)') }}{%- endif -%}
  {{- return(
    '(not exists (\n      select ' ~ lefts | join(',\n        ')
    ~ '\n      intersect\n      select ' ~ rights | join(',\n        ') ~ '\n    ))'
  ) -}}
{% endmacro %}


{# The same, where a column that `counts_when` names counts only under its condition there. #}
{% macro any_counting_differs(left, right, columns, counts_when) %}
  {%- set always, conditions = [], [] -%}
  {%- for column in columns -%}
    {%- if column.name in counts_when -%}
      {%- do conditions.append('(' ~ counts_when[column.name] ~ ')\n      and ' ~ any_differs(left, right, [column])) -%}
    {%- else -%}
      {%- do always.append(column) -%}
    {%- endif -%}
  {%- endfor -%}
  {%- if not conditions -%}{{ return(any_differs(left, right, columns)) }}{%- endif -%}
  {{- return('(' ~ ([any_differs(left, right, always)] + conditions) | join('\n      or ') ~ ')') -}}
{% endmacro %}


{# Equality of two keys, to join on; NULL equals nothing. Differs for the collations named above. #}
{% macro same_key(left, right) %}
  {{- return(adapter.dispatch('same_key', 'order_staging')(left, right)) -}}
{% endmacro %}

{% macro default__same_key(left, right) %}{{ return(left ~ ' = ' ~ right) }}{% endmacro %}

{% macro sqlserver__same_key(left, right) %}
  {{- return(
    '(' ~ left ~ ' = ' ~ right ~ ' collate Latin1_General_100_BIN2 and datalength(' ~ left ~ ') = datalength('
    ~ right ~ '))'
  ) -}}
{% endmacro %}


{# A text to group or partition by, so that only equal texts fall together. Differs for the same reason. #}
{% macro exact(value) %}{{ return(adapter.dispatch('exact', 'order_staging')(value)) }}{% endmacro %}
{% macro default__exact(value) %}{{ return(value) }}{% endmacro %}
{% macro sqlserver__exact(value) %}{{ return(value ~ ' collate Latin1_General_100_BIN2') }}{% endmacro %}


{# Such a text as a column to keep: under the database's collation again, or T-SQL could not unite it with others. #}
{% macro plain(value) %}{{ return(adapter.dispatch('plain', 'order_staging')(value)) }}{% endmacro %}
{% macro default__plain(value) %}{{ return(value) }}{% endmacro %}
{% macro sqlserver__plain(value) %}{{ return(value ~ ' collate database_default') }}{% endmacro %}


{# True when every one of the columns is equal, NULL equal to NULL; false without columns. #}
{% macro all_same(left, right, columns) %}
  {%- if not columns -%}{{ return('1 = 0') }}{%- endif -%}
  {%- set conditions = [] -%}
  {%- for column in columns -%}
    {%- set name = adapter.quote(column.name) -%}
    {%- do conditions.append(same(left ~ '.' ~ name, right ~ '.' ~ name, column.kind)) -%}
  {%- endfor -%}
  {{- return(conditions | join('\n    and ')) -}}
{% endmacro %}


{# The columns, to partition by: rows that are the same in all of them fall together. #}
{% macro partition_of(relation, columns) %}
  {%- set parts = [] -%}
  {%- for column in columns -%}
    {%- set name = relation ~ '.' ~ adapter.quote(column.name) -%}
    {%- do parts.append(exact(name) if column.kind == 'text' else name) -%}
  {%- endfor -%}
  {{- return(parts | join(', ') or relation ~ '.business_key') -}}
{% endmacro %}
