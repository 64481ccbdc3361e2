{{ config(tags=['settle']) }}
{{ mirror_rows('monday', 'items', 'int_monday__items_mapped') }}
