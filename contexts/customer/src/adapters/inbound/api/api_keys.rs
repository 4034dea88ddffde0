//! Keys for machines.

use actix_web::{HttpResponse, delete, get, post, web};
use chassis::security::{SecurityEvent, SecurityTrail};
use chassis::web::{Admin, ConfirmedAdmin, JsonBody, Problem};

use super::dto::{ApiKeyBody, ApiKeyList, ApiKeyView, NewApiKeyView};
use super::sessions::created;
use crate::adapters::inbound::fields::Wrong;
use crate::application::{AccountQueries, CreateApiKey, CreateApiKeyCommand, RevokeApiKey};
use crate::domain::{ApiKey, ApiKeyId};

/// The newest hundred API keys.
#[utoipa::path(
    tag = "customer", operation_id = "list_api_keys", security(("bearer" = ["admin"])),
    responses(
        (status = 200, description = "The keys, without their secrets", body = ApiKeyList),
    ),
)]
#[get("/api/customer/v1/api-keys")]
pub(super) async fn list(accounts: web::Data<AccountQueries>, _who: Admin) -> Result<HttpResponse, Problem> {
    let keys = accounts.api_keys().await?;
    let items = keys.iter().map(ApiKeyView::from).collect();
    Ok(HttpResponse::Ok().json(ApiKeyList { items, next_cursor: None }))
}

/// Make an API key. Its secret is shown this once.
#[utoipa::path(
    tag = "customer", operation_id = "create_api_key", security(("bearer" = ["admin"])),
    request_body = ApiKeyBody,
    responses(
        (status = 201, description = "The key and its secret", body = NewApiKeyView),
        (status = 403, description = "`forbidden`: for administrators, and for no more than they may do themselves; `reauthentication-required`: the login is too long ago"),
    ),
)]
#[post("/api/customer/v1/api-keys")]
pub(super) async fn create(
    create: web::Data<CreateApiKey>,
    who: ConfirmedAdmin,
    trail: SecurityTrail,
    body: JsonBody<ApiKeyBody>,
) -> Result<HttpResponse, Problem> {
    let ApiKeyBody { label, role, expires_at } = body.into_inner();
    let label = ApiKey::label(&label).map_err(|error| Wrong(vec![error]))?;
    let new = create.execute(CreateApiKeyCommand { by: who.0, label, role, expires_at }).await?;
    trail.note(SecurityEvent::KeyMade, &format!("api-key/{} of {}", new.key.id, new.key.role.name())).await;
    Ok(created(&NewApiKeyView::from(&new)))
}

/// Withdraw an API key. It is worth nothing from the next request on.
#[utoipa::path(
    tag = "customer", operation_id = "revoke_api_key", security(("bearer" = ["admin"])),
    params(("id" = String, Path, description = "The key's id")),
    responses(
        (status = 204, description = "Withdrawn, now or before"),
    ),
)]
#[delete("/api/customer/v1/api-keys/{id}")]
pub(super) async fn revoke(
    revoke: web::Data<RevokeApiKey>,
    _who: Admin,
    trail: SecurityTrail,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = ApiKeyId::parse(&id).map_err(|_| Problem::not_found())?;
    if !revoke.execute(id).await? {
        return Err(Problem::not_found());
    }
    trail.note(SecurityEvent::KeyWithdrawn, &format!("api-key/{id}")).await;
    Ok(HttpResponse::NoContent().finish())
}
