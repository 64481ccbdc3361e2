{# The mapped columns of a mapping, in its order: what a destination is told. Each has name, data_type, kind (text,
   integer, number or date: how values compare and print) and the mapping's meta. Empty while parsing, and in dbt
   unit tests unless they override this macro. Written without helpers, because every model comes here. #}
{% macro mapping_columns(model_name) %}
  {%- set columns = [] -%}
  {%- for column in mapping_node(model_name).get('columns', {}).values() -%}
    {%- set meta = column.get('config', {}).get('meta') or column.get('meta') or {} -%}
    {%- if 'transform' in meta -%}
      {%- set data_type = column.data_type | lower -%}
      {%- do columns.append({
        'name': column.name,
        'data_type': column.data_type,
        'kind': 'number' if data_type.startswith(('decimal', 'numeric'))
          else 'integer' if data_type.endswith('int')
          else 'date' if data_type == 'date' else 'text',
        'meta': meta,
      }) -%}
    {%- endif -%}
  {%- endfor -%}
  {{- return(columns) -}}
{% endmacro %}


{# Those of them whose difference is a reason to tell the row again. #}
{% macro compared_columns(model_name) %}
  {%- set columns = [] -%}
  {%- for column in mapping_columns(model_name) -%}
    {%- if column.meta.get('compare', true) -%}{%- do columns.append(column) -%}{%- endif -%}
  {%- endfor -%}
  {{- return(columns) -}}
{% endmacro %}


{# What a mapping says about its entity as a whole. #}
{% macro mapping_meta(model_name) %}
  {{- return(mapping_node(model_name).get('config', {}).get('meta', {})) -}}
{% endmacro %}


{% macro mapping_node(model_name) %}
  {%- if execute and graph -%}
    {{- return(graph.nodes.get('model.order_staging.' ~ model_name) or {}) -}}
  {%- endif -%}
  {{- return({}) -}}
{% endmacro %}


{# The source columns a mapping reads, each once, in the order of their first use. #}
{% macro mapped_source_columns(model_name) %}
  {%- set found = [] -%}
  {%- for column in mapping_columns(model_name) -%}
    {%- for name in sources_of(column) if name not in found -%}{%- do found.append(name) -%}{%- endfor -%}
  {%- endfor -%}
  {{- return(found) -}}
{% endmacro %}


{# The source columns one mapped column reads. #}
{% macro sources_of(column) %}
  {%- set found = [] -%}
  {%- for cell in [column.meta] + (column.meta.get('parts') or []) -%}
    {%- do found.extend(([cell.source] if cell.get('source') else []) + (cell.get('first_of') or [])) -%}
  {%- endfor -%}
  {{- return(found) -}}
{% endmacro %}
