//! Rules of the edge by path: which are expensive, which take large bodies, which are never shed, and which are
//! recorded.

use actix_web::http::Method;
use chassis::security::SecurityEvent;
use chassis::web::limits::{Allowance, LimitRule};
use order::OrderModule;

use crate::composition::shop::Shop;

/// What systems post that sign what they say: the payment provider, and orders to a sandbox that is on its own.
pub(super) fn signed_routes(shop: &Shop) -> Vec<&'static str> {
    let mut paths = vec!["/api/order/v1/payment-events"];
    if shop.sandbox.is_some() && shop.modules.get::<OrderModule>().is_none() {
        paths.push("/sandbox/v1/");
    }
    paths
}

/// What is dear, and how often one client may have it.
pub(super) fn rules() -> Vec<LimitRule> {
    let login = [
        "/login",
        "/login/code",
        "/login/confirm",
        "/signup",
        "/reset",
        "/verify",
        "/verify/resend",
        "/api/customer/v1/sessions",
        "/api/customer/v1/sessions/current/confirmation",
        "/api/customer/v1/customers",
        "/api/customer/v1/password-resets",
        "/api/customer/v1/verifications",
        "/api/customer/v1/verifications/resend",
    ];
    let mut rules: Vec<LimitRule> = login.iter().map(|path| LimitRule::post(path, Allowance::LOGIN)).collect();
    rules.push(LimitRule::post("/checkout/confirm", Allowance::CHECKOUT));
    rules.push(LimitRule::post("/api/order/v1/orders", Allowance::CHECKOUT));
    rules.push(LimitRule::query("/products", "q", Allowance::SEARCH));
    rules.push(LimitRule::query("/api/catalogue/v1/products", "q", Allowance::SEARCH));
    rules
}

/// Where files are uploaded, and how large they may be; the first prefix that fits counts.
pub(super) fn large_bodies() -> Vec<(&'static str, u64)> {
    let mut paths = vec![
        ("/api/catalogue/v1/imports", 32 << 20),
        ("/admin/products/import/pictures", 65 << 20),
        ("/admin/products/import", 33 << 20),
        ("/admin/products/", 6 << 20),
        ("/api/catalogue/v1/media/", 5 << 20),
        ("/api/catalogue/v1/media", 64 << 20),
    ];
    paths.extend(fulfilment::FulfilmentModule::LARGE_BODIES.iter().copied());
    paths
}

/// Downloads that are named in the log: they change nothing, so a 200 says all. Changes are recorded by their handlers,
/// which know whether they were made.
pub(super) fn recorded() -> Vec<(Method, &'static str, SecurityEvent)> {
    let downloads = [
        "/admin/products/export.csv",
        "/admin/products/import/{run}/before.csv",
        "/api/catalogue/v1/exports/products.csv",
        "/admin/reports/monthly.csv",
        "/admin/reports/products.csv",
        "/admin/reports/categories.csv",
        "/admin/reports/refunds.csv",
        "/admin/reports/sales.csv",
    ];
    downloads.map(|path| (Method::GET, path, SecurityEvent::Exported)).into()
}
