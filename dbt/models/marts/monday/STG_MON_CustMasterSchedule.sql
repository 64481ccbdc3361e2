{{ config(tags=['stage']) }}
{{ staged_rows('int_monday__items_mapped', ref('int_monday__items_judged')) }}
