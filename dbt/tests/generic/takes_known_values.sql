{# Every column of `known` holds one of its values and is never empty. Returns column and value of what is not so. #}
{% test takes_known_values(model, known) %}

{% for name, values in known.items() %}
select
  {{ literal(name) }} as column_name,
  {{ name }} as value,
  count(*) as stands
from {{ model }}
where
  {{ name }} is null
  or {{ name }} not in ({% for value in values %}{{ literal(value) }}{{ ', ' if not loop.last }}{% endfor %})
group by {{ name }}
{{ 'union all' if not loop.last }}
{% endfor %}

{% endtest %}
