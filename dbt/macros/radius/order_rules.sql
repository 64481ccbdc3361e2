{# Condition: an order line of plant 4 is for bags, not for artwork or plates. #}
{% macro is_a_bag(line) %}
  {{- return('(' ~ line ~ '.SOItemTypeCode is null or ' ~ line ~ ".SOItemTypeCode <> 'P4ART')") -}}
{% endmacro %}


{# Condition: film that a job still waits for; nothing is bought or being made for it yet. #}
{% macro is_open_requirement(row) %}
  {{- return(
    '(' ~ row ~ '.ReqStatus in (10, 11, 20, 21) and coalesce(' ~ row ~ '.POResQty, 0) < 1 and coalesce(' ~ row
    ~ '.InProdResQty, 0) < 1 and ' ~ row ~ '.RequiredQty > 0)'
  ) -}}
{% endmacro %}


{# Condition: an item is printed film, which plant 2 makes; other film is bought elsewhere. #}
{% macro is_printed_film(item) %}{{ return('upper(' ~ item ~ ") like '16P4-%'") }}{% endmacro %}


{# An item code in capitals, without the marks of printed film and printed roll, each taken off once in this order. #}
{% macro core_item(item) %}
  {%- set bare = "case when upper(" ~ item ~ ") like '16P4-%' then substring(upper(" ~ item ~ "), 6, 50) else upper(" ~ item ~ ') end' -%}
  {{- return("case when " ~ bare ~ " like '1600-%' then substring(" ~ bare ~ ', 6, 50) else ' ~ bare ~ ' end') -}}
{% endmacro %}


{# What is said of an item of a joined relation: its status, (blank), or - when there is none. #}
{% macro status_of_item(item) %}
  {{- return(
    "case when " ~ item ~ ".item_key is null then '-' else coalesce(" ~ item ~ ".ItemStatusCode, '(blank)') end"
  ) -}}
{% endmacro %}
