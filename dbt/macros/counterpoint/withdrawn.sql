{# Condition: by the shop's word the order is not wanted, or not yet. Other statuses, which plugins may add, are. #}
{% macro is_withdrawn(status) %}
  {{- return(
    '(lower(' ~ status ~ ") in ('cancelled', 'refunded', 'failed', 'trash', 'pending', 'on-hold', 'checkout-draft'))"
  ) -}}
{% endmacro %}
