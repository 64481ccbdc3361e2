{{ config(tags=['settle']) }}
{{ mirror_rows('order_processing', 'documents', 'int_counterpoint__documents_mapped') }}
