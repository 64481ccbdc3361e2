{# Drops the views that read a relation of this project, and those that read them. On SQL Server a view goes by the
   names in its text; Babelfish ties it to the very table, so that the table can be neither replaced nor dropped.
   The views come back when dbt builds them: everything here is built after what it reads. #}
{% macro drop_reading_views(identifier) %}
  {%- if execute and graph.nodes is defined -%}
    {%- set name = identifier | lower -%}
    {%- for suffix in ['__dbt_backup', '__dbt_tmp', '__dbt_temp'] -%}
      {%- if name.endswith(suffix) -%}{%- set name = name[: -(suffix | length)] -%}{%- endif -%}
    {%- endfor -%}
    {%- set found = namespace(ids=[], added=true) -%}
    {%- for node in (graph.nodes.values() | list) + (graph.sources.values() | list) -%}
      {%- if (node.get('alias') or node.get('identifier') or '') | lower == name -%}{%- do found.ids.append(node.unique_id) -%}{%- endif -%}
    {%- endfor -%}
    {%- set start = found.ids | list -%}
    {%- for _ in range(40) if found.added -%}
      {%- set found.added = false -%}
      {%- for node in graph.nodes.values() if node.resource_type in ['model', 'snapshot'] and node.unique_id not in found.ids -%}
        {%- if node.depends_on.nodes | select('in', found.ids) | list -%}
          {%- do found.ids.append(node.unique_id) -%}
          {%- set found.added = true -%}
        {%- endif -%}
      {%- endfor -%}
    {%- endfor -%}
    {%- set views = [] -%}
    {%- if name.endswith('_snapshot_staging_temp_view') -%}{# which only the views of its own snapshot read #}
      {%- set snapshot = name[: -('_snapshot_staging_temp_view' | length)] -%}
      {%- do views.extend([snapshot ~ '__dbt_tmp__dbt_tmp_vw', snapshot ~ '__dbt_temp__dbt_tmp_vw']) -%}
    {%- endif -%}
    {%- set left = namespace(ids=found.ids | reject('in', start) | list) -%}
    {%- for _ in range(60) if left.ids -%}{# first those that nobody reads, then those that nobody else reads #}
      {%- set read = [] -%}
      {%- for id in left.ids -%}{%- do read.extend(graph.nodes[id].depends_on.nodes) -%}{%- endfor -%}
      {%- for id in left.ids if id not in read -%}
        {%- set node = graph.nodes[id] -%}
        {%- if node.config.materialized == 'view' -%}
          {%- do views.append(node.alias) -%}
        {%- else -%}{# what a build that failed left behind #}
          {%- do views.extend([
            node.alias ~ '__dbt_tmp__dbt_tmp_vw', node.alias ~ '__dbt_temp__dbt_tmp_vw',
            node.alias ~ '_snapshot_staging_temp_view',
          ]) -%}
        {%- endif -%}
      {%- endfor -%}
      {%- set left.ids = left.ids | select('in', read) | list -%}
    {%- endfor -%}
    {%- if views -%}
      {%- call statement('drop_reading_views', auto_begin=False) -%}
        {%- for view in views %}
        drop view if exists {{ adapter.quote(target.schema) }}.{{ adapter.quote(view) }};
        {%- endfor -%}
      {%- endcall -%}
    {%- endif -%}
  {%- endif -%}
{% endmacro %}
