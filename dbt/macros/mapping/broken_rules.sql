{# True when a cell that has a value but cannot be read is a broken rule: always for numbers, integers and dates,
   unless the mapping says on_invalid: null; for maps and lookups when it says otherwise: error. #}
{% macro is_strict(column) %}
  {%- set meta = column.meta -%}
  {{- return(
    (meta.transform in ['number', 'integer', 'date'] and meta.get('on_invalid', 'error') == 'error')
    or (meta.transform == 'map' and meta.get('otherwise') == 'error')
    or (meta.transform == 'lookup' and meta.lookup.get('otherwise') == 'error')
  ) -}}
{% endmacro %}


{# Name of the column that carries such a cell, as it is, to where the rules are tested. #}
{% macro cell_name(column) %}{{ return(adapter.quote(column.name ~ ' as it stands')) }}{% endmacro %}


{# Select list of the mapped values, uncut, and of the cells that the rules look at. #}
{% macro parsed_columns(columns, cells, whole=[]) %}
  {%- for column in columns %},
    {{ mapped_value(column, cells, whole) }} as {{ adapter.quote(column.name) }}
    {%- if is_strict(column) %},
    {{ cells }}.{{ adapter.quote(column.meta.source) }} as {{ cell_name(column) }}
    {%- endif -%}
  {%- endfor -%}
{% endmacro %}


{# Select list of the mapped values in their contract's types. #}
{% macro typed_columns(columns, parsed) %}
  {%- for column in columns %},
  cast({{ fitting_value(column, columns, parsed) }} as {{ column.data_type }}) as {{ adapter.quote(column.name) }}
  {%- endfor -%}
{% endmacro %}


{# A parsed value, left out where it is too long and the mapping says so: the column of transform misfits has it. #}
{% macro fitting_value(column, columns, parsed) %}
  {%- if column.meta.transform == 'misfits' -%}{{ return(misfits(columns, parsed)) }}{%- endif -%}
  {%- set value = parsed ~ '.' ~ adapter.quote(column.name) -%}
  {%- if not is_left_out_when_too_long(column) -%}{{ return(value) }}{%- endif -%}
  {{- return('case when ' ~ longer_than(value, column.meta.max_length) ~ ' then null else ' ~ value ~ ' end') -}}
{% endmacro %}


{% macro is_left_out_when_too_long(column) %}
  {{- return(column.meta.get('too_long') == 'empty') -}}
{% endmacro %}


{# A JSON list of the texts that are too long for their column, each with column, value and length that fits; NULL
   when all fit. #}
{% macro misfits(columns, parsed) %}
  {%- set longer, said = [], ['cast(null as ' ~ long_text() ~ ')'] -%}
  {%- for column in columns if is_left_out_when_too_long(column) -%}
    {%- set value = parsed ~ '.' ~ adapter.quote(column.name) -%}
    {%- set condition = longer_than(value, column.meta.max_length) -%}
    {%- do longer.append(condition) -%}
    {%- do said.append(
      'case when ' ~ condition ~ ' then concat(' ~ literal('{"column":' ~ tojson(column.name) ~ ',"value":') ~ ', '
      ~ json_value(value) ~ ', ' ~ literal(',"length":' ~ column.meta.max_length ~ '}') ~ ') end'
    ) -%}
  {%- endfor -%}
  {%- if not longer -%}{{ return('cast(null as ' ~ long_text() ~ ')') }}{%- endif -%}
  {{- return(
    'case\n      when ' ~ longer | join('\n        or ') ~ "\n        then concat('[', concat_ws(',', "
    ~ said | join(',\n          ') ~ "), ']')\n    end"
  ) -}}
{% endmacro %}


{# A JSON list of the rules a parsed row breaks, each with rule, column and value; NULL when it breaks none.
   `parsed` is the alias of rows with uncut values and the cells that the rules look at. #}
{% macro broken_rules(columns, parsed) %}
  {%- set rules = [] -%}
  {%- for column in columns -%}
    {%- set meta = column.meta -%}
    {%- set value = parsed ~ '.' ~ adapter.quote(column.name) -%}
    {%- set unread = namespace(sql='') -%}
    {%- if is_strict(column) -%}
      {%- set cell = as_text(parsed ~ '.' ~ cell_name(column)) -%}
      {%- set none_said = stands_for_none('trim(' ~ cell ~ ')', meta.get('missing')) -%}
      {%- do rules.append([
        value ~ ' is null and ' ~ cell ~ ' is not null and not ' ~ none_said, meta.transform, column.name,
        json_value(beginning(cell, 400)),
      ]) -%}
      {%- set unread.sql = ' and (' ~ cell ~ ' is null or ' ~ none_said ~ ')' -%}
    {%- endif -%}
    {%- if meta.get('required') -%}
      {%- do rules.append([value ~ ' is null' ~ unread.sql, 'required', column.name, "'null'"]) -%}
    {%- endif -%}
    {%- if meta.get('max_length') and not is_left_out_when_too_long(column) -%}
      {%- do rules.append([
        longer_than(value, meta.max_length), 'max_length', column.name, json_value(beginning(value, 400)),
      ]) -%}
    {%- endif -%}
    {%- if meta.get('minimum') is not none -%}
      {%- do rules.append([value ~ ' < ' ~ meta.minimum, 'minimum', column.name, json_value(value, column.kind)]) -%}
    {%- endif -%}
    {%- if meta.get('maximum') is not none -%}
      {%- do rules.append([value ~ ' > ' ~ meta.maximum, 'maximum', column.name, json_value(value, column.kind)]) -%}
    {%- endif -%}
  {%- endfor -%}
  {%- if not rules -%}{{ return('cast(null as ' ~ long_text() ~ ')') }}{%- endif -%}
  {%- set broken, said = [], ['cast(null as ' ~ long_text() ~ ')'] -%}
  {%- for condition, rule, name, value in rules -%}
    {%- do broken.append('(' ~ condition ~ ')') -%}
    {%- do said.append(
      'case when ' ~ condition ~ ' then concat('
      ~ literal('{"rule":' ~ tojson(rule) ~ ',"column":' ~ tojson(name) ~ ',"value":') ~ ', ' ~ value ~ ", '}') end"
    ) -%}
  {%- endfor -%}
  {{- return(
    'case\n      when ' ~ broken | join('\n        or ') ~ "\n        then concat('[', concat_ws(',', "
    ~ said | join(',\n          ') ~ "), ']')\n    end"
  ) -}}
{% endmacro %}
