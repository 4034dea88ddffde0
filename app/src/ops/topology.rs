//! Which context states which fact, who hears it, and how that goes: of one context, and of the whole shop.

use actix_web::{HttpResponse, get, web};
use chassis::web::{Admin, CallerContext, Problem};

use crate::peers::{ContextTopology, Operations, Peers, Topology};

/// What this context states and hears, and how that goes
#[utoipa::path(
    tag = "operations", operation_id = "topology", security(("bearer" = ["admin"])),
    responses(
        (status = 200, body = ContextTopology),
    ),
)]
#[get("/topology")]
pub(crate) async fn of_context(
    _admin: Admin,
    asker: CallerContext,
    context: web::Data<dyn Operations>,
) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(context.topology(&asker).await?))
}

/// Which use case states which fact, who hears it, and how that goes
#[utoipa::path(
    tag = "operations", operation_id = "show_topology", security(("bearer" = ["admin"])),
    responses(
        (status = 200, body = Topology),
    ),
)]
#[get("/topology")]
pub(crate) async fn of_shop(_admin: Admin, asker: CallerContext, peers: web::Data<Peers>) -> HttpResponse {
    HttpResponse::Ok().json(peers.topology(&asker).await)
}
