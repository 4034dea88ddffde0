//! What a request has to pass before its handler runs, cheapest first, and finding out who is asking.
//!
//! Files, probes and metrics pass unseen: they must answer when nothing else does.

use std::time::Instant;

use actix_web::Error;
use actix_web::dev::ServiceRequest;
use actix_web::http::header;
use actix_web::http::{Method, StatusCode};
use shared_kernel::StoreError;

use super::bodies::{BodyError, arrive, set_minimum_pace};
use super::client::Client;
use super::csrf::from_our_own_page;
use super::edge::Edge;
use super::limits::{self, Standing};
use super::page_error::PageError;
use super::paths::is_api;
use super::problem::Problem;
use super::recognition::{AuthenticationError, SentIdentity, shown};
use super::request_context::RequestContext;
use super::seats::Permit;

/// What the way out has to know of the way in.
pub(crate) struct RequestInfo {
    pub(crate) method: Method,
    pub(crate) route: String,
    pub(crate) started: Instant,
    pub(crate) standings: Vec<Standing>,
    seat: Option<Permit>,
}

impl RequestInfo {
    pub(crate) fn of(req: &ServiceRequest) -> Self {
        let route = req.match_pattern().unwrap_or_else(|| "unmatched".to_owned());
        Self { method: req.method().clone(), route, started: Instant::now(), standings: Vec::new(), seat: None }
    }

    fn count(&mut self, context: &RequestContext, standing: Option<Standing>) -> Result<(), Error> {
        let Some(standing) = standing else { return Ok(()) };
        self.standings.push(standing);
        if !standing.exceeded {
            return Ok(());
        }
        metrics::counter!("http_requests_limited_total", "policy" => standing.allowance.name).increment(1);
        if is_api(&context.path) { Err(limits::too_many(&standing).into()) } else { Err(PageError::TooMany.into()) }
    }
}

/// Lets the request in, or says why not.
pub(crate) async fn admit(
    edge: &Edge,
    context: &mut RequestContext,
    visit: &mut RequestInfo,
    req: &mut ServiceRequest,
    sent: Option<SentIdentity>,
) -> Result<(), Error> {
    if edge.is_plumbing(&context.path) {
        return Ok(());
    }
    check_size(edge, context, req)?;
    if !req.method().is_safe() && !is_api(&context.path) && !from_our_own_page(req.headers(), edge.base_url()) {
        return Err(PageError::Forged.into());
    }
    let limits = edge.limits();
    let client = Client::of(req.peer_addr().map(|peer| peer.ip()), req.headers(), edge.trusted_proxies());
    context.client = Some(client);
    if client.untrusted {
        untrusted_proxy(edge, context, client)?;
    }
    let counted = !(client.is_local() && limits.exempts_loopback() || edge.never_sheds(&context.path));
    let network = client.network();
    if counted {
        visit.count(context, limits.dear(req.method(), &context.path, &context.query, network))?;
    }
    visit.seat = take_seat(edge, context, req).await?;
    let (api, token) = (is_api(&context.path), shown(req.request(), &context.path).map(|(token, _)| token));
    let recognised = edge.authentication().authenticate_request(token, sent, api).await;
    (context.recognised, context.signed) = recognised.map_err(|why| unrecognised(&context.path, why))?;
    let standing = counted.then(|| match context.identity() {
        Some(identity) => limits.account(identity.customer),
        None => limits.anonymous(network),
    });
    visit.count(context, standing.flatten())
}

/// A place among the requests that are worked on, once the body is there. Uploads have places of their own, for theirs
/// comes while they are worked on.
async fn take_seat(edge: &Edge, context: &RequestContext, req: &mut ServiceRequest) -> Result<Option<Permit>, Error> {
    let seats = match edge.upload_limit(&context.path) {
        Some(_) => {
            set_minimum_pace(req, edge.uploads());
            edge.upload_seats()
        }
        None => {
            let limit = edge.body_limit(&context.path);
            arrive(req, limit, edge.pace()).await.map_err(|why| not_there(edge, context, why))?;
            edge.seats()
        }
    };
    let seat = seats.take();
    if seat.is_none() && !edge.never_sheds(&context.path) { Err(too_busy(&context.path)) } else { Ok(seat) }
}

/// The body is not there, and the connection is worth nothing any more.
fn not_there(edge: &Edge, context: &RequestContext, why: BodyError) -> Error {
    let problem = match why {
        BodyError::TooLarge => return too_large(edge, context),
        BodyError::Late => {
            Problem::new(StatusCode::REQUEST_TIMEOUT, "request-timeout", "The body did not arrive in time")
        }
        BodyError::Broken(error) => {
            let title = "The body could not be read";
            Problem::new(StatusCode::BAD_REQUEST, "unreadable-body", title).detail(error.to_string())
        }
    };
    metrics::counter!("http_bodies_refused_total").increment(1);
    if is_api(&context.path) { problem.into() } else { PageError::Status(problem.status()).into() }
}

/// All who come through a proxy that is not believed count as one client, which is hardly what the operator wants.
fn untrusted_proxy(edge: &Edge, context: &RequestContext, client: Client) -> Result<(), Error> {
    let proxy = client.address;
    if edge.first_untrusted_proxy() {
        tracing::warn!(
            client.address = %proxy,
            "{proxy} forwards requests but is none of the trusted proxies: its clients count as one. This is told once"
        );
    }
    if !edge.refuses_untrusted_proxies() {
        return Ok(());
    }
    let detail = "this shop does not know the proxy that the request came through";
    if !is_api(&context.path) {
        return Err(PageError::Invalid(detail.to_owned()).into());
    }
    Err(Problem::new(StatusCode::BAD_REQUEST, "untrusted-proxy", "Untrusted proxy").detail(detail).into())
}

fn unrecognised(path: &str, why: AuthenticationError) -> Error {
    let refused = match why {
        AuthenticationError::Store(error) => return trouble(path, error),
        AuthenticationError::Refused(refused) => refused,
    };
    metrics::counter!("http_identities_refused_total").increment(1);
    tracing::warn!(reason = %refused, "a request came with an identity that is worth nothing: {refused}");
    if !is_api(path) {
        return PageError::AuthenticationError.into();
    }
    let problem = Problem::new(StatusCode::UNAUTHORIZED, "invalid-identity", "Log in first");
    problem.detail("the identity that came with the request is not valid").into()
}

fn check_size(edge: &Edge, context: &RequestContext, req: &ServiceRequest) -> Result<(), Error> {
    let announced =
        req.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    let limit = edge.body_limit(&context.path);
    if announced.is_none_or(|size| size <= limit) {
        return Ok(());
    }
    Err(too_large(edge, context))
}

fn too_large(edge: &Edge, context: &RequestContext) -> Error {
    if !is_api(&context.path) {
        return PageError::TooLarge.into();
    }
    let problem = Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body-too-large", "The body is too large");
    problem.detail(format!("at most {} bytes are read", edge.body_limit(&context.path))).into()
}

fn trouble(path: &str, error: StoreError) -> Error {
    if is_api(path) { Problem::from(error).into() } else { PageError::from(error).into() }
}

fn too_busy(path: &str) -> Error {
    metrics::counter!("http_requests_shed_total").increment(1);
    if !is_api(path) {
        return PageError::Busy.into();
    }
    let title = "Too much to do right now";
    let problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE, "temporary-reduced-capacity", title);
    problem.header(header::RETRY_AFTER, "1").into()
}
