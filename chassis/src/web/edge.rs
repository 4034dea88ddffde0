//! The one middleware: everything that is the same for every request, before and after its handler.
//!
//! On the way in: request id, size, origin of forms, limits, identity. On the way out: error dress, security headers,
//! cookies of the frame, metrics by matched pattern, one access log line. A handler that panics becomes a 500 answer.
//! It decides nothing about what a known person may do; the extractors and the contexts do.

use std::cell::Cell;
use std::panic::AssertUnwindSafe;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::http::{ConnectionType, Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpResponse, ResponseError, web};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::FutureExt;
use shared_kernel::Ids;
use tracing::Instrument;

use super::admission::{Seats, Visit, admit, is_plumbing};
use super::bodies::Pace;
use super::client::TrustedProxies;
use super::connections::{Answer, Line};
use super::context::{Recognised, RequestContext};
use super::cookies::{self, CART_COUNT_COOKIE, FLASH_COOKIE, SESSION_COOKIE, VISITOR_COOKIE};
use super::csrf::CsrfKey;
use super::dress::dress;
use super::frame::Flash;
use super::headers::SecurityHeaders;
use super::is_api;
use super::limits::{self, LimitSettings, Limits};
use super::methods;
use super::origin::Origin;
use super::page_error::{PageError, SetAside};
use super::problem::Problem;
use super::recognition::{Recognition, SentIdentity};
use crate::security::{self, SecurityEvent, SecurityLog};

/// How long a browser keeps its visitor cookie.
const VISITOR_AGE: Duration = Duration::from_hours(24 * 180);

