//! Signing up, verifying the address, and resetting a forgotten password.

use actix_web::{HttpResponse, post, put, web};
use chassis::security::{SecurityEvent, SecurityTrail};
use chassis::web::{JsonBody, Problem};
use shared_kernel::address::RawAddress;

use super::dto::{CustomerView, EmailBody, PasswordResetBody, SignUpBody, VerificationBody};
use crate::adapters::inbound::fields;
use crate::application::{RequestMail, ResetPassword, SignUp, VerifyEmail};

/// Sign up.
///
/// A mail with a verification link goes to the address. The answer does not tell whether the address has an account
/// already: if it has, no account is made, the id in the answer belongs to no account, and the owner is notified by
/// mail.
#[utoipa::path(
    tag = "customer", operation_id = "sign_up", security(()),
    request_body = SignUpBody,
    responses(
        (status = 201, description = "The account as it was asked for", body = CustomerView),
    ),
)]
#[post("/api/customer/v1/customers")]
pub(super) async fn sign_up(sign_up: web::Data<SignUp>, body: JsonBody<SignUpBody>) -> Result<HttpResponse, Problem> {
    let body = body.into_inner();
    let name = (body.first_name.as_str(), body.last_name.as_str());
    let command = fields::sign_up(&body.email, &body.password, name, body.shipping_address.map(RawAddress::from))?;
    let customer = sign_up.execute(command).await?;
    Ok(HttpResponse::Created().json(CustomerView::from(&customer)))
}

/// Verify an e-mail address with the token of the mailed link and the password of the account.
///
/// Both are needed: the link shows whose the address is, the password who has signed up with it.
#[utoipa::path(
    tag = "customer", operation_id = "verify_email", security(()),
    request_body = VerificationBody,
    responses(
        (status = 204, description = "The address is verified, now or before"),
        (status = 422, description = "`invalid-token`: unknown or expired; `invalid-body`: another password"),
    ),
)]
#[post("/api/customer/v1/verifications")]
pub(super) async fn verify(
    verify: web::Data<VerifyEmail>,
    body: JsonBody<VerificationBody>,
) -> Result<HttpResponse, Problem> {
    verify.execute(&body.0.token, &body.0.password).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Ask for another verification mail. The answer is the same whether there is such an account or not.
#[utoipa::path(
    tag = "customer", operation_id = "resend_verification", security(()),
    request_body = EmailBody,
    responses(
        (status = 202, description = "If there is an unverified account with that address, a mail goes to it"),
    ),
)]
#[post("/api/customer/v1/verifications/resend")]
pub(super) async fn resend(
    request: web::Data<RequestMail>,
    body: JsonBody<EmailBody>,
) -> Result<HttpResponse, Problem> {
    request.verification(&body.0.email).await?;
    Ok(HttpResponse::Accepted().finish())
}

/// Ask for a link to choose a new password. The answer is the same whether there is such an account or not.
#[utoipa::path(
    tag = "customer", operation_id = "request_password_reset", security(()),
    request_body = EmailBody,
    responses(
        (status = 202, description = "If there is an account with that address, a mail goes to it"),
    ),
)]
#[post("/api/customer/v1/password-resets")]
pub(super) async fn request_reset(
    request: web::Data<RequestMail>,
    body: JsonBody<EmailBody>,
) -> Result<HttpResponse, Problem> {
    request.password_reset(&body.0.email).await?;
    Ok(HttpResponse::Accepted().finish())
}

/// Choose a new password with the token of the mailed link, which works once. Ends all sessions of the account.
#[utoipa::path(
    tag = "customer", operation_id = "reset_password", security(()),
    request_body = PasswordResetBody,
    responses(
        (status = 204, description = "The password is changed"),
        (status = 422, description = "`invalid-token`, or `invalid-body` for a password that will not do"),
    ),
)]
#[put("/api/customer/v1/password-resets")]
pub(super) async fn reset(
    reset: web::Data<ResetPassword>,
    trail: SecurityTrail,
    body: JsonBody<PasswordResetBody>,
) -> Result<HttpResponse, Problem> {
    let body = body.into_inner();
    let password = fields::password(&body.password)?;
    reset.execute(&body.token, &password, None).await?;
    trail.note(SecurityEvent::PasswordReset, "").await;
    Ok(HttpResponse::NoContent().finish())
}
