//! Codes of an authenticator app: on and off.

use actix_web::{HttpRequest, HttpResponse, delete, get, post, put, web};
use chassis::Site;
use chassis::security::{SecurityEvent, SecurityTrail};
use chassis::web::{Confirmed, ConfirmedAdmin, JsonBody, Problem, SignedIn};

use super::customers::customer_id;
use super::dto::{CodeBody, ConfirmationBody, RecoveryCodes, SecondFactorView, SecretView};
use super::sessions::created;
use crate::adapters::inbound::caller::credential_of;
use crate::application::{AccountQueries, IdentityProof, SetUpSecondFactor};
use crate::domain::RecoveryCode;

/// Whether your account has a second factor.
#[utoipa::path(
    tag = "customer", operation_id = "second_factor", security(("bearer" = [])),
    responses(
        (status = 200, description = "Whether a code is asked for at login", body = SecondFactorView),
    ),
)]
#[get("/api/customer/v1/me/second-factor")]
pub(super) async fn show(accounts: web::Data<AccountQueries>, who: SignedIn) -> Result<HttpResponse, Problem> {
    let on = accounts.needs_code(who.0.customer).await?;
    Ok(HttpResponse::Ok().json(SecondFactorView { on }))
}

/// A secret for an authenticator app. It is asked for nowhere before a first code has turned it on.
#[utoipa::path(
    tag = "customer", operation_id = "begin_second_factor", security(("bearer" = [])),
    responses(
        (status = 201, description = "The secret", body = SecretView),
        (status = 403, description = "`reauthentication-required`: the login is too long ago"),
        (status = 409, description = "`refused`: there is one already"),
    ),
)]
#[post("/api/customer/v1/me/second-factor")]
pub(super) async fn begin(
    set_up: web::Data<SetUpSecondFactor>,
    site: web::Data<Site>,
    who: Confirmed,
) -> Result<HttpResponse, Problem> {
    let secret = set_up.begin(who.0.customer).await?;
    let uri = secret.uri(&site.name, &who.0.email);
    Ok(created(&SecretView { secret: secret.base32(), uri }))
}

/// Turn it on with a first code of the app.
#[utoipa::path(
    tag = "customer", operation_id = "turn_second_factor_on", security(("bearer" = [])),
    request_body = CodeBody,
    responses(
        (status = 201, description = "It is on; recovery codes, shown only now", body = RecoveryCodes),
        (status = 409, description = "`refused`: there is none to turn on"),
        (status = 422, description = "The code is wrong"),
    ),
)]
#[put("/api/customer/v1/me/second-factor")]
pub(super) async fn turn_on(
    req: HttpRequest,
    set_up: web::Data<SetUpSecondFactor>,
    who: SignedIn,
    trail: SecurityTrail,
    body: JsonBody<CodeBody>,
) -> Result<HttpResponse, Problem> {
    let codes = set_up.turn_on(who.0.customer, &credential_of(&req), &body.0.code).await?;
    trail.note(SecurityEvent::SecondFactorOn, "").await;
    Ok(created(&RecoveryCodes { recovery_codes: codes.iter().map(RecoveryCode::reveal).collect() }))
}

/// Turn it off.
#[utoipa::path(
    tag = "customer", operation_id = "turn_second_factor_off", security(("bearer" = [])),
    request_body = ConfirmationBody,
    responses(
        (status = 204, description = "The password alone logs you in"),
        (status = 409, description = "`refused`: there is none"),
        (status = 422, description = "The password is wrong, or the code"),
        (status = 429, description = "`login-delayed`: too many failures; see `Retry-After`"),
    ),
)]
#[post("/api/customer/v1/me/second-factor/removal")]
pub(super) async fn turn_off(
    req: HttpRequest,
    set_up: web::Data<SetUpSecondFactor>,
    who: SignedIn,
    trail: SecurityTrail,
    body: JsonBody<ConfirmationBody>,
) -> Result<HttpResponse, Problem> {
    let ConfirmationBody { current_password: password, code } = body.into_inner();
    let (customer, credential) = (who.0.customer, credential_of(&req));
    set_up.remove(&IdentityProof { customer, credential, password, code }).await?;
    trail.note(SecurityEvent::SecondFactorOff, "").await;
    Ok(HttpResponse::NoContent().finish())
}

/// Turn off a customer's second factor when app and recovery codes are lost.
#[utoipa::path(
    tag = "customer", operation_id = "remove_second_factor", security(("bearer" = ["admin"])),
    params(("id" = String, Path, description = "The customer's id")),
    responses(
        (status = 204, description = "Their password alone logs them in"),
        (status = 403, description = "For administrators; `reauthentication-required` if the login is too long ago"),
        (status = 409, description = "`refused`: they have none"),
    ),
)]
#[delete("/api/customer/v1/customers/{id}/second-factor")]
pub(super) async fn remove(
    set_up: web::Data<SetUpSecondFactor>,
    _who: ConfirmedAdmin,
    trail: SecurityTrail,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = customer_id(&id)?;
    set_up.remove_for(id).await?;
    trail.note(SecurityEvent::SecondFactorOff, &format!("customer/{id}")).await;
    Ok(HttpResponse::NoContent().finish())
}
