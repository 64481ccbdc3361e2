{# Body of a told_ model: the values the destination accepted, one row per live key, unpacked from the ledger.
   Only rows that are not in the table as they are now are unpacked; no clock decides which, because clocks go back.
   None is, where the ledger's told rows agree with the table in number, sum of revisions and last change: any
   acceptance raises a revision. What left the told state without a trace (deleted, archived, moved to another key)
   is dropped by drop_untold. #}
{% macro told_rows(pipeline, entity, mapping_model) %}
  {%- do drop_told_of_another_shape() -%}
  {%- set nothing_new = is_incremental() and told_as_before(pipeline, entity) %}
  {%- set carried = [
    'instance', 'business_key', 'parent_key', 'incarnation', 'state', 'revision', 'remote_id', 'updated_at'
  ] %}

with context as (
  {{- context_of(pipeline, entity) | indent(2) }}
),

told as (
  select
    delivery.instance,
    {{ plain('delivery.business_key') }} as business_key,
    {{ plain('delivery.parent_key') }} as parent_key,
    delivery.incarnation,
    delivery.state,
    delivery.revision,
    delivery.remote_id,
    delivery.updated_at,
    delivery.told
  from {{ source('ledger', 'delivery') }} as delivery
  inner join context on delivery.instance = context.instance and delivery.entity = context.entity
  where {{ is_told('delivery') }}
  {%- if nothing_new %}
    and 1 = 0
  {%- elif is_incremental() %}
    and not exists (
      select 1
      from {{ this }} as seen
      where seen.instance = delivery.instance
        and {{ same_key('seen.business_key', 'delivery.business_key') }}
        and seen.revision = delivery.revision
        and seen.updated_at = delivery.updated_at
    )
  {%- endif %}
),

unpacked as (
  {{- unpacked('told', 'told', carried, mapping_columns(mapping_model)) }}
),

final as (
  select
    {{ carried | join(',\n    ') }}
    {%- for column in mapping_columns(mapping_model) %},
    {{ adapter.quote(column.name) }}
    {%- endfor %}
  from unpacked
)

select * from final
{% endmacro %}


{# True when a told_ table, which is `this`, holds as many rows, of as many revisions and of the same last change as
   the ledger has told rows of its instance. #}
{% macro told_as_before(pipeline, entity) %}
  {%- if not execute -%}{{ return(false) }}{%- endif -%}
  {%- set counted %}
    with context as (
      {{- context_of(pipeline, entity) }}
    ),

    ledger as (
      select
        count(*) as told_rows,
        sum(delivery.revision) as revisions,
        max(delivery.updated_at) as last_change
      from {{ source('ledger', 'delivery') }} as delivery
      inner join context on delivery.instance = context.instance and delivery.entity = context.entity
      where {{ is_told('delivery') }}
    ),

    seen as (
      select
        count(*) as told_rows,
        sum(told.revision) as revisions,
        max(told.updated_at) as last_change
      from {{ this }} as told
      inner join context on told.instance = context.instance
    )

    select count(*) as agreeing
    from ledger
    inner join seen
      on ledger.told_rows = seen.told_rows
      and ledger.revisions = seen.revisions
      and ledger.last_change = seen.last_change
  {%- endset -%}
  {{- return(run_query(counted).rows[0][0] == 1) -}}
{% endmacro %}


{# After a told_ table was brought up to date, drops the rows that are no longer told to this instance. Every told
   row of the ledger is in the table by then, so equal counts mean equal keys and nothing has to be compared. #}
{% macro drop_untold(pipeline, entity) %}
  {%- if execute -%}
    {%- set counted -%}
      with context as (
        {{- context_of(pipeline, entity) }}
      )

      select
        (select count(*) from {{ this }}) as kept,
        (
          select count(*)
          from {{ source('ledger', 'delivery') }} as delivery
          inner join context on delivery.instance = context.instance and delivery.entity = context.entity
          where {{ is_told('delivery') }}
        ) as told
    {%- endset -%}
    {%- set counts = run_query(counted).rows[0] -%}
    {%- if counts[0] != counts[1] %}
      delete from {{ this }}
      where {{ exact('business_key') }} not in (
        select delivery.business_key
        from {{ source('ledger', 'delivery') }} as delivery
        inner join {{ source('ledger', 'staging_context') }} as context
          on delivery.instance = context.instance and delivery.entity = context.entity
        where context.system = {{ literal(pipeline) }}
          and context.entity = {{ literal(entity) }}
          and {{ is_told('delivery') }}
      )
      or instance not in (
        select instance from {{ source('ledger', 'staging_context') }} where system = {{ literal(pipeline) }} and entity = {{ literal(entity) }}
      )
    {%- endif -%}
  {%- endif -%}
{% endmacro %}
