{# Flag: the mapped row says that its order is cancelled. Reads the words of the board, in which the mapping has
   translated the order list's. #}
{% macro is_cancelled(row) %}
  {{- return('case when upper(' ~ row ~ '.' ~ adapter.quote('ORDER TYPE') ~ ") = 'CANCELLED' then 1 else 0 end") -}}
{% endmacro %}
