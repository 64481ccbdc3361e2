{# A text of the mapping as an SQL literal. Differs because dbt-sqlserver passes every statement through
   exec('…'), a string of the database's code page: other characters must be spelled by their number. #}
{% macro literal(text) %}{{ return(adapter.dispatch('literal', 'order_staging')(text | string)) }}{% endmacro %}

{% macro default__literal(text) %}{{ return(default__literals([text])[0]) }}{% endmacro %}

{% macro sqlserver__literal(text) %}
  {%- set parts, plain = [], [] -%}
  {%- for character in text -%}
    {%- if character.encode('ascii', 'ignore') -%}
      {%- do plain.append(character | replace("'", "''")) -%}
    {%- else -%}
      {%- if plain -%}{%- do parts.append("N'" ~ plain | join ~ "'") -%}{%- do plain.clear() -%}{%- endif -%}
      {%- set utf16 = character.encode('utf-16-be') -%}
      {%- for unit in range(0, utf16 | length, 2) -%}
        {%- do parts.append('nchar(' ~ (utf16[unit] * 256 + utf16[unit + 1]) ~ ')') -%}
      {%- endfor -%}
    {%- endif -%}
  {%- endfor -%}
  {%- if plain or not parts -%}{%- do parts.append("N'" ~ plain | join ~ "'") -%}{%- endif -%}
  {{- return(parts[0] if parts | length == 1 else '(' ~ parts | join(' + ') ~ ')') -}}
{% endmacro %}

{# Many of them, as a list: dispatching each would take longer than writing it. #}
{% macro literals(texts) %}{{ return(adapter.dispatch('literals', 'order_staging')(texts)) }}{% endmacro %}

{% macro default__literals(texts) %}
  {%- set said = [] -%}
  {%- for text in texts -%}{%- do said.append("'" ~ text | replace("'", "''") ~ "'") -%}{%- endfor -%}
  {{- return(said) -}}
{% endmacro %}

{% macro sqlserver__literals(texts) %}
  {%- set said = [] -%}
  {%- for text in texts -%}{%- do said.append(sqlserver__literal(text)) -%}{%- endfor -%}
  {{- return(said) -}}
{% endmacro %}


{# A cell as text. #}
{% macro as_text(value) %}{{ return('cast(' ~ value ~ ' as ' ~ long_text() ~ ')') }}{% endmacro %}


{# A text of which most are different, without outer blanks. Differs because DuckDB's trim reads every text as Unicode:
   what begins and ends with a visible character of ASCII is as it should be, and seen so in a third of the time. #}
{% macro trimmed_key(value) %}{{ return(adapter.dispatch('trimmed_key', 'order_staging')(value)) }}{% endmacro %}
{% macro default__trimmed_key(value) %}
  {{- return(
    'case when ' ~ value ~ "[1] between '!' and '~' and " ~ value ~ "[-1] between '!' and '~' then " ~ value
    ~ ' else trim(' ~ value ~ ') end'
  ) -}}
{% endmacro %}
{% macro sqlserver__trimmed_key(value) %}{{ return('trim(' ~ value ~ ')') }}{% endmacro %}


{# Number of characters, trailing blanks included. Differs because T-SQL's len() leaves them out. #}
{% macro length_of(value) %}{{ return(adapter.dispatch('length_of', 'order_staging')(value)) }}{% endmacro %}
{% macro default__length_of(value) %}{{ return('length(' ~ value ~ ')') }}{% endmacro %}
{% macro sqlserver__length_of(value) %}{{ return('(datalength(' ~ value ~ ') / 2)') }}{% endmacro %}


{# True when a text has more characters than allowed. Differs because DuckDB knows the bytes of a text
   without reading it, and no text has fewer bytes than characters. #}
{% macro longer_than(value, limit) %}
  {{- return(adapter.dispatch('longer_than', 'order_staging')(value, limit)) -}}
{% endmacro %}

{% macro default__longer_than(value, limit) %}
  {{- return('(strlen(' ~ value ~ ') > ' ~ limit ~ ' and length(' ~ value ~ ') > ' ~ limit ~ ')') -}}
{% endmacro %}

{% macro sqlserver__longer_than(value, limit) %}
  {{- return('(datalength(' ~ value ~ ') / 2 > ' ~ limit ~ ')') -}}
{% endmacro %}


{# The first characters of a text. #}
{% macro beginning(value, characters) %}{{ return('left(' ~ value ~ ', ' ~ characters ~ ')') }}{% endmacro %}


{# Control characters and no-break spaces as blanks. Differs because T-SQL knows no patterns. On DuckDB a pattern is
   looked for once per distinct text of a block, but replaced in every row, so it is only replaced where found. #}
{% macro without_control_characters(value) %}
  {{- return(adapter.dispatch('without_control_characters', 'order_staging')(value)) -}}
{% endmacro %}

{% macro default__without_control_characters(value) %}
  {%- set pattern = "'[\\x01-\\x1f\\x7f\\xa0]'" -%}
  {{- return(
    'case when regexp_extract(' ~ value ~ ', ' ~ pattern ~ ") <> '' then regexp_replace(" ~ value ~ ', ' ~ pattern
    ~ ", ' ', 'g') else " ~ value ~ ' end'
  ) -}}
{% endmacro %}

{% macro sqlserver__without_control_characters(value) %}
  {%- set codes = range(1, 32) | list + [127, 160] -%}
  {{- return(
    'translate(' ~ value ~ ', nchar(' ~ codes | join(') + nchar(') ~ "), N'" ~ ' ' * codes | length ~ "')"
  ) -}}
{% endmacro %}


{# Texts joined by a separator, leaving out the missing ones; NULL when all are missing. #}
{% macro joined(parts, separator) %}
  {%- if parts | length == 1 -%}{{ return(parts[0]) }}{%- endif -%}
  {{- return("nullif(concat_ws(" ~ literal(separator) ~ ', ' ~ parts | join(', ') ~ "), '')") -}}
{% endmacro %}


{# The values that stand for none, in lower case: always these four, and what the mapping adds. #}
{% macro missing_texts(missing=none) %}
  {%- set texts = ['', 'nan', 'none', 'null'] -%}
  {%- for text in missing or [] -%}{%- do texts.append(text | string | lower) -%}{%- endfor -%}
  {{- return(texts) -}}
{% endmacro %}


{# A trimmed text, NULL when it stands for no value. Differs because T-SQL knows no patterns; on DuckDB a long `in`
   would become a join, and the length of a text, which is known before its characters are, spares most rows the
   pattern. #}
{% macro present(trimmed, missing=none) %}
  {{- return(adapter.dispatch('present', 'order_staging')(trimmed, missing_texts(missing))) -}}
{% endmacro %}

{% macro default__present(trimmed, texts) %}
  {{- return(
    'case when strlen(' ~ trimmed ~ ') <= ' ~ texts | map('length') | max ~ ' and '
    ~ default__stands_for_none(trimmed, texts) ~ ' then null else ' ~ trimmed ~ ' end'
  ) -}}
{% endmacro %}

{% macro sqlserver__present(trimmed, texts) %}
  {%- set whens = [] -%}
  {%- for text in texts -%}{%- do whens.append('when ' ~ literal(text) ~ ' then null') -%}{%- endfor -%}
  {{- return('case lower(' ~ trimmed ~ ') ' ~ whens | join(' ') ~ ' else ' ~ trimmed ~ ' end') -}}
{% endmacro %}


{# Condition: a trimmed text stands for no value. Differs for the same reasons; DuckDB works regexp_extract out once
   per distinct text of a block, regexp_full_match in every row. #}
{% macro stands_for_none(trimmed, missing=none) %}
  {{- return(adapter.dispatch('stands_for_none', 'order_staging')(trimmed, missing_texts(missing))) -}}
{% endmacro %}

{% macro default__stands_for_none(trimmed, texts) %}
  {%- set escaped = [] -%}
  {%- for text in texts -%}{%- do escaped.append(modules.re.escape(text)) -%}{%- endfor -%}
  {{- return(
    'regexp_extract(' ~ trimmed ~ ', ' ~ literal('(?i)^(?:' ~ escaped | join('|') ~ ')$') ~ ') = ' ~ trimmed
  ) -}}
{% endmacro %}

{% macro sqlserver__stands_for_none(trimmed, texts) %}
  {%- set listed = [] -%}
  {%- for text in texts -%}{%- do listed.append(literal(text)) -%}{%- endfor -%}
  {{- return('lower(' ~ trimmed ~ ') in (' ~ listed | join(', ') ~ ')') -}}
{% endmacro %}
