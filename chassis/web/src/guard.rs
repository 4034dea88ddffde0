//! The one middleware: everything that is the same for every request, before and after its handler.
//!
//! On the way in: request id, size, origin of forms, limits, identity. On the way out: error dress, security headers,
//! cookies of the frame, metrics by matched pattern, one access log line. A handler that panics becomes a 500 answer.
//! It decides nothing about what a known person may do; the extractors and the contexts do.

use std::panic::AssertUnwindSafe;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::http::{ConnectionType, Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpRequest, HttpResponse, ResponseError, web};
use futures_util::FutureExt;
use tracing::{Instrument, Span};

use super::admission::{RequestInfo, admit};
use super::connections::{Answer, Line};
use super::cookies::{self, FLASH_COOKIE, SESSION_COOKIE, VISITOR_COOKIE};
use super::edge::Edge;
use super::error_pages::render_errors;
use super::limits;
use super::methods;
use super::origin::Origin;
use super::page_error::{PageError, SetAside};
use super::paths::is_api;
use super::problem::Problem;
use super::recognition::SentIdentity;
use super::request_context::RequestContext;
use super::security_trail::{Seen, observe};
use super::spans;

/// How long a browser keeps its visitor cookie.
const VISITOR_AGE: Duration = Duration::from_hours(24 * 180);

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
    let context = edge.context(&req);
    let visit = RequestInfo::of(&req);
    if req.method() == Method::HEAD {
        req.head_mut().method = Method::GET;
    }
    let span = spans::of_request(&edge, &context, &visit, req.headers());
    let response = answer(&edge, (context, visit), (req, sent), next, &span).instrument(span.clone()).await;
    let body = |response: HttpResponse<BoxBody>| response.map_body(|_, body| Answer::new(body, working).boxed());
    match response {
        (Some(request), response) => Ok(ServiceResponse::new(request, body(response))),
        (None, response) => Err(InternalError::from_response("the request ended early", body(response)).into()),
    }
}

/// The complete answer, and the request unless a panic swallowed it.
async fn answer<B: MessageBody + 'static>(
    edge: &Edge,
    (mut context, mut visit): (RequestContext, RequestInfo),
    (mut req, sent): (ServiceRequest, Option<SentIdentity>),
    next: Next<B>,
    span: &Span,
) -> (Option<HttpRequest>, HttpResponse<BoxBody>) {
    let admitted = admit(edge, &mut context, &mut visit, &mut req, sent).await;
    let context = Rc::new(context);
    req.extensions_mut().insert(Rc::clone(&context));
    let origin = Origin::of(req.request());
    let (request, mut response) = match admitted {
        Err(refusal) => {
            let (request, _) = req.into_parts();
            (Some(request), HttpResponse::from_error(refusal))
        }
        Ok(()) => handle(&context, &visit, req, next).await,
    };
    let set_aside = response.extensions_mut().remove::<SetAside>();
    let response = leave(edge, &context, &visit, render_errors(&context, response));
    let named = edge.recorded(&visit.method, &visit.route);
    let seen = Seen { method: &visit.method, route: &visit.route, status: response.status(), set_aside, named };
    observe(&context, &origin, seen).await;
    spans::note_status(span, response.status());
    (request, response)
}

/// Runs the handler. The request comes back with the answer, unless a panic swallowed it.
async fn handle<B: MessageBody + 'static>(
    context: &RequestContext,
    visit: &RequestInfo,
    req: ServiceRequest,
    next: Next<B>,
) -> (Option<HttpRequest>, HttpResponse<BoxBody>) {
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
fn leave(
    edge: &Edge,
    context: &RequestContext,
    visit: &RequestInfo,
    mut response: HttpResponse<BoxBody>,
) -> HttpResponse<BoxBody> {
    frame_cookies(context, &mut response);
    forget_with_session(edge, &mut response);
    let late = response.status() == StatusCode::REQUEST_TIMEOUT;
    if late || edge.is_draining() {
        response.head_mut().set_connection_type(ConnectionType::Close);
    }
    if response.status() == StatusCode::METHOD_NOT_ALLOWED && !response.headers().contains_key(header::ALLOW) {
        let allowed = HeaderValue::from_static(methods::of_page(&visit.method));
        response.headers_mut().insert(header::ALLOW, allowed);
    }
    if response.status() == StatusCode::SERVICE_UNAVAILABLE && !response.headers().contains_key(header::RETRY_AFTER) {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
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
    edge.headers().put_on(headers, &context.path, context.identity().is_some());
    record(edge, context, visit, response.status());
    response
}

/// Cookies that a page with a frame leaves behind: the visitor's id for their forms, and no message twice.
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

/// A browser that forgets its session must not show the next person what belonged to it, such as the cart.
fn forget_with_session(edge: &Edge, response: &mut HttpResponse<BoxBody>) {
    let ends = response.cookies().any(|cookie| cookie.name() == SESSION_COOKIE && cookie.value().is_empty());
    for name in edge.cookies_of_session().iter().filter(|_| ends) {
        let _ = response.add_cookie(&cookies::forget_cookie(name));
    }
}

fn record(edge: &Edge, context: &RequestContext, visit: &RequestInfo, status: StatusCode) {
    let (route, method) = (visit.route.clone(), method_name(&visit.method));
    let elapsed = visit.started.elapsed();
    let code = status.as_u16();
    metrics::counter!("http_requests_total", "method" => method, "route" => route.clone(), "status" => code.to_string())
        .increment(1);
    metrics::histogram!("http_request_duration_seconds", "method" => method, "route" => route.clone()).record(elapsed);
    let milliseconds = elapsed.as_millis();
    let id = &context.request_id;
    if edge.is_plumbing(&context.path) {
        tracing::debug!(http.method = method, http.route = route, http.status = code, "{method} {route} {code}");
    } else {
        tracing::info!(request.id = %id, http.method = method, http.route = route, http.status = code,
            duration_ms = u64::try_from(milliseconds).unwrap_or(u64::MAX), "{method} {route} {code} in {milliseconds} ms");
    }
}

/// A label must not grow with what outsiders send.
fn method_name(method: &Method) -> &'static str {
    [Method::GET, Method::POST, Method::PUT, Method::DELETE, Method::PATCH, Method::HEAD, Method::OPTIONS]
        .iter()
        .position(|known| known == method)
        .map_or("OTHER", |index| ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"][index])
}
