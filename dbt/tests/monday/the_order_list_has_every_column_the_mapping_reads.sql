{{ config(severity='warn') }}
-- A column the order list lost is staged as empty everywhere; whoever renamed it should hear of it.
-- depends_on: {{ ref('stg_monday__orders') }}
{%- set names = orders_columns() | map(attribute='name') | list %}

select cast(null as {{ long_text() }}) as missing_column
where 1 = 0
{%- for name in mapped_source_columns('int_monday__items_mapped') if name not in names %}
union all
select {{ literal(name) }}
{%- endfor %}
