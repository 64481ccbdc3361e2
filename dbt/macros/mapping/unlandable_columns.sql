{# Literals of the source columns in which a cell that could not be landed makes the whole row unfit: those the
   mapping reads, unless it takes an unreadable cell as none. #}
{% macro unlandable_columns(mapping_model) %}
  {%- set lenient = [] -%}
  {%- for column in mapping_columns(mapping_model) if column.meta.get('on_invalid') in [none, 'null'] and 'on_invalid' in column.meta -%}
    {%- do lenient.append(column.meta.source) -%}
  {%- endfor -%}
  {{- return(literals(mapped_source_columns(mapping_model) | reject('in', lenient)) | join(', ') or "''") -}}
{% endmacro %}
