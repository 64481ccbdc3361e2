{# The sum of many terms, in groups: engines look through a chain of additions once for each of its links. #}
{% macro sum_of(terms) %}
  {%- set groups = [] -%}
  {%- for group in terms | batch(13) -%}{%- do groups.append('(' ~ group | join(' + ') ~ ')') -%}{%- endfor -%}
  {{- return(groups | join('\n    + ') or '0') -}}
{% endmacro %}
