//! Who is asking, and the doors that only some may pass.
//!
//! The edge has asked the [`Authenticator`] before any handler runs; the extractors here only read what it found. On
//! `/api` a closed door is a 401 or 403 problem; on pages it is the way to the login page, or a 403 page.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::Uri;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, HttpResponse, ResponseError};
use async_trait::async_trait;
use shared_kernel::{Identity, Role, StoreError};

use super::page_error::PageError;
use super::paths::is_api;
use super::problem::Problem;
use super::request_context::{AuthenticatedCaller, RequestContext};

/// Knows whose token it is.
#[async_trait]
pub trait Authenticator: Send + Sync {
    /// The user to whom the token was given, while it is valid; `None` for any other token.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if it cannot be told now.
    async fn authenticate(&self, token: &str) -> Result<Option<Identity>, StoreError>;
}

/// The caller, logged in or not.
#[derive(Debug, Clone)]
pub struct Visitor(pub Option<Identity>);

/// A caller who has logged in.
#[derive(Debug, Clone)]
pub struct SignedIn(pub Identity);

/// A caller with the role of staff or more.
#[derive(Debug, Clone)]
pub struct Staff(pub Identity);

/// A caller with the role of an administrator.
#[derive(Debug, Clone)]
pub struct Admin(pub Identity);

/// Staff who have entered their password a short while ago: for operations that do great harm in the wrong hands, such
/// as refunds. Others are asked for the password first.
#[derive(Debug, Clone)]
pub struct ConfirmedStaff(pub Identity);

/// The same for administrators.
#[derive(Debug, Clone)]
pub struct ConfirmedAdmin(pub Identity);

/// The same for one's own account.
#[derive(Debug, Clone)]
pub struct Confirmed(pub Identity);

/// The door stays closed.
#[derive(Debug, thiserror::Error)]
pub enum AccessRefused {
    /// Told to a program.
    #[error(transparent)]
    Api(Problem),
    /// Told to a person.
    #[error(transparent)]
    Page(#[from] PageError),
}

impl ResponseError for AccessRefused {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Api(problem) => problem.status_code(),
            Self::Page(page) => page.status_code(),
        }
    }

    fn error_response(&self) -> HttpResponse {
        match self {
            Self::Api(problem) => problem.error_response(),
            Self::Page(page) => page.error_response(),
        }
    }
}

fn visitor(req: &HttpRequest) -> Result<Option<Identity>, AccessRefused> {
    let recognised = RequestContext::of(req).map_or(AuthenticatedCaller::Nobody, |context| context.recognised.clone());
    match recognised {
        AuthenticatedCaller::Known(identity) => Ok(Some(identity)),
        AuthenticatedCaller::Unknown if is_api(req.match_info().as_str()) => {
            Err(unauthorised("the token is not known, or no longer valid"))
        }
        AuthenticatedCaller::Unknown | AuthenticatedCaller::Nobody => Ok(None),
    }
}

fn signed_in(req: &HttpRequest) -> Result<Identity, AccessRefused> {
    visitor(req)?.ok_or_else(|| {
        if is_api(req.match_info().as_str()) {
            unauthorised("send `Authorization: Bearer <token>`")
        } else {
            AccessRefused::Page(PageError::LogInFirst { next: next_after_login(req) })
        }
    })
}

fn at_least(role: Role, req: &HttpRequest) -> Result<Identity, AccessRefused> {
    let identity = signed_in(req)?;
    if identity.is(role) {
        return Ok(identity);
    }
    if !is_api(req.match_info().as_str()) {
        return Err(AccessRefused::Page(PageError::Forbidden));
    }
    if identity.lacks_second_factor {
        let problem = Problem::new(StatusCode::FORBIDDEN, "second-factor-required", "A second factor is needed");
        return Err(AccessRefused::Api(problem.detail("set one up on the profile page, and log in with its code")));
    }
    let problem = Problem::new(StatusCode::FORBIDDEN, "forbidden", "Forbidden");
    Err(AccessRefused::Api(problem.detail(format!("this is for the role {}", role.name()))))
}

fn confirmed(req: &HttpRequest, identity: Identity) -> Result<Identity, AccessRefused> {
    if !identity.must_confirm {
        return Ok(identity);
    }
    if !is_api(req.match_info().as_str()) {
        return Err(AccessRefused::Page(PageError::ConfirmFirst { next: next_after_login(req) }));
    }
    let problem = Problem::new(StatusCode::FORBIDDEN, "reauthentication-required", "Show your password again");
    Err(AccessRefused::Api(problem.detail("the login is too long ago for this: log in again, or confirm the session")))
}

fn unauthorised(detail: &str) -> AccessRefused {
    let problem = Problem::new(StatusCode::UNAUTHORIZED, "unauthorized", "Log in first").detail(detail);
    AccessRefused::Api(problem.header(header::WWW_AUTHENTICATE, "Bearer"))
}

/// Where to go on after the login: the page asked for, or the page whose form was sent.
fn next_after_login(req: &HttpRequest) -> String {
    if req.method().is_safe() {
        return req.uri().path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string);
    }
    let referer = req.headers().get(header::REFERER).and_then(|value| value.to_str().ok()).unwrap_or("");
    let uri: Uri = referer.parse().unwrap_or_default();
    let host = req.headers().get(header::HOST).and_then(|value| value.to_str().ok());
    let own = uri.authority().is_some_and(|authority| Some(authority.as_str()) == host);
    if own { uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string) } else { "/".to_owned() }
}

impl FromRequest for Visitor {
    type Error = AccessRefused;
    type Future = Ready<Result<Self, AccessRefused>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(visitor(req).map(Self))
    }
}

impl FromRequest for SignedIn {
    type Error = AccessRefused;
    type Future = Ready<Result<Self, AccessRefused>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(signed_in(req).map(Self))
    }
}

impl FromRequest for Staff {
    type Error = AccessRefused;
    type Future = Ready<Result<Self, AccessRefused>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(at_least(Role::Staff, req).map(Self))
    }
}

impl FromRequest for Admin {
    type Error = AccessRefused;
    type Future = Ready<Result<Self, AccessRefused>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(at_least(Role::Admin, req).map(Self))
    }
}

impl FromRequest for ConfirmedStaff {
    type Error = AccessRefused;
    type Future = Ready<Result<Self, AccessRefused>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(at_least(Role::Staff, req).and_then(|identity| confirmed(req, identity)).map(Self))
    }
}

impl FromRequest for ConfirmedAdmin {
    type Error = AccessRefused;
    type Future = Ready<Result<Self, AccessRefused>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(at_least(Role::Admin, req).and_then(|identity| confirmed(req, identity)).map(Self))
    }
}

impl FromRequest for Confirmed {
    type Error = AccessRefused;
    type Future = Ready<Result<Self, AccessRefused>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(signed_in(req).and_then(|identity| confirmed(req, identity)).map(Self))
    }
}
