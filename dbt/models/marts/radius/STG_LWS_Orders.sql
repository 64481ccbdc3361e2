{{ config(tags=['stage']) }}
{{ staged_rows('int_radius__orders_mapped', ref('int_radius__orders_judged')) }}
