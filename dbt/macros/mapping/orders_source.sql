{# The columns ORDERS_UNIFIED has at this moment, as the catalogue says; empty while parsing. #}
{% macro orders_columns() %}
  {%- if not execute -%}{{ return([]) }}{%- endif -%}
  {%- set orders = source('orders', 'ORDERS_UNIFIED') -%}
  {%- set columns = adapter.get_columns_in_relation(orders) -%}
  {%- if not columns -%}
    {%- do exceptions.raise_compiler_error(
      orders ~ ' does not exist or has no columns. Land it first: order-staging land ORDERS_UNIFIED FILE'
    ) -%}
  {%- endif -%}
  {{- return(columns) -}}
{% endmacro %}


{# The size columns: those strictly between the mapping's two markers, in table order, less the ones it names as
   not sizes. A column between the markers that holds anything but numbers stops the run by name, because a size
   must never disappear silently. #}
{% macro size_columns() %}
  {%- set sizes = mapping_meta('int_monday__subitems_mapped').get('sizes') -%}
  {%- set found, wrong = [], [] -%}
  {%- if not sizes -%}{{ return(found) }}{%- endif -%}
  {%- set columns = orders_columns() -%}
  {%- set names = columns | map(attribute='name') | list -%}
  {%- for marker in [sizes.after, sizes.before] if marker not in names -%}
    {%- do exceptions.raise_compiler_error(
      'ORDERS_UNIFIED has no column ' ~ marker ~ ', so its sizes cannot be found: they are the columns between '
      ~ sizes.after ~ ' and ' ~ sizes.before ~ ' (mappings/monday/subitems.yml, sizes).'
    ) -%}
  {%- endfor -%}
  {%- for column in columns[names.index(sizes.after) + 1 : names.index(sizes.before)] if column.name not in sizes.not_sizes -%}
    {%- do (found if holds_numbers(column) else wrong).append(column.name) -%}
  {%- endfor -%}
  {%- if wrong -%}
    {%- do exceptions.raise_compiler_error(
      'Between ' ~ sizes.after ~ ' and ' ~ sizes.before ~ ' of ORDERS_UNIFIED stand columns that hold no numbers: '
      ~ wrong | join(', ') ~ '. If they are sizes, land the file again so that they become integers; if not, '
      ~ 'name them under not_sizes in mappings/monday/subitems.yml.'
    ) -%}
  {%- endif -%}
  {{- return(found) -}}
{% endmacro %}


{# The names of the columns that are integers in the warehouse: their cells need no parsing. #}
{% macro integer_names(columns) %}
  {%- set names = [] -%}
  {%- for column in columns if column.is_integer() -%}{%- do names.append(column.name) -%}{%- endfor -%}
  {{- return(names) -}}
{% endmacro %}


{% macro holds_numbers(column) %}
  {%- set data_type = column.data_type | lower -%}
  {{- return(column.is_integer() or column.is_number() or 'int' in data_type or data_type.startswith(('decimal', 'numeric'))
             or data_type in ['double', 'real', 'float']) -}}
{% endmacro %}


{# Expression for the text an order line's key is made of, without outer blanks; NULL where the source has no column
   for it. #}
{% macro key_text(cells, columns) %}
  {%- set key = mapping_meta('int_monday__items_mapped').get('key_source') -%}
  {%- set names = columns | map(attribute='name') | list -%}
  {%- if not key or key.columns | reject('in', names) | list -%}
    {{- return('cast(null as ' ~ long_text() ~ ')') -}}
  {%- endif -%}
  {%- set parts = [] -%}
  {%- for name in key.columns -%}{%- do parts.append(as_text(cells ~ '.' ~ adapter.quote(name))) -%}{%- endfor -%}
  {{- return(trimmed_key(joined(parts, '|'))) -}}
{% endmacro %}


{# Expression for the key of an order line, in lower case: its record_uuid; where the source has no such column,
   order number, customer, style and colour with a running number among equal rows. NULL when there is none.
   `cells` has key_text beside the source's columns: an expression written twice is worked out twice. #}
{% macro order_key(cells, columns) %}
  {%- set key = mapping_meta('int_monday__items_mapped').get('key_source') -%}
  {%- if not key -%}{{ return(cells ~ '.record_uuid') }}{%- endif -%}
  {%- set names = columns | map(attribute='name') | list -%}
  {%- set parts = [] -%}
  {%- if key.columns | reject('in', names) | list -%}
    {%- for name in key.otherwise -%}
      {%- do parts.append("coalesce(trim(" ~ as_text(cells ~ '.' ~ adapter.quote(name)) ~ "), '')" if name in names else "''") -%}
    {%- endfor -%}
    {%- set same = 'lower(concat_ws(\'|\', ' ~ parts | join(', ') ~ '))' -%}
    {{- return(
      'cast(concat(' ~ same ~ ", '|', row_number() over (partition by " ~ same ~ ' order by '
      ~ cells ~ '.' ~ adapter.quote('TOTAL QTY') ~ ')) as nvarchar(200))'
    ) -}}
  {%- endif -%}
  {{- return('cast(lower(' ~ present(cells ~ '.key_text') ~ ') as nvarchar(200))') -}}
{% endmacro %}


{# Condition on a row of the order list with its order_type_texts: the order is cancelled, so its sizes count for
   nothing. #}
{% macro order_is_cancelled(cells) %}
  {%- for column in order_type() -%}
    {{- return("coalesce(upper(" ~ mapped_value(column, cells) ~ "), '') = 'CANCELLED'") -}}
  {%- endfor -%}
  {{- return('1 = 0') -}}
{% endmacro %}


{% macro order_type_texts(cells) %}{{ return(text_columns(order_type(), cells)) }}{% endmacro %}


{# The mapped column that says so, in a list; none in a mapping without it. #}
{% macro order_type() %}
  {{- return(mapping_columns('int_monday__items_mapped') | selectattr('name', 'equalto', 'ORDER TYPE') | list) -}}
{% endmacro %}


{# The size columns of a relation's rows. #}
{% macro size_cells(relation) %}
  {%- set cells = [] -%}
  {%- for size in size_columns() -%}{%- do cells.append(relation ~ '.' ~ adapter.quote(size)) -%}{%- endfor -%}
  {{- return(cells) -}}
{% endmacro %}


{# The size columns as literals, to compare column names with. #}
{% macro size_literals(separator=', ') %}
  {{- return(literals(size_columns()) | join(separator) or "''") -}}
{% endmacro %}
