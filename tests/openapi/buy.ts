// Buys one piece of $SKU in the shop at $SHOP with types that were generated as `shop.d.ts`.
import createClient from "openapi-fetch";
import type { components, paths } from "./shop.js";

declare const process: { env: Record<string, string> };
type Order = components["schemas"]["Order"];

const { SHOP: baseUrl, EMAIL: email, PASSWORD: password, SKU: sku } = process.env;
const client = createClient<paths>({ baseUrl });
const deadline = Date.now() + 60_000;

function need<T>(answer: { data?: T; error?: unknown }): T {
  if (answer.data === undefined) throw new Error(JSON.stringify(answer.error));
  return answer.data;
}

async function look(order: Order): Promise<Order> {
  if (Date.now() > deadline) throw new Error("the shop takes too long");
  await new Promise((done) => setTimeout(done, 200));
  return need(await client.GET("/api/order/v1/orders/{id}", { params: { path: { id: order.id } } }));
}

const session = need(await client.POST("/api/customer/v1/sessions", { body: { email, password } }));
client.use({
  onRequest: ({ request }) => request.headers.set("Authorization", `Bearer ${session.token}`),
});

const empty = need(await client.POST("/api/order/v1/carts", {}));
const cart = need(
  await client.PUT("/api/order/v1/carts/{id}/items/{sku}", {
    params: { path: { id: empty.id, sku } },
    body: { quantity: 1 },
  }),
);
const address = { name: "Hana Tester", line1: "7 Rata Street", city: "Nelson", postcode: "7010", country: "NZ" };
let order: Order = need(
  await client.POST("/api/order/v1/orders", {
    params: { header: { "Idempotency-Key": `typescript-${cart.id}` } },
    body: { cart_id: cart.id, delivery_address: address, expected_total: cart.order_totals.gross },
  }),
);
while (order.status === "AWAITING_STOCK" || !order.payment.client_secret) order = await look(order);

// The payment provider has an API of its own: here it is the sandbox's.
const confirmed = await fetch(`${baseUrl}/sandbox/v1/payment_intents/${order.payment.intent_id}/confirm`, {
  method: "POST",
  body: new URLSearchParams({ payment_method: "pm_card_visa", client_secret: order.payment.client_secret }),
});
if (!confirmed.ok) throw new Error(await confirmed.text());
while (order.status === "INITIAL") order = await look(order);
console.log(order.status);
