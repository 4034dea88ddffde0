//! By what a process recognises who is asking: tokens that it knows itself, identities that another has signed, or both.

use std::future::{Ready, ready};
use std::net::IpAddr;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::{FromRequest, HttpRequest};
use shared_kernel::StoreError;

use super::cookies::{self, SESSION_COOKIE};
use super::identity::Authenticator;
use super::paths::is_api;
use super::request_context::{AuthenticatedCaller, RequestContext};
use super::signed::{CredentialKind, IDENTITY_HEADER, Refused, Signer, Verifier};

/// Says that another process of the shop asks, on behalf of a user.
const ON_BEHALF: &str = "x-store-on-behalf";

/// By what a process recognises who is asking.
#[derive(Clone)]
pub enum Authentication {
    /// Session cookies and bearer tokens. The whole shop in one process: a signed identity can only come from outside
    /// and is dropped.
    Tokens(Arc<dyn Authenticator>),
    /// Identities that the customer context's process has signed; cookies and tokens are not looked at.
    Signed(Arc<Verifier>),
    /// Both: the customer context's process when others run beside it, which ask it in the names of their visitors.
    Both(Arc<dyn Authenticator>, Arc<Verifier>, Arc<Signer>),
}

impl<T: Authenticator + 'static> From<Arc<T>> for Authentication {
    fn from(tokens: Arc<T>) -> Self {
        Self::Tokens(tokens)
    }
}

impl From<Arc<dyn Authenticator>> for Authentication {
    fn from(tokens: Arc<dyn Authenticator>) -> Self {
        Self::Tokens(tokens)
    }
}

/// Why it could not be told who is asking.
pub(crate) enum AuthenticationError {
    /// They came with an identity that this shop has not signed.
    Refused(Refused),
    /// The store failed.
    Store(StoreError),
}

impl Authentication {
    /// What signs identities for calls that this process makes on a user's behalf, if it may.
    pub(crate) fn signer(&self) -> Option<Arc<Signer>> {
        let Self::Both(_, _, signer) = self else { return None };
        Some(Arc::clone(signer))
    }

    /// Who shows this token, or came with this signed identity, which is handed back if it counts.
    pub(crate) async fn authenticate_request(
        &self,
        token: Option<String>,
        sent: Option<SentIdentity>,
        api: bool,
    ) -> Result<(AuthenticatedCaller, Option<String>), AuthenticationError> {
        match (self, sent) {
            (Self::Signed(verifier) | Self::Both(_, verifier, _), Some(sent)) => sent.check(verifier, api),
            (Self::Signed(_), None) => Ok((AuthenticatedCaller::Nobody, None)),
            (Self::Tokens(tokens) | Self::Both(tokens, _, _), _) => {
                let Some(token) = token else { return Ok((AuthenticatedCaller::Nobody, None)) };
                let found = tokens.authenticate(&token).await.map_err(AuthenticationError::Store)?;
                Ok((found.map_or(AuthenticatedCaller::Unknown, AuthenticatedCaller::Known), None))
            }
        }
    }
}

/// A signed identity as it was sent.
pub(crate) struct SentIdentity {
    /// `None` if it was sent twice or is no text.
    signed: Option<String>,
    /// Whether another process of the shop asks. A browser that a foreign site makes call us cannot say so.
    on_behalf: bool,
}

impl SentIdentity {
    /// Takes it out of the request, so that nothing behind the edge ever reads it.
    pub(crate) fn take(headers: &mut HeaderMap) -> Option<Self> {
        let sent: Vec<HeaderValue> = headers.remove(IDENTITY_HEADER).collect();
        let on_behalf = headers.contains_key(ON_BEHALF);
        let signed = |only: &HeaderValue| only.to_str().ok().map(str::to_owned);
        match sent.as_slice() {
            [] => None,
            [only] => Some(Self { signed: signed(only), on_behalf }),
            _ => Some(Self { signed: None, on_behalf }),
        }
    }

    fn check(
        self,
        verifier: &Verifier,
        api: bool,
    ) -> Result<(AuthenticatedCaller, Option<String>), AuthenticationError> {
        let signed = self.signed.ok_or(AuthenticationError::Refused(Refused::Unreadable))?;
        let (identity, by) = verifier.verify(&signed).map_err(AuthenticationError::Refused)?;
        let counts = match by {
            CredentialKind::Bearer => api,
            CredentialKind::Cookie => !api || self.on_behalf,
        };
        Ok(if counts {
            (AuthenticatedCaller::Known(identity), Some(signed))
        } else {
            (AuthenticatedCaller::Nobody, None)
        })
    }
}

/// The credential that a request carries. On `/api` only the bearer token counts; on pages only the session cookie.
pub fn shown(req: &HttpRequest, path: &str) -> Option<(String, CredentialKind)> {
    if is_api(path) {
        bearer(req.headers()).map(|token| (token, CredentialKind::Bearer))
    } else {
        cookies::cookie_value(req, SESSION_COOKIE).map(|token| (token, CredentialKind::Cookie))
    }
}

fn bearer(headers: &HeaderMap) -> Option<String> {
    let sent = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = sent.split_once(' ')?;
    (scheme.eq_ignore_ascii_case("bearer") && !token.trim().is_empty()).then(|| token.trim().to_owned())
}

/// On whose behalf another process of the shop is asked: it shall see the same person, and count them as the same client.
#[derive(Debug, Clone, Default)]
pub struct CallerContext {
    identity: Option<String>,
    client: Option<IpAddr>,
    request_id: String,
}

impl CallerContext {
    /// The headers that tell the other process.
    pub fn headers(&self) -> impl Iterator<Item = (HeaderName, String)> {
        let identity = self.identity.clone().map(|signed| (HeaderName::from_static(IDENTITY_HEADER), signed));
        let client = self.client.map(|client| (HeaderName::from_static("x-forwarded-for"), client.to_string()));
        let request = (HeaderName::from_static("x-request-id"), self.request_id.clone());
        let on_behalf = (HeaderName::from_static(ON_BEHALF), "yes".to_owned());
        identity.into_iter().chain(client).chain([request, on_behalf])
    }
}

impl FromRequest for CallerContext {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, actix_web::Error>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(RequestContext::of(req).map_or_else(Self::default, |context| Self {
            identity: context.signed_identity(),
            client: context.forwarded_client(),
            request_id: context.request_id.clone(),
        })))
    }
}
