{# The holds of the workflow: whom or what each waits for. #}
{% macro holds() %}
  {{- return({
    'ITEM_CREATE_WAIT': 'customer service: approve the printed film and the printed roll that were made',
    'BASE_ITEM_WAIT': 'customer service: approve the bag',
    'ITEM_WAIT_GATE_PT': 'customer service: approve the printed film',
    'ITEM_WAIT_GATE_SP': 'customer service: approve the printed roll',
    'JOB_P4_HOLD': 'plant 4: release the order, or give its bag an estimate',
    'PRINTED_FILM_BASE_MISMATCH': 'fulfilment: put the film of the bag into the estimate and reconfirm the plant-4 job',
    'SO_P2_STATUS_HOLD': 'plant 2: release the plant-2 order',
    'SHIPREQ_P2_WAIT_LINES': 'nothing: the lines of the plant-2 order show by the next run',
    'JOB_P2_SO_ON_HOLD': 'plant 2: release the plant-2 order, or give its roll an estimate',
    'SO4_QTY_CHANGED_WAIT_RECONFIRM': 'customer service: reconfirm the plant-4 job',
    'P2_SO_QTY_UPDATED_WAIT_RECONFIRM': 'fulfilment: reconfirm the plant-2 job',
    'P2_QTY_DECREASE_WAIT_SP_JOB_RECONFIRM': 'fulfilment: put the decrease into the estimate and reconfirm the plant-2 job',
    'P2_SO_QTY_UPDATED_MANUAL_COMPLETE_REQUIRED': 'customer service: settle the change by hand and complete the order',
  }) -}}
{% endmacro %}


{# SQL: whom or what a hold waits for; NULL without one. #}
{% macro what_a_hold_waits_for(code) %}
  {%- set whens = [] -%}
  {%- for name, text in holds().items() -%}
    {%- do whens.append('when ' ~ code ~ ' = ' ~ literal(name) ~ ' then ' ~ literal(text)) -%}
  {%- endfor -%}
  {{- return('case\n      ' ~ whens | join('\n      ') ~ '\n    end') -}}
{% endmacro %}


{# Condition: a hold in which plant 2 has to act before the order can go on. #}
{% macro waits_for_plant_2(code) %}{{ return('left(' ~ code ~ ", 3) = 'P2_'") }}{% endmacro %}
