//! What a logged-in customer can do with their own account.

use actix_web::{HttpRequest, HttpResponse, get, post, put, web};
use chassis::security::{SecurityEvent, SecurityTrail};
use chassis::web::{JsonBody, Origin, Problem, SignedIn, json_with_etag};
use shared_kernel::address::RawAddress;

use super::dto::{CustomerView, ErasureBody, PasswordBody, ProfileBody, SessionView};
use super::sessions::created;
use crate::adapters::inbound::caller::{begun_from, credential_of};
use crate::adapters::inbound::fields;
use crate::application::{AccountQueries, ChangePassword, ChangePasswordCommand, EditProfile, EraseCustomer};

/// Your account.
#[utoipa::path(
    tag = "customer", operation_id = "me", security(("bearer" = [])),
    responses(
        (status = 200, description = "You", body = CustomerView),
        (status = 304),
    ),
)]
#[get("/api/customer/v1/me")]
pub(super) async fn show(
    req: HttpRequest,
    accounts: web::Data<AccountQueries>,
    who: SignedIn,
) -> Result<HttpResponse, Problem> {
    let customer = accounts.customer(who.0.customer).await?.ok_or_else(Problem::not_found)?;
    Ok(json_with_etag(&req, &CustomerView::from(&customer)))
}

/// Change your name and shipping address.
#[utoipa::path(
    tag = "customer", operation_id = "edit_me", security(("bearer" = [])),
    request_body = ProfileBody,
    responses(
        (status = 200, description = "You, from now on", body = CustomerView),
    ),
)]
#[put("/api/customer/v1/me")]
pub(super) async fn edit(
    edit: web::Data<EditProfile>,
    who: SignedIn,
    body: JsonBody<ProfileBody>,
) -> Result<HttpResponse, Problem> {
    let body = body.into_inner();
    let name = (body.first_name.as_str(), body.last_name.as_str());
    let command = fields::profile(&who.0, name, body.shipping_address.map(RawAddress::from))?;
    let customer = edit.execute(command).await?;
    Ok(HttpResponse::Ok().json(CustomerView::from(&customer)))
}

/// Change your password. Ends all your sessions, this one too, and begins a new one.
#[utoipa::path(
    tag = "customer", operation_id = "change_password", security(("bearer" = [])),
    request_body = PasswordBody,
    responses(
        (status = 201, description = "Changed; the new session", body = SessionView),
        (status = 422, description = "A field is not right: the present password, or the new one"),
        (status = 429, description = "`login-delayed`: too many failures; see `Retry-After`"),
    ),
)]
#[put("/api/customer/v1/me/password")]
pub(super) async fn password(
    req: HttpRequest,
    change: web::Data<ChangePassword>,
    who: SignedIn,
    origin: Origin,
    trail: SecurityTrail,
    body: JsonBody<PasswordBody>,
) -> Result<HttpResponse, Problem> {
    let body = body.into_inner();
    let (customer, current, new) = (who.0.customer, body.current_password, fields::password(&body.password)?);
    let (credential, begun_from) = (credential_of(&req), begun_from(origin));
    let session = change.execute(ChangePasswordCommand { customer, credential, current, begun_from, new }).await?;
    trail.note(SecurityEvent::PasswordChanged, "").await;
    Ok(created(&SessionView::from(&session)))
}

/// Delete your account and everything personal in it.
#[utoipa::path(
    tag = "customer", operation_id = "erase_me", security(("bearer" = [])),
    request_body = ErasureBody,
    responses(
        (status = 204, description = "Forgotten"),
        (status = 409, description = "`refused`: you are an administrator"),
        (status = 422, description = "The password is wrong"),
        (status = 429, description = "`login-delayed`: too many failures; see `Retry-After`"),
    ),
)]
#[post("/api/customer/v1/me/erasure")]
pub(super) async fn erase(
    req: HttpRequest,
    erase: web::Data<EraseCustomer>,
    who: SignedIn,
    trail: SecurityTrail,
    body: JsonBody<ErasureBody>,
) -> Result<HttpResponse, Problem> {
    erase.by_owner(who.0.customer, &body.0.current_password, &credential_of(&req)).await?;
    trail.note_erased(who.0.customer).await;
    Ok(HttpResponse::NoContent().finish())
}
