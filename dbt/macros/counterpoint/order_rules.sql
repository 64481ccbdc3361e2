{# The rules of validation in their order; the first that an order breaks decides its class. Each has the phrase that
   operators know, the error class, and what clears it. #}
{% macro order_rules() %}
  {{- return({
    'withdrawn': [
      'Order withdrawn', 'business hold', 'nothing while the shop does not want the order; skip it to have it out of the list'
    ],
    'customer': [
      'Customer not found', 'fix elsewhere', 'create the customer in Counterpoint, or write its CUST_NO into the staging row'
    ],
    'lines': ['Line items missing', 'fix the row', 'repair LINE_ITEMS_JSON of the staging row, or the order in the shop'],
    'item': ['Item not found', 'fix elsewhere', 'create the item in Counterpoint, or correct the SKU'],
    'item_inactive': ['Item not found', 'fix elsewhere', 'activate the item in Counterpoint, or correct the SKU'],
    'unit': [
      'Item not found', 'fix elsewhere', 'give the item that unit in Counterpoint, or correct the suffix of the SKU'
    ],
    'quantity': ['Invalid quantity', 'fix the row', 'correct the quantity of the line'],
    'totals': ['Invalid totals', 'fix the row', 'correct the amounts so that they add up'],
    'tax': [
      'Tax not found', 'fix the mapping', 'add the label to mappings/counterpoint/counterpoint_taxes.csv'
    ],
    'date': ['Invalid date', 'fix the row', 'correct ORD_DAT of the staging row'],
    'too_long': [
      'Text too long', 'fix the row', 'write a shorter text into the column of the staging row, or into the order in the shop'
    ],
    'pay_code': [
      'Payment method unknown', 'fix the mapping', 'add the way of payment to mappings/counterpoint/counterpoint_pay_codes.csv'
    ],
    'mapping': ['Invalid value', 'fix the row', 'correct the value in the staging row'],
    'applied': [
      'Order already processed', 'fix elsewhere', 'run order-staging adopt, so that its document is known here'
    ],
  }) -}}
{% endmacro %}


{# Select list of an order problem: what `rule` says, in the words of operators. `detail` is SQL, read after the
   phrase and a colon. #}
{% macro order_problem(rule, business_key, line, column, value, detail) %}
  {%- set rules = order_rules() -%}
  {{ business_key }} as business_key,
    {{ rules.keys() | list | length and (rules.keys() | list).index(rule) }} as place,
    {{ line }} as line_no,
    {{ literal(rule) }} as rule_name,
    cast({{ literal(rules[rule][0]) }} as nvarchar(100)) as phrase,
    cast({{ literal(rules[rule][1]) }} as nvarchar(100)) as error_class,
    cast({{ literal(rules[rule][2]) }} as nvarchar(400)) as what_clears_it,
    cast({{ column }} as nvarchar(200)) as column_name,
    cast({{ value }} as {{ long_text() }}) as value,
    cast({{ detail }} as {{ long_text() }}) as detail
{%- endmacro %}


{# A text within quotes, or (empty). #}
{% macro shown(value) %}
  {{- return("case when " ~ value ~ " is null or " ~ value ~ " = '' then '(empty)' else left(" ~ value ~ ", 80) end") -}}
{% endmacro %}


{# Condition: two amounts differ by more than a cent; false when one is unknown. #}
{% macro off_by_more_than_a_cent(left_amount, right_amount) %}
  {{- return('abs((' ~ left_amount ~ ') - (' ~ right_amount ~ ')) > 0.01') -}}
{% endmacro %}


{# Condition: an amount is no number of whole cents. #}
{% macro finer_than_a_cent(amount) %}
  {{- return(amount ~ ' <> round(' ~ amount ~ ', 2)') -}}
{% endmacro %}
