{%- set lines -%}
(select * from {{ ref('int_counterpoint__lines_resolved') }} as resolved where resolved.problem is null)
{%- endset -%}

{{ mapped_rows(
  'int_counterpoint__order_lines_mapped', lines,
  {'business_key': 'nvarchar(200)', 'parent_key': 'nvarchar(200)'},
) }}
