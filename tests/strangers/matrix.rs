//! Who gets what from every route of the API: the table that says it.

/// Everybody who may ask, in the order of the columns: nobody, another customer, the owner, staff, an administrator.
pub const WHO: [&str; 5] = ["nobody", "ben", "ana", "staff", "admin"];

/// One row: method, path, body, and the status that each of [`WHO`] gets. In paths, `{open}` and `{paid}` are Ana's
/// orders, `{cart}` her cart, `{ana}` herself, `{none}` an id of nothing. Bodies of writes that would change much are
/// empty objects, which whoever may write is told do not fit (422).
pub type Row = (&'static str, &'static str, &'static str, [u16; 5]);

const ALL_OK: [u16; 5] = [200; 5];
const SIGNED_IN: [u16; 5] = [401, 200, 200, 200, 200];
const STAFF: [u16; 5] = [401, 403, 403, 200, 200];
const ADMIN: [u16; 5] = [401, 403, 403, 403, 200];

/// The table. A route that is not in it fails the test.
pub const API: &[Row] = &[
    ("GET", "/api/catalogue/v1/categories", "", ALL_OK),
    ("GET", "/api/catalogue/v1/featured", "", ALL_OK),
    ("GET", "/api/catalogue/v1/paths", "", ALL_OK),
    ("GET", "/api/catalogue/v1/products", "", ALL_OK),
    ("GET", "/api/catalogue/v1/products?all=true", "", [403, 403, 403, 200, 200]),
    ("GET", "/api/catalogue/v1/products/kea", "", ALL_OK),
    ("GET", "/api/catalogue/v1/products/draft", "", [404, 404, 404, 200, 200]),
    ("GET", "/api/catalogue/v1/exports/products.csv", "", STAFF),
    ("POST", "/api/catalogue/v1/imports", "{}", [401, 403, 403, 415, 415]),
    ("POST", "/api/catalogue/v1/media", "{}", [401, 403, 403, 415, 415]),
    ("PUT", "/api/catalogue/v1/media/x.svg", "{}", [401, 403, 403, 422, 422]),
    ("POST", "/api/catalogue/v1/products", "{}", [401, 403, 403, 422, 422]),
    ("PUT", "/api/catalogue/v1/products/kea", "{}", [401, 403, 403, 422, 422]),
    ("DELETE", "/api/catalogue/v1/products/nothing", "", [401, 403, 403, 404, 404]),
    ("GET", "/api/customer/v1/api-keys", "", ADMIN),
    ("POST", "/api/customer/v1/api-keys", "{}", [401, 403, 403, 403, 422]),
    ("DELETE", "/api/customer/v1/api-keys/{none}", "", [401, 403, 403, 403, 404]),
    ("GET", "/api/customer/v1/customers", "", ADMIN),
    ("POST", "/api/customer/v1/customers", "{}", [422; 5]),
    ("GET", "/api/customer/v1/customers/{ana}", "", ADMIN),
    ("DELETE", "/api/customer/v1/customers/{none}", "", [401, 403, 403, 403, 404]),
    ("PUT", "/api/customer/v1/customers/{ana}/role", "{}", [401, 403, 403, 403, 422]),
    ("GET", "/api/customer/v1/me", "", SIGNED_IN),
    ("PUT", "/api/customer/v1/me", "{}", [401, 422, 422, 422, 422]),
    ("POST", "/api/customer/v1/me/erasure", "{}", [401, 422, 422, 422, 422]),
    ("PUT", "/api/customer/v1/me/password", "{}", [401, 422, 422, 422, 422]),
    ("POST", "/api/customer/v1/password-resets", "{}", [422; 5]),
    ("PUT", "/api/customer/v1/password-resets", "{}", [422; 5]),
    ("POST", "/api/customer/v1/sessions", "{}", [422; 5]),
    ("POST", "/api/customer/v1/verifications", "{}", [422; 5]),
    ("POST", "/api/customer/v1/verifications/resend", "{}", [422; 5]),
    ("GET", "/api/fulfilment/v1/shipping-orders", "", STAFF),
    ("GET", "/api/fulfilment/v1/shipping-orders/{paid}", "", STAFF),
    ("POST", "/api/fulfilment/v1/shipping-orders/{paid}/dispatch", "{}", [401, 403, 403, 422, 422]),
    ("GET", "/api/fulfilment/v1/stock", "", STAFF),
    ("GET", "/api/fulfilment/v1/stock/KEA", "", STAFF),
    ("PUT", "/api/fulfilment/v1/stock/KEA", "{}", [401, 403, 403, 422, 422]),
    ("POST", "/api/fulfilment/v1/stock/KEA/adjustments", "{}", [401, 403, 403, 400, 400]),
    ("GET", "/api/fulfilment/v1/stock/KEA/movements", "", STAFF),
    ("PUT", "/api/fulfilment/v1/digital-files/NO-SUCH", "", [401, 403, 403, 422, 422]),
    ("GET", "/api/ops/v1/counts", "", STAFF),
    ("GET", "/api/ops/v1/dead-letters", "", ADMIN),
    ("POST", "/api/ops/v1/dead-letters/{none}/retry", "", [401, 403, 403, 403, 404]),
    ("POST", "/api/ops/v1/dead-letters/{none}/discard", "", [401, 403, 403, 403, 404]),
    ("GET", "/api/ops/v1/events", "", ADMIN),
    ("GET", "/api/ops/v1/replays", "", ADMIN),
    ("POST", "/api/ops/v1/replays", "{}", [401, 403, 403, 403, 422]),
    ("POST", "/api/order/v1/carts", "{}", [201; 5]),
    ("GET", "/api/order/v1/carts/{cart}", "", [404, 404, 200, 404, 404]),
    ("PUT", "/api/order/v1/carts/{cart}/items/KEA", r#"{"quantity": 2}"#, [404, 404, 200, 404, 404]),
    // Somebody who may order it is told that his total is not ours, so that nothing is ordered.
    ("POST", "/api/order/v1/orders", ORDER, [401, 404, 409, 404, 404]),
    ("DELETE", "/api/order/v1/carts/{cart}/items/KEA", "", [404, 404, 200, 404, 404]),
    ("GET", "/api/order/v1/orders", "", SIGNED_IN),
    ("GET", "/api/order/v1/orders/{paid}", "", [401, 404, 200, 200, 200]),
    // It is not paid, so nobody may cancel it; those who may not see it are told that it is not there.
    ("POST", "/api/order/v1/orders/{open}/cancel", "{}", [401, 404, 409, 409, 409]),
    ("POST", "/api/order/v1/orders/{paid}/refunds", REFUND, [401, 403, 403, 422, 422]),
    ("POST", "/api/order/v1/payment-events", "{}", [400; 5]),
    ("GET", "/api/reports/v1/monthly-sales", "", ADMIN),
    ("GET", "/api/reports/v1/refunds", "", ADMIN),
    ("GET", "/api/reports/v1/sales-by-category", "", ADMIN),
    ("GET", "/api/reports/v1/sales-by-country", "", ADMIN),
    ("GET", "/api/reports/v1/top-products", "", ADMIN),
    // Ends the session, so it comes last.
    ("DELETE", "/api/customer/v1/sessions/current", "", [401, 204, 204, 204, 204]),
];

/// What every context has for its operator; `{context}` stands for its name.
pub const OPERATIONS: &[Row] = &[
    ("GET", "/api/{context}/v1/ops/counts", "", STAFF),
    ("GET", "/api/{context}/v1/ops/dead-letters", "", ADMIN),
    ("POST", "/api/{context}/v1/ops/dead-letters/{none}/retry", "", [401, 403, 403, 403, 404]),
    ("POST", "/api/{context}/v1/ops/dead-letters/{none}/discard", "", [401, 403, 403, 403, 404]),
    ("GET", "/api/{context}/v1/ops/replays", "", ADMIN),
    ("POST", "/api/{context}/v1/ops/replays", "{}", [401, 403, 403, 403, 422]),
];

/// The contexts, each of which has its [`OPERATIONS`].
pub const CONTEXTS: [&str; 5] = ["catalogue", "order", "fulfilment", "reports", "customer"];

const ORDER: &str = r#"{"cart_id": "{cart}", "expected_total": {"amount": 1, "currency": "NZD"},
    "delivery_address": {"name": "A", "line1": "1", "city": "B", "postcode": "2", "country": "NZ"}}"#;
const REFUND: &str = r#"{"amount": {"amount": 0, "currency": "NZD"}}"#;

/// Who may open which page. 0: he is led to the login page.
pub const PAGES: &[(&str, [u16; 5])] = &[
    ("/", ALL_OK),
    ("/about", ALL_OK),
    ("/products", ALL_OK),
    ("/products/kea", ALL_OK),
    ("/cart", ALL_OK),
    ("/login", ALL_OK),
    ("/signup", ALL_OK),
    ("/verify", ALL_OK),
    ("/reset", ALL_OK),
    ("/robots.txt", ALL_OK),
    ("/sitemap.xml", ALL_OK),
    ("/sitemap/1.xml", ALL_OK),
    ("/api/docs/", ALL_OK),
    ("/profile", [0, 200, 200, 200, 200]),
    ("/orders", [0, 200, 200, 200, 200]),
    ("/orders/{paid}", [0, 404, 200, 200, 200]),
    ("/orders/{open}/pay", [0, 404, 200, 404, 404]),
    ("/admin", [0, 403, 403, 200, 200]),
    ("/admin/products", [0, 403, 403, 200, 200]),
    ("/admin/products/new", [0, 403, 403, 200, 200]),
    ("/admin/products/import", [0, 403, 403, 200, 200]),
    ("/admin/products/import/{none}/before.csv", [0, 403, 403, 404, 404]),
    ("/admin/products/export.csv", [0, 403, 403, 200, 200]),
    ("/admin/products/kea", [0, 403, 403, 200, 200]),
    ("/admin/orders", [0, 403, 403, 200, 200]),
    ("/admin/orders/{paid}", [0, 403, 403, 200, 200]),
    ("/admin/shipping-orders", [0, 403, 403, 200, 200]),
    ("/admin/shipping-orders/{paid}", [0, 403, 403, 200, 200]),
    ("/admin/stock", [0, 403, 403, 200, 200]),
    ("/admin/stock/KEA", [0, 403, 403, 200, 200]),
    ("/admin/digital-files", [0, 403, 403, 200, 200]),
    ("/admin/customers", [0, 403, 403, 403, 200]),
    ("/admin/errors", [0, 403, 403, 403, 200]),
    ("/admin/mail", [0, 403, 403, 403, 200]),
    ("/admin/reports", [0, 403, 403, 403, 200]),
    ("/admin/reports/monthly", [0, 403, 403, 403, 200]),
    ("/admin/reports/monthly.csv", [0, 403, 403, 403, 200]),
    ("/admin/reports/products", [0, 403, 403, 403, 200]),
    ("/admin/reports/products.csv", [0, 403, 403, 403, 200]),
    ("/admin/reports/categories", [0, 403, 403, 403, 200]),
    ("/admin/reports/categories.csv", [0, 403, 403, 403, 200]),
    ("/admin/reports/refunds", [0, 403, 403, 403, 200]),
    ("/admin/reports/refunds.csv", [0, 403, 403, 403, 200]),
];

/// Every form of the shop: where it posts to, and who may send it (`s`igned in, `t` staff, `a` administrators, `*` all).
pub const FORMS: &[(&str, char)] = &[
    ("/login", '*'),
    ("/logout", '*'),
    ("/signup", '*'),
    ("/verify", '*'),
    ("/verify/resend", '*'),
    ("/reset", '*'),
    ("/reset/password", '*'),
    ("/cart", '*'),
    ("/cart/items", '*'),
    ("/cart/remove", '*'),
    ("/pay/{intent}", '*'),
    ("/checkout", 's'),
    ("/checkout/confirm", 's'),
    ("/orders/{paid}/cancel", 's'),
    ("/profile", 's'),
    ("/profile/password", 's'),
    ("/profile/erase", 's'),
    ("/admin/products", 't'),
    ("/admin/products/import", 't'),
    ("/admin/products/import/pictures", 't'),
    ("/admin/products/import/{none}/apply", 't'),
    ("/admin/products/import/{none}/revert", 't'),
    ("/admin/products/kea", 't'),
    ("/admin/products/kea/withdraw", 't'),
    ("/admin/products/kea/pictures", 't'),
    ("/admin/orders/{paid}/refunds", 't'),
    ("/admin/orders/{paid}/cancel", 't'),
    ("/admin/orders/{paid}/attention", 't'),
    ("/admin/shipping-orders/{paid}/dispatch", 't'),
    ("/admin/stock", 't'),
    ("/admin/stock/KEA", 't'),
    ("/admin/digital-files", 't'),
    ("/admin/customers/{ana}/role", 'a'),
    ("/admin/errors/{none}/retry", 'a'),
    ("/admin/errors/{none}/discard", 'a'),
];
