"""Every way in which an order is special, in the order in which a block of orders brings them."""

from sandbox.woocommerce.scenes_goods import GOODS
from sandbox.woocommerce.scenes_money import MONEY
from sandbox.woocommerce.scenes_people import PEOPLE
from sandbox.woocommerce.scenes_text import TEXT
from sandbox.woocommerce.scenes_time import TIME
from sandbox.woocommerce.stage import Scene

SCENES: tuple[Scene, ...] = (*PEOPLE, *GOODS, *MONEY, *TEXT, *TIME)
