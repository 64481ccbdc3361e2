{# SQL that makes a mapped column's value of a source row: the transforms of the mapping's vocabulary. The value
   has its type but not yet its length. `cells` is the alias of the source row with its text_columns beside it; `whole`
   names source columns that are integers already. Lookups need lookup_joins in the from clause. #}
{% macro mapped_value(column, cells, whole=[]) %}
  {%- set meta = column.meta -%}
  {%- set transform = meta.transform -%}
  {%- if transform == 'constant' -%}{{ return(constant_value(column)) }}{%- endif -%}
  {%- if transform == 'concat' -%}{{ return(concat_value(meta, cells)) }}{%- endif -%}
  {%- if transform == 'misfits' -%}{{ return('cast(null as ' ~ long_text() ~ ')') }}{%- endif -%}
  {%- set cell = cells ~ '.' ~ adapter.quote(meta.source) -%}
  {%- if transform == 'number' -%}
    {{- return(parsed_number(cell, column.data_type, meta.get('replace'))) -}}
  {%- endif -%}
  {%- if transform == 'integer' -%}
    {{- return(parsed_integer(cell, column.data_type, meta.get('replace'), meta.source in whole)) -}}
  {%- endif -%}
  {%- if transform == 'date' -%}{{ return(date_value(cell, meta.get('missing'))) }}{%- endif -%}
  {%- if transform == 'map' -%}{{ return(map_value(cells, meta)) }}{%- endif -%}
  {%- if transform == 'lookup' -%}{{ return(lookup_value(cells, meta)) }}{%- endif -%}
  {{- return(text_value(cells, meta.source, transform, meta.get('missing'))) -}}
{% endmacro %}


{# Select list of the texts that mapped values are made of, each cell once for all that read it, without outer blanks
   and where a mapping says so without control characters. They stand below the values because an expression that
   names a text several times is bound, and by some engines worked out, as often. #}
{% macro text_columns(columns, cells) %}
  {%- set listed = [] -%}
  {%- for column in columns -%}
    {%- for source, transform in texts_read_by(column) if text_name(source, transform) not in listed -%}
      {%- do listed.append(text_name(source, transform)) -%}
      {%- set text = as_text(cells ~ '.' ~ adapter.quote(source)) -%}
      {%- if transform == 'clean_text' -%}{%- set text = without_control_characters(text) -%}{%- endif %},
    trim({{ text }}) as {{ text_name(source, transform) }}
    {%- endfor -%}
  {%- endfor -%}
{% endmacro %}


{# The source columns one mapped column reads as texts, each with the transform it is read by. #}
{% macro texts_read_by(column) %}
  {%- set meta, found = column.meta, [] -%}
  {%- if meta.transform == 'concat' -%}
    {%- for part in meta.parts -%}
      {%- for source in part.get('first_of') or [part.get('source')] if source -%}
        {%- do found.append([source, part.get('transform', 'trim')]) -%}
      {%- endfor -%}
    {%- endfor -%}
  {%- elif meta.transform in ['map', 'lookup'] -%}
    {%- do found.append([meta.source, 'trim']) -%}
  {%- elif meta.transform not in ['number', 'integer', 'date', 'constant', 'misfits'] -%}
    {%- do found.append([meta.source, meta.transform]) -%}
  {%- endif -%}
  {{- return(found) -}}
{% endmacro %}


{# Name of the column in which text_columns leaves a text. #}
{% macro text_name(source, transform) %}
  {{- return(adapter.quote(source ~ (', cleaned' if transform == 'clean_text' else ', trimmed'))) -}}
{% endmacro %}


{# trim, clean_text and upper: a text without outer blanks, NULL when it stands for no value. #}
{% macro text_value(cells, source, transform, missing=none) %}
  {%- set value = present(cells ~ '.' ~ text_name(source, transform), missing) -%}
  {%- if transform == 'upper' -%}{{ return('upper(' ~ value ~ ')') }}{%- endif -%}
  {%- if transform not in ['trim', 'clean_text'] and execute -%}
    {%- do exceptions.raise_compiler_error(
      "A mapping says transform: " ~ transform ~ ". Known are trim, clean_text, upper, integer, number, date, "
      ~ "map, lookup, concat, constant and misfits."
    ) -%}
  {%- endif -%}
  {{- return(value) -}}
{% endmacro %}


{% macro constant_value(column) %}
  {%- set value = column.meta.value -%}
  {{- return('cast(' ~ (literal(value) if column.kind == 'text' else value) ~ ' as ' ~ column.data_type ~ ')') -}}
{% endmacro %}


{# Parts written one after the other; missing parts are left out. A part is a source column, the first of
   several that has a value, or a fixed text. #}
{% macro concat_value(meta, cells) %}
  {%- set parts = [] -%}
  {%- for part in meta.parts -%}
    {%- if part.get('first_of') -%}
      {%- set choices = [] -%}
      {%- for source in part.first_of -%}
        {%- do choices.append(text_value(cells, source, part.get('transform', 'trim'), part.get('missing'))) -%}
      {%- endfor -%}
      {%- if part.get('otherwise') -%}{%- do choices.append(literal(part.otherwise)) -%}{%- endif -%}
      {%- do parts.append('coalesce(' ~ choices | join(', ') ~ ')' if choices | length > 1 else choices[0]) -%}
    {%- elif part.get('source') -%}
      {%- do parts.append(text_value(cells, part.source, part.get('transform', 'trim'), part.get('missing'))) -%}
    {%- else -%}
      {%- do parts.append(literal(part.value)) -%}
    {%- endif -%}
  {%- endfor -%}
  {{- return(joined(parts, meta.get('separator', ''))) -}}
{% endmacro %}


{# Dates among the missing values are compared as dates: the cell may be one already. #}
{% macro date_value(cell, missing=none) %}
  {%- set value = namespace(sql=parsed_date(cell)) -%}
  {%- for text in missing or [] -%}
    {%- if modules.re.fullmatch('[0-9]{4}-[0-9]{2}-[0-9]{2}', text | string) -%}
      {%- set value.sql = 'nullif(' ~ value.sql ~ ', ' ~ date_literal(text) ~ ')' -%}
    {%- endif -%}
  {%- endfor -%}
  {{- return(value.sql) -}}
{% endmacro %}


{% macro map_value(cells, meta) %}
  {%- set value = text_value(cells, meta.source, 'trim', meta.get('missing')) -%}
  {%- set whens = [] -%}
  {%- for old, new in meta['values'].items() -%}
    {%- do whens.append('when ' ~ literal(old | upper) ~ ' then ' ~ literal(new)) -%}
  {%- endfor -%}
  {%- set otherwise = value if meta.get('otherwise', 'keep') == 'keep' else 'null' -%}
  {{- return('case upper(' ~ value ~ ') ' ~ whens | join(' ') ~ ' else ' ~ otherwise ~ ' end') -}}
{% endmacro %}


{% macro lookup_value(cells, meta) %}
  {%- set found = lookup_alias(meta.lookup) ~ '.' ~ adapter.quote(meta.lookup.value) -%}
  {%- if meta.lookup.get('otherwise', 'keep') == 'keep' -%}
    {{- return('coalesce(' ~ found ~ ', ' ~ text_value(cells, meta.source, 'trim', meta.get('missing')) ~ ')') -}}
  {%- endif -%}
  {{- return(found) -}}
{% endmacro %}


{# Name under which a lookup's seed is joined: a seed that is looked up by several columns is joined once for each. #}
{% macro lookup_alias(lookup) %}{{ return(lookup.get('as', lookup.seed)) }}{% endmacro %}


{# The joins that lookups need, one per seed: trimmed (`cells` has text_columns), whatever the case, and never
   containment. A model that uses a lookup names the seed by `-- depends_on`, because a ref inside this loop is not
   seen while parsing. #}
{% macro lookup_joins(columns, cells) %}
  {%- set joins, seeds = [], [] -%}
  {%- for column in columns if column.meta.transform == 'lookup' and lookup_alias(column.meta.lookup) not in seeds -%}
    {%- set lookup = column.meta.lookup -%}
    {%- set alias = lookup_alias(lookup) -%}
    {%- do seeds.append(alias) -%}
    {%- do joins.append(
      'left join ' ~ ref(lookup.seed) ~ ' as ' ~ alias ~ '\n    on '
      ~ same_key(
        'upper(trim(' ~ alias ~ '.' ~ adapter.quote(lookup.match) ~ '))',
        'upper(' ~ cells ~ '.' ~ text_name(column.meta.source, 'trim') ~ ')'
      )
    ) -%}
  {%- endfor -%}
  {{- return(joins | join('\n  ')) -}}
{% endmacro %}
