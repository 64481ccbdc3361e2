{# What a delivery may take: the key names each row, and every column of `known` holds one of its values and is never
   empty. Returns column and value of what is not so. #}
{% test deliverable(model, key, known) %}

select
  {{ literal(key) }} as column_name,
  {{ plain('cast(' ~ key ~ ' as ' ~ long_text() ~ ')') }} as value,
  count(*) as stands
from {{ model }}
group by {{ key }}
having count(*) > 1 or {{ key }} is null

{% for name, values in known.items() %}
union all
select
  {{ literal(name) }} as column_name,
  {{ plain('cast(' ~ name ~ ' as ' ~ long_text() ~ ')') }} as value,
  count(*) as stands
from {{ model }}
where
  {{ name }} is null
  or {{ name }} not in ({% for value in values %}{{ literal(value) }}{{ ', ' if not loop.last }}{% endfor %})
group by {{ name }}
{% endfor %}

{% endtest %}
