{# Select list of the columns a run can be limited to, under their own names: what the mapping lists as filters. #}
{% macro filter_columns(mapping_model, row) %}
  {%- for name, column in mapping_meta(mapping_model).get('filters', {}).items() %},
    cast({{ row }}.{{ adapter.quote(column) }} as {{ filter_type(mapping_model, column) }}) as {{ name }}
  {%- endfor -%}
{% endmacro %}


{% macro filter_type(mapping_model, name) %}
  {{- return(mapping_node(mapping_model).columns[name].data_type) -}}
{% endmacro %}
