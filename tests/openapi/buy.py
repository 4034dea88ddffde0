"""Buys one piece of $SKU in the shop at $SHOP with the client that was generated as the package `shop`."""

import os
import time
import urllib.parse
import urllib.request

from shop import AuthenticatedClient, Client
from shop.api.customer import log_in
from shop.api.order import create_cart, get_order, place_order, put_cart_item
from shop.models import Address, Cart, LogInBody, Order, PlaceOrderBody, QuantityBody, Session

base = os.environ["SHOP"]
deadline = time.monotonic() + 60


def waited():
    assert time.monotonic() < deadline, "the shop takes too long"
    time.sleep(0.2)


session = log_in.sync(
    client=Client(base_url=base), body=LogInBody(email=os.environ["EMAIL"], password=os.environ["PASSWORD"])
)
assert isinstance(session, Session), session
client = AuthenticatedClient(base_url=base, token=session.token)

# The body of this request may be left out.
cart = create_cart.sync(client=client)
assert isinstance(cart, Cart), cart
cart = put_cart_item.sync(id=cart.id, sku=os.environ["SKU"], client=client, body=QuantityBody(quantity=1))
assert isinstance(cart, Cart) and cart.order_totals.gross.amount > 0, cart

address = Address(name="Hana Tester", line1="7 Rata Street", city="Nelson", postcode="7010", country="NZ")
wish = PlaceOrderBody(cart_id=cart.id, delivery_address=address, expected_total=cart.order_totals.gross)
order = place_order.sync(client=client, body=wish, idempotency_key=f"python-{cart.id}")
assert isinstance(order, Order), order
while order.status == "AWAITING_STOCK" or not order.payment.client_secret:
    waited()
    order = get_order.sync(id=str(order.id), client=client)
    assert isinstance(order, Order), order

# The payment provider has an API of its own: here it is the sandbox's.
form = urllib.parse.urlencode({"payment_method": "pm_card_visa", "client_secret": order.payment.client_secret})
urllib.request.urlopen(f"{base}/sandbox/v1/payment_intents/{order.payment.intent_id}/confirm", form.encode()).close()
while order.status == "INITIAL":
    waited()
    order = get_order.sync(id=str(order.id), client=client)
    assert isinstance(order, Order), order
print(order.status)
