-- Without one context row per entity, both of one instance, every order would be staged as new and doubled.
select *
from {{ ref('int_monday__staging_guard') }}
where contexts <> 2 or instances <> 1
