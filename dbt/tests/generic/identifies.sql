{# The column names each row: it is never empty, and no value stands twice. Returns the values that are not so. #}
{% test identifies(model, column_name) %}

select
  {{ column_name }} as value,
  count(*) as stands
from {{ model }}
group by {{ column_name }}
having count(*) > 1 or {{ column_name }} is null

{% endtest %}
