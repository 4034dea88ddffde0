//! The OpenAPI document at `/api/openapi.json`, and a page to browse it offline at `/api/docs`.

use std::sync::Arc;

use actix_web::{App, HttpResponse, web};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{Info, OpenApi};
use utoipa_actix_web::AppExt as _;
use utoipa_swagger_ui::SwaggerUi;

use crate::shop::Shop;

/// The document, drawn from the code of all contexts.
#[must_use]
pub fn document(shop: &Shop) -> OpenApi {
    let (_, api) = App::new()
        .into_utoipa_app()
        .configure(shop.catalogue.api())
        .configure(shop.order.api())
        .configure(shop.fulfilment.api())
        .configure(shop.reports.api())
        .configure(shop.customer.api())
        .configure(super::api(shop))
        .split_for_parts();
    described(api)
}

/// Registers the document and the page.
pub fn routes(api: OpenApi) -> impl FnOnce(&mut web::ServiceConfig) {
    let api = described(api);
    let text: Arc<str> = api.to_json().unwrap_or_default().into();
    move |config| {
        let serve = move || {
            let text = Arc::clone(&text);
            async move { HttpResponse::Ok().content_type("application/json").body(text.to_string()) }
        };
        config
            .route("/api/openapi.json", web::get().to(serve))
            .route("/api/docs", web::get().to(|| async { chassis::web::see_other("/api/docs/") }))
            .service(SwaggerUi::new("/api/docs/{_:.*}").url("/api/docs/openapi.json", api));
    }
}

fn described(mut api: OpenApi) -> OpenApi {
    api.info = Info::new("The Better Store", env!("CARGO_PKG_VERSION"));
    api.info.description = Some(
        "Amounts are integers in minor units. Errors are RFC 9457 problem documents. Lists are read by cursor."
            .to_owned(),
    );
    let bearer = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    api.components.get_or_insert_default().add_security_scheme("bearer", bearer);
    api
}
