{# Select list of the columns a run can be limited to, under their own names: what the mapping lists as filters. #}
{% macro filter_columns(meta, row) %}
  {%- for name, column in meta.get('filters', {}).items() %},
    cast({{ row }}.{{ adapter.quote(column) }} as {{ filter_type(column) }}) as {{ name }}
  {%- endfor -%}
{% endmacro %}


{% macro filter_type(name) %}
  {{- return(mapping_node('int_monday__items_mapped').columns[name].data_type) -}}
{% endmacro %}
