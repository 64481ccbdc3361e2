-- Without its context row every order would be staged as new.
select *
from {{ ref('int_radius__guard') }}
where contexts <> entities or instances <> 1
