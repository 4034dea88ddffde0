//! A request to the sandbox's API as its endpoints see it: parameters read, caller known, idempotency key noted.
//!
//! [`KeyHolder`] is what almost every endpoint takes: it requires the secret key. [`AnyCaller`] lets the endpoint
//! decide, for the two that also accept an intent's client secret.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::http::header::{AUTHORIZATION, HeaderName, HeaderValue};
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::ExposeSecret as _;
use serde_json::Value;
use shared_kernel::StoreError;
use subtle::ConstantTimeEq as _;

use crate::answer::answer;
use crate::core::Core;
use crate::domain::object_id;
use crate::errors::ApiError;
use crate::expand::expanded;
use crate::form::Params;
use crate::idempotency::IdempotentRequest;
use crate::objects::{API_VERSION, Origin};
use crate::store::Command;

const REQUEST_ID: HeaderName = HeaderName::from_static("request-id");
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// What every endpoint is given.
pub(crate) struct Call {
    /// What the caller sent.
    pub params: Params,
    /// The sandbox.
    pub core: Arc<Core>,
    /// What the caller wants to see in place of ids.
    pub expand: Vec<String>,
    /// The version of Stripe's API that the caller speaks; the newest if it names none.
    pub version: String,
    keyed: Option<IdempotentRequest>,
    origin: Origin,
    path: String,
}

/// A caller with the secret key.
pub(crate) struct KeyHolder(pub Call);

/// A caller who may have the secret key.
pub(crate) struct AnyCaller {
    pub call: Call,
    /// Whether they have the key.
    pub holds_key: bool,
}

impl Call {
    /// Carries out a command under the caller's idempotency key.
    ///
    /// # Errors
    /// 409 for a twin under way; 500 when the store failed.
    pub(crate) async fn carry_out(self, command: impl Command) -> Result<HttpResponse, ApiError> {
        let _place = self.keyed.as_ref().map(|keyed| self.core.in_flight.begin(keyed.key())).transpose()?;
        let request = self.origin.id.clone();
        let failure = self.core.failures.next(&self.path);
        let given = self.core.execute_failing(self.origin, self.keyed, Arc::new(command), failure).await?;
        let mut answer = given.answer;
        if answer.status == 200 && !self.expand.is_empty() {
            let object = serde_json::from_str(&answer.body).map_err(StoreError::unavailable)?;
            answer.body = expanded(&self.core, object, &self.expand).await?.to_string();
        }
        let mut response = answer.response();
        if let Some(Ok(id)) = request.as_deref().map(HeaderValue::from_str) {
            response.headers_mut().insert(REQUEST_ID, id);
        }
        if given.replayed {
            response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
        }
        Ok(response)
    }

    /// An object that was read, with what the caller wants to see in it.
    pub(crate) async fn show(self, object: Value) -> Result<HttpResponse, ApiError> {
        Ok(answer(&expanded(&self.core, object, &self.expand).await?))
    }
}

type Extracting<T> = Pin<Box<dyn Future<Output = Result<T, ApiError>>>>;

impl FromRequest for KeyHolder {
    type Error = ApiError;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let caller = AnyCaller::from_request(request, payload);
        let shown = shown_key(request);
        Box::pin(async move {
            let caller = caller.await?;
            match shown {
                _ if caller.holds_key => Ok(Self(caller.call)),
                Some(key) => Err(ApiError::wrong_key(&key)),
                None => Err(ApiError::no_key()),
            }
        })
    }
}

impl FromRequest for AnyCaller {
    type Error = ApiError;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let core = request.app_data::<web::Data<Core>>().cloned();
        let body = String::from_request(request, payload);
        let shown = shown_key(request);
        let (path, query) = (request.path().to_owned(), request.query_string().to_owned());
        let version =
            request.headers().get("stripe-version").and_then(|value| value.to_str().ok()).unwrap_or(API_VERSION);
        let version = version.to_owned();
        let key =
            (request.method() == Method::POST).then(|| request.headers().get("idempotency-key").cloned()).flatten();
        Box::pin(async move {
            let core = core.ok_or_else(|| ApiError::unrecognised("?", &path))?.into_inner();
            let body = body.await.map_err(|_| ApiError::invalid("The request's body is not a form.", None))?;
            let mut params = Params::parse(&query)?.with(Params::parse(&body)?);
            let key =
                key.map(|key| key.to_str().map(str::to_owned).map_err(|_| ApiError::malformed_key())).transpose()?;
            let keyed =
                key.as_deref().map(|key| IdempotentRequest::new(key, &path, &params.canonical())).transpose()?;
            let holds_key = shown.is_some_and(|shown| core.is_secret_key(&shown));
            let mut expand: Vec<String> = params.texts("expand")?.into_values().collect();
            // What stands behind an id is for those who hold the key.
            expand.retain(|_| holds_key);
            let origin = Origin { id: Some(object_id("req", core.ids.uuid())), key };
            Ok(Self { call: Call { params, core, expand, version, keyed, origin, path }, holds_key })
        })
    }
}

impl Core {
    fn is_secret_key(&self, shown: &str) -> bool {
        self.settings.secret_key.expose_secret().as_bytes().ct_eq(shown.as_bytes()).into()
    }
}

/// The key as `Bearer <key>`, or as the user name of basic authentication.
fn shown_key(request: &HttpRequest) -> Option<String> {
    let header = request.headers().get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, rest) = header.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(rest.trim().to_owned());
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(rest.trim()).ok()?).ok()?;
    decoded.split_once(':').map(|(user, _)| user.to_owned())
}
