{# How a system's people call where rows come from, what identifies them, and who takes them. #}
{% macro words_of(system) %}
  {{- return({
    'monday': {'source': 'the order list', 'key': 'record_uuid', 'taker': 'the board'},
    'counterpoint': {'source': 'the shop', 'key': 'order id', 'taker': 'Counterpoint'},
    'radius': {'source': 'Radius', 'key': 'order number', 'taker': 'Radius'},
  }[system]) -}}
{% endmacro %}


{# What each rule that dbt finds broken asks of people. One table for all entities: error class, what is wrong (to
   be read after the row's name), and what clears it. #}
{% macro refusal_rules(system) %}
  {%- set words = words_of(system) -%}
  {{- return({
    'no_key': ['fix the row', 'the key is empty', 'give the row a ' ~ words.key ~ ' in ' ~ words.source],
    'duplicate_key': [
      'fix the row', 'the key is on more than one row of ' ~ words.source,
      'give every row its own ' ~ words.key ~ ' in ' ~ words.source
    ],
    'landing': [
      'fix the row', 'could not be read when the file was landed', 'correct the cell and land the file again'
    ],
    'required': ['fix the row', 'is empty but required', 'fill the cell in ' ~ words.source],
    'max_length': ['fix the row', 'is longer than ' ~ words.taker ~ ' takes', 'shorten the text in ' ~ words.source],
    'number': ['fix the row', 'is no number', 'write a number, or leave the cell empty'],
    'integer': ['fix the row', 'is no whole number', 'write a whole number, or leave the cell empty'],
    'date': ['fix the row', 'is no date', 'write a date as YYYY-MM-DD, or leave the cell empty'],
    'minimum': ['fix the row', 'is smaller than allowed', 'correct the number in ' ~ words.source],
    'maximum': ['fix the row', 'is larger than allowed', 'correct the number in ' ~ words.source],
    'map': ['fix the mapping', 'is a value the mapping does not know', 'add the value to the mapping'],
    'changed_after_document': [
      'business hold', 'changed in the shop after its document was made',
      'change the document in Counterpoint by hand; the entry goes when the shop says again what the document says'
    ],
    'lookup': ['fix the mapping', 'is a name the lookup list does not know', 'add the name to the lookup list'],
  }) -}}
{% endmacro %}


{# `case` over a column of rule names: part 0 is the class, 1 what is wrong, 2 what clears it. #}
{% macro of_rule(system, rule, part) %}
  {%- set whens = [] -%}
  {%- for name, texts in refusal_rules(system).items() -%}
    {%- do whens.append('when ' ~ literal(name) ~ ' then ' ~ literal(texts[part])) -%}
  {%- endfor -%}
  {%- set otherwise = ['unknown', 'breaks a rule', 'ask the people who keep the mapping'][part] -%}
  {{- return('case ' ~ rule ~ '\n      ' ~ whens | join('\n      ') ~ '\n      else ' ~ literal(otherwise) ~ '\n    end') -}}
{% endmacro %}


{# One sentence for operators: which row, which column, which value, what is wrong, what to do. #}
{% macro refusal_sentence(subject, row) -%}
  concat(
      {{ literal(subject ~ ' ') }}, {{ row }}.named, ': ',
      case
        when {{ row }}.rule_name in ('no_key', 'duplicate_key', 'changed_after_document') then ''
        when {{ row }}.value is null then concat({{ row }}.column_name, ' ')
        else concat({{ row }}.column_name, ' ''', left({{ row }}.value, 80), ''' ')
      end,
      {{ row }}.what_is_wrong, '. Next: ', {{ row }}.what_clears_it, '.'
    )
{%- endmacro %}
