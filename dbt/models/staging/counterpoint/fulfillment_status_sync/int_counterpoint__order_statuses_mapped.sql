{{ config(materialized=kept_as_view()) }}
{{ mapped_rows('int_counterpoint__order_statuses_mapped', ref('int_counterpoint__shipments')) }}