/// What the edge has to know about the shop.
#[derive(Clone)]
pub struct EdgeSettings {
    /// The shop's name, for the frame of its pages.
    pub site_name: String,
    /// Where the shop is found, without a slash at the end. With https come HSTS and secure cookies.
    pub base_url: String,
    /// Signs form tokens. All processes of one shop must have the same.
    pub csrf_key: [u8; 32],
    /// Other origins that our forms may lead to, such as the payment provider's page.
    pub form_targets: Vec<String>,
    /// Whose forwarding headers are believed.
    pub trusted_proxies: TrustedProxies,
    /// Whether a forwarding header from anybody else is refused; otherwise it is ignored, and told of once.
    pub refuse_untrusted_proxies: bool,
    /// How often clients may come.
    pub limits: LimitSettings,
    /// How many requests are worked on at once; more are told to come back.
    pub max_in_flight: usize,
    /// Paths (as prefixes) that are let in even then and are not counted, for they are posted by systems that sign what
    /// they say, such as the payment provider.
    pub never_shed: Vec<&'static str>,
    /// Paths that pass unseen as probes do, such as what our own gateway asks about every request.
    pub unseen: Vec<&'static str>,
    /// The largest body announced that is let in at all; handlers have their own, smaller limits.
    pub body_limit: u64,
    /// Paths (as prefixes) that take larger bodies, such as uploads.
    pub large_bodies: Vec<(&'static str, u64)>,
    /// How fast bodies must come.
    pub pace: Pace,
    /// How fast large bodies must come.
    pub uploads: Pace,
    /// How many uploads are taken in at once.
    pub max_uploads: usize,
    /// Where it is told what was refused and what staff have changed.
    pub security: SecurityLog,
    /// Requests (method and pattern of the path) that have a name of their own in the security log when they succeed.
    pub recorded: Vec<(Method, &'static str, SecurityEvent)>,
}

impl Default for EdgeSettings {
    /// A shop on this machine; the key is worth nothing and must be set.
    fn default() -> Self {
        Self {
            site_name: "The Better Store".to_owned(),
            base_url: String::new(),
            csrf_key: [0; 32],
            form_targets: Vec::new(),
            trusted_proxies: TrustedProxies::default(),
            refuse_untrusted_proxies: false,
            limits: LimitSettings::default(),
            max_in_flight: 1_024,
            never_shed: Vec::new(),
            unseen: Vec::new(),
            body_limit: 256 * 1024,
            large_bodies: Vec::new(),
            pace: Pace::USUAL,
            uploads: Pace::UPLOADS,
            max_uploads: 32,
            security: SecurityLog::default(),
            recorded: Vec::new(),
        }
    }
}

/// The edge of the shop. Cheap to clone; all clones count together.
#[derive(Clone)]
pub struct Edge(Arc<Inner>);

struct Inner {
    site_name: String,
    base_url: String,
    csrf_key: CsrfKey,
    headers: SecurityHeaders,
    trusted_proxies: TrustedProxies,
    refuse_untrusted_proxies: bool,
    told_of_untrusted: AtomicBool,
    limits: Limits,
    seats: Seats,
    never_shed: Vec<&'static str>,
    unseen: Vec<&'static str>,
    body_limit: u64,
    large_bodies: Vec<(&'static str, u64)>,
    pace: Pace,
    uploads: Pace,
    upload_seats: Seats,
    draining: AtomicBool,
    security: SecurityLog,
    recorded: Vec<(Method, &'static str, SecurityEvent)>,
    recognition: Recognition,
    ids: Arc<dyn Ids>,
}

impl Edge {
    /// Builds the edge. Register it as `web::Data` and wrap the app in `from_fn(chassis::web::guard)`.
    #[must_use]
    pub fn new(settings: EdgeSettings, recognition: impl Into<Recognition>, ids: Arc<dyn Ids>) -> Self {
        Self(Arc::new(Inner {
            headers: SecurityHeaders::new(&settings.base_url, &settings.form_targets),
            site_name: settings.site_name,
            base_url: settings.base_url,
            csrf_key: CsrfKey::new(settings.csrf_key),
            trusted_proxies: settings.trusted_proxies,
            refuse_untrusted_proxies: settings.refuse_untrusted_proxies,
            told_of_untrusted: AtomicBool::new(false),
            limits: Limits::new(settings.limits),
            seats: Seats::new(settings.max_in_flight),
            never_shed: settings.never_shed,
            unseen: settings.unseen,
            body_limit: settings.body_limit,
            large_bodies: settings.large_bodies,
            pace: settings.pace,
            uploads: settings.uploads,
            upload_seats: Seats::new(settings.max_uploads),
            draining: AtomicBool::new(false),
            security: settings.security,
            recorded: settings.recorded,
            recognition: recognition.into(),
            ids,
        }))
    }

    pub(crate) fn site_name(&self) -> &str {
        &self.0.site_name
    }

    pub(crate) fn base_url(&self) -> &str {
        &self.0.base_url
    }

    pub(crate) fn csrf_key(&self) -> &CsrfKey {
        &self.0.csrf_key
    }

    pub(crate) fn ids(&self) -> &dyn Ids {
        self.0.ids.as_ref()
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.0.limits
    }

    pub(crate) fn trusted_proxies(&self) -> &TrustedProxies {
        &self.0.trusted_proxies
    }

    pub(crate) fn recognition(&self) -> &Recognition {
        &self.0.recognition
    }

    pub(crate) fn refuses_untrusted_proxies(&self) -> bool {
        self.0.refuse_untrusted_proxies
    }

    /// `true` for the first to ask.
    pub(crate) fn first_untrusted_proxy(&self) -> bool {
        !self.0.told_of_untrusted.swap(true, Ordering::Relaxed)
    }

    /// Files, probes and metrics, asked for all the time by no one in particular.
    pub(crate) fn is_plumbing(&self, path: &str) -> bool {
        is_plumbing(path) || self.0.unseen.contains(&path)
    }

    pub(crate) fn seats(&self) -> &Seats {
        &self.0.seats
    }

    pub(crate) fn never_sheds(&self, path: &str) -> bool {
        self.0.never_shed.iter().any(|prefix| path.starts_with(prefix))
    }

    pub(crate) fn body_limit(&self, path: &str) -> u64 {
        self.upload_limit(path).unwrap_or(self.0.body_limit)
    }

    /// How much may be uploaded there; `None` where bodies are of the usual size.
    pub(crate) fn upload_limit(&self, path: &str) -> Option<u64> {
        self.0.large_bodies.iter().find(|(prefix, _)| path.starts_with(prefix)).map(|(_, limit)| *limit)
    }

    pub(crate) fn pace(&self) -> Pace {
        self.0.pace
    }

    pub(crate) fn uploads(&self) -> Pace {
        self.0.uploads
    }

    pub(crate) fn upload_seats(&self) -> &Seats {
        &self.0.upload_seats
    }

    /// From now on every answer says that it is the last one of its connection.
    pub fn drain(&self) {
        self.0.draining.store(true, Ordering::Relaxed);
    }

    pub(crate) fn security(&self) -> &SecurityLog {
        &self.0.security
    }

    /// What a request is called in the security log, if it has a name of its own there.
    pub(crate) fn recorded(&self, method: &Method, route: &str) -> Option<SecurityEvent> {
        let found = self.0.recorded.iter().find(|(verb, pattern, _)| verb == method && *pattern == route);
        found.map(|(_, _, event)| *event)
    }

    fn context(&self, req: &ServiceRequest) -> RequestContext {
        let http = req.request();
        let inbound = req.headers().get("x-request-id").and_then(|value| value.to_str().ok()).filter(|id| sane_id(id));
        let visitor = cookies::cookie_value(http, VISITOR_COOKIE).filter(|visitor| sane_visitor(visitor));
        let new_visitor = || URL_SAFE_NO_PAD.encode(&self.ids().secret()[..16]);
        RequestContext {
            edge: self.clone(),
            request_id: inbound.map_or_else(|| self.ids().uuid().to_string(), str::to_owned),
            path: req.match_info().as_str().to_owned(),
            sent_path: req.path().to_owned(),
            query: req.query_string().to_owned(),
            recognised: Recognised::Nobody,
            signed: None,
            client: None,
            session: cookies::cookie_value(http, SESSION_COOKIE),
            visitor_is_new: visitor.is_none(),
            visitor: visitor.unwrap_or_else(new_visitor),
            cart_count: cookies::cookie_value(http, CART_COUNT_COOKIE)
                .and_then(|n| n.parse().ok())
                .unwrap_or(0)
                .min(9_999),
            flash: cookies::cookie_value(http, FLASH_COOKIE).and_then(|value| Flash::from_cookie(&value)),
            frame_used: Cell::new(false),
            noted: Cell::new(false),
        }
    }
}

/// The middleware; see the module.
///
/// # Errors
/// Only with an answer that is complete already, when the request itself was lost to a panic.
pub async fn guard<B: MessageBody + 'static>(
    edge: web::Data<Edge>,
    mut req: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let working = req.conn_data::<Arc<Line>>().map(Line::work);
    let sent = SentIdentity::take(req.headers_mut());
    let mut context = edge.context(&req);
    let mut visit = Visit::of(&req);
    if req.method() == Method::HEAD {
        req.head_mut().method = Method::GET;
    }
    let admitted = admit(&mut context, &mut visit, &mut req, sent).await;
    let context = Rc::new(context);
    req.extensions_mut().insert(Rc::clone(&context));
    let origin = Origin::of(req.request());
    let (request, response) = match admitted {
        Err(refusal) => {
            let (request, _) = req.into_parts();
            (Some(request), HttpResponse::from_error(refusal))
        }
        Ok(()) => handle(&context, &visit, req, next).await,
    };
    let mut response = response;
    let set_aside = response.extensions_mut().remove::<SetAside>();
    let response = leave(&context, &visit, dress(&context, response));
    let asked = (&visit.method, visit.route.as_str());
    security::observe(&context, &origin, asked, response.status(), set_aside).await;
    let response = response.map_body(|_, body| Answer::new(body, working).boxed());
    match request {
        Some(request) => Ok(ServiceResponse::new(request, response)),
        None => Err(InternalError::from_response("the request ended early", response).into()),
    }
}

/// Runs the handler. The request comes back with the answer, unless a panic swallowed it.
async fn handle<B: MessageBody + 'static>(
    context: &RequestContext,
    visit: &Visit,
    req: ServiceRequest,
    next: Next<B>,
) -> (Option<actix_web::HttpRequest>, HttpResponse<BoxBody>) {
    let (id, method, route) = (&context.request_id, &visit.method, &visit.route);
    let span = tracing::info_span!("request", request.id = %id, http.method = %method, http.route = %route);
    match AssertUnwindSafe(next.call(req)).catch_unwind().instrument(span.clone()).await {
        Ok(Ok(answer)) => {
            let (request, response) = answer.into_parts();
            (Some(request), response.map_into_boxed_body())
        }
        Ok(Err(error)) => (None, HttpResponse::from_error(error)),
        Err(panic) => {
            let words = panic.downcast_ref::<&str>().map(ToString::to_string);
            let words = words.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
            let cause = format!("panic: {words}");
            let api = is_api(&context.path);
            let answer = || {
                if api {
                    Problem::internal(cause).error_response()
                } else {
                    PageError::internal(cause).error_response()
                }
            };
            (None, span.in_scope(answer))
        }
    }
}

/// The last touch: headers, cookies, metrics, log.
fn leave(context: &RequestContext, visit: &Visit, mut response: HttpResponse<BoxBody>) -> HttpResponse<BoxBody> {
    frame_cookies(context, &mut response);
    let late = response.status() == StatusCode::REQUEST_TIMEOUT;
    if late || context.edge.0.draining.load(Ordering::Relaxed) {
        response.head_mut().set_connection_type(ConnectionType::Close);
    }
    if response.status() == StatusCode::METHOD_NOT_ALLOWED && !response.headers().contains_key(header::ALLOW) {
        let allowed = HeaderValue::from_static(methods::of_page(&visit.method));
        response.headers_mut().insert(header::ALLOW, allowed);
    }
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&context.request_id) {
        headers.insert(HeaderName::from_static("x-request-id"), id);
    }
    if !visit.standings.is_empty() {
        let fields = [
            ("ratelimit-policy", limits::policy_header(&visit.standings)),
            ("ratelimit", limits::state_header(&visit.standings)),
        ];
        for (name, text) in fields {
            if let Ok(value) = HeaderValue::from_str(&text) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
        if let Some(over) = visit.standings.iter().find(|standing| standing.exceeded) {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(over.reset));
        }
    }
    context.edge.0.headers.put_on(headers, &context.path, context.identity().is_some());
    record(context, visit, response.status());
    response
}

/// Cookies that a page with a frame leaves behind: the visitor's name for his forms, and no message twice.
fn frame_cookies(context: &RequestContext, response: &mut HttpResponse<BoxBody>) {
    if !context.frame_used.get() || response.status().is_redirection() {
        return;
    }
    if context.visitor_is_new {
        let cookie = cookies::cookie(VISITOR_COOKIE, context.visitor.clone(), VISITOR_AGE);
        // A cookie of ours is always a valid header.
        let _ = response.add_cookie(&cookie);
    }
    let renewed = response.cookies().any(|cookie| cookie.name() == FLASH_COOKIE);
    if context.flash.is_some() && !renewed {
        let _ = response.add_cookie(&cookies::forget_cookie(FLASH_COOKIE));
    }
}

fn record(context: &RequestContext, visit: &Visit, status: StatusCode) {
    let (route, method) = (visit.route.clone(), method_name(&visit.method));
    let elapsed = visit.started.elapsed();
    let code = status.as_u16();
    metrics::counter!("http_requests_total", "method" => method, "route" => route.clone(), "status" => code.to_string())
        .increment(1);
    metrics::histogram!("http_request_duration_seconds", "method" => method, "route" => route.clone()).record(elapsed);
    let milliseconds = elapsed.as_millis();
    let id = &context.request_id;
    if context.edge.is_plumbing(&context.path) {
        tracing::debug!(http.method = method, http.route = route, http.status = code, "{method} {route} {code}");
    } else {
        tracing::info!(request.id = %id, http.method = method, http.route = route, http.status = code,
            duration_ms = u64::try_from(milliseconds).unwrap_or(u64::MAX), "{method} {route} {code} in {milliseconds} ms");
    }
}

/// A label must not grow with what strangers send.
fn method_name(method: &Method) -> &'static str {
    [Method::GET, Method::POST, Method::PUT, Method::DELETE, Method::PATCH, Method::HEAD, Method::OPTIONS]
        .iter()
        .position(|known| known == method)
        .map_or("OTHER", |index| ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"][index])
}

fn sane_id(id: &str) -> bool {
    (1..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

fn sane_visitor(visitor: &str) -> bool {
    visitor.len() == 22 && visitor.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}
