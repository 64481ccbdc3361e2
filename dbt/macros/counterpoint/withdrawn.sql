{# Condition: by the shop's word the order is not wanted, or not yet. Other statuses, which plugins may add, are. #}
{% macro is_withdrawn(status) %}
  {{- return(
    '(lower(' ~ status ~ ") in ('cancelled', 'refunded', 'failed', 'trash', 'pending', 'on-hold', 'checkout-draft'))"
  ) -}}
{% endmacro %}


{# When another status of an order is an edit, by column: once it is `applied` only that it is not wanted any more.
   Completed is what the shop is told to make of it; nothing in its document follows from that. #}
{% macro status_counts_when(relation, applied) %}
  {{- return({'ORD_STATUS': applied ~ ' = 0 or ' ~ is_withdrawn(relation ~ '.' ~ adapter.quote('ORD_STATUS'))}) -}}
{% endmacro %}
