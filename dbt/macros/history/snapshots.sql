{# The relation of a snapshot without a ref: the delta that feeds it reads its open versions, and dbt knows no
   circles. None before the first build. #}
{% macro snapshot_relation(name) %}
  {%- set node = graph.nodes.get('snapshot.order_staging.' ~ name) if execute and graph else none -%}
  {{- return(adapter.get_relation(node.database, node.schema, node.alias) if node else none) -}}
{% endmacro %}


{# Its columns by name, as the catalogue has them; empty before the first build. #}
{% macro kept_columns(name) %}
  {%- set relation = snapshot_relation(name) -%}
  {%- set columns = {} -%}
  {%- if relation is not none -%}
    {%- for column in adapter.get_columns_in_relation(relation) -%}
      {%- do columns.update({column.name: column}) -%}
    {%- endfor -%}
  {%- endif -%}
  {{- return(columns) -}}
{% endmacro %}


{# A source column as history keeps it: as text where its versions are text, so that a changed type in the source
   does not stop the run. Differs because T-SQL's snapshot compares under the collation its columns were made
   with: a binary one, or 'White' would not be a new version of 'WHITE'. #}
{% macro as_kept(cell, kept) %}
  {{- return(adapter.dispatch('as_kept', 'order_staging')(cell, kept)) -}}
{% endmacro %}

{% macro default__as_kept(cell, kept) %}
  {%- if kept is none or kept is undefined -%}{{ return(cell) }}{%- endif -%}
  {{- return('try_cast(' ~ cell ~ ' as ' ~ kept.data_type ~ ')') -}}
{% endmacro %}

{% macro sqlserver__as_kept(cell, kept) %}
  {{- return('cast(' ~ cell ~ ' as nvarchar(4000)) collate Latin1_General_100_BIN2') -}}
{% endmacro %}


{# True when a row is another version than the open one of its key, or has none. `names` are columns that history has. #}
{% macro is_another_version(current, open, names, kept) %}
  {%- set reasons = [open ~ '.order_key is null', open ~ '.source_removed = 1'] -%}
  {%- for name in names -%}
    {%- set column = '.' ~ adapter.quote(name) -%}
    {%- do reasons.append(differs_in_history(current ~ column, open ~ column, kept[name])) -%}
  {%- endfor -%}
  {{- return('(' ~ reasons | join('\n    or ') ~ ')') -}}
{% endmacro %}


{# True when a cell is another version. Differs because the snapshot of T-SQL does not see trailing blanks either,
   and a difference only one of the two sees would come back each run. #}
{% macro differs_in_history(current, kept_value, kept) %}
  {{- return(adapter.dispatch('differs_in_history', 'order_staging')(current, kept_value)) -}}
{% endmacro %}
{% macro default__differs_in_history(current, kept_value) %}
  {{- return(current ~ ' is distinct from ' ~ kept_value) -}}
{% endmacro %}
{% macro sqlserver__differs_in_history(current, kept_value) %}
  {{- return('(not exists (select ' ~ current ~ ' intersect select ' ~ kept_value ~ '))') -}}
{% endmacro %}
