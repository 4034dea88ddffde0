//! How contexts stand: one in its own words, and all of them in a list.

use actix_web::{HttpResponse, get, web};
use chassis::web::{CallerContext, Problem, Staff};

use super::shapes::{ContextList, ContextView};
use crate::peers::{Counts, Operations, Peers};

/// How this context stands
#[utoipa::path(
    tag = "operations", operation_id = "counts", security(("bearer" = ["staff"])),
    responses(
        (status = 200, body = Counts),
    ),
)]
#[get("/counts")]
pub(crate) async fn of_context(
    _staff: Staff,
    asker: CallerContext,
    context: web::Data<dyn Operations>,
) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(context.counts(&asker).await?))
}

/// How each context stands
#[utoipa::path(
    tag = "operations", operation_id = "list_contexts", security(("bearer" = ["staff"])),
    responses(
        (status = 200, body = ContextList),
    ),
)]
#[get("/counts")]
pub(crate) async fn of_shop(_staff: Staff, asker: CallerContext, peers: web::Data<Peers>) -> HttpResponse {
    let mut all = ContextList { items: Vec::new(), unreachable: Vec::new() };
    for (context, counts) in peers.counts(&asker).await {
        match counts {
            Some(counts) => all.items.push(ContextView { context, counts }),
            None => all.unreachable.push(context),
        }
    }
    HttpResponse::Ok().json(all)
}
