{# What people call the steps of a chain, by the kind of object that a step makes. #}
{% macro steps() %}
  {{- return({
    'so2_references': 'CUSTREF',
    'items': 'ITEM_GATE_PRE_JOB',
    'item_prices': 'ITEM_PRICES',
    'jobs_p4': 'JOB_P4',
    'so4_lines': 'SO4_LINES',
    'po_lines': 'PO_P4',
    'so2_lines': 'SO_P2',
    'ship_request_lines': 'SHIPREQ_P2',
    'jobs_p2': 'JOB_P2',
  }) -}}
{% endmacro %}


{# SQL: the name of a step as people know it; a code that is none stands for itself. #}
{% macro step_of(code) %}
  {%- set whens = [] -%}
  {%- for name, step in steps().items() -%}
    {%- do whens.append('when ' ~ literal(name) ~ ' then ' ~ literal(step)) -%}
  {%- endfor -%}
  {{- return('case ' ~ code ~ '\n      ' ~ whens | join('\n      ') ~ '\n      else ' ~ code ~ '\n    end') -}}
{% endmacro %}


{# SQL: where an order stands, in the words of the workflow's documentation. What an operator asked for is NEW until a
   run has taken it up. #}
{% macro order_status(state, error_code) %}
  {{- return(
    'case ' ~ state ~ "\n      when 'HELD' then 'HOLD'\n      when 'DELIVERED' then 'COMPLETE'\n      when 'FORGOTTEN' then 'REMOVED'"
    ~ "\n      when 'RETRY' then case when coalesce(" ~ error_code ~ ", 'ELIGIBLE') = 'ELIGIBLE' then 'NEW' else 'FAILED' end\n      else 'FAILED'\n    end"
  ) -}}
{% endmacro %}


{# SQL: what a run made of an order, from the outcome of its walk. #}
{% macro walk_status(outcome) %}
  {{- return('case ' ~ outcome ~ " when 'DELIVERED' then 'COMPLETE' when 'HELD' then 'HOLD' else 'FAILED' end") -}}
{% endmacro %}
