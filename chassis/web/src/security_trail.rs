//! What a handler, and the edge itself, write into the security log.

use std::future::{Ready, ready};
use std::rc::Rc;

use actix_web::dev::Payload;
use actix_web::http::{Method, StatusCode};
use actix_web::{FromRequest, HttpRequest};
use chassis_security::{Entry, SecurityEvent, SecurityLog};
use shared_kernel::{CustomerId, Role};

use super::origin::Origin;
use super::page_error::SetAside;
use super::request_context::RequestContext;

/// Longer subjects are cut: a path may hold whatever its sender wants.
const SUBJECT_CHARS: usize = 200;

/// Writes records about the request that a handler works on.
#[derive(Clone)]
pub struct SecurityTrail {
    context: Option<Rc<RequestContext>>,
    origin: Origin,
}

impl SecurityTrail {
    /// Records what the caller has done; see [`SecurityRecord::subject`](chassis_security::SecurityRecord::subject).
    pub async fn note(&self, event: SecurityEvent, subject: &str) {
        let known = self.context.as_ref().and_then(|context| context.identity());
        self.write(known.map(|identity| identity.customer), event, subject).await;
    }

    /// Records what an actor has done who was not yet logged in when the request came in.
    pub async fn note_as(&self, actor: CustomerId, event: SecurityEvent, subject: &str) {
        self.write(Some(actor), event, subject).await;
    }

    /// The account was erased: tells of it, and forgets from where its owner came, now and before.
    pub async fn note_erased(&self, customer: CustomerId) {
        self.note(SecurityEvent::Erased, &format!("customer/{customer}")).await;
        self.log().forget(customer).await;
    }

    fn log(&self) -> SecurityLog {
        self.context.as_ref().map(|context| context.shop.security.clone()).unwrap_or_default()
    }

    async fn write(&self, actor: Option<CustomerId>, event: SecurityEvent, subject: &str) {
        let request_id = self.context.as_ref().map_or("", |context| context.request_id.as_str());
        self.log().write(entry(event, actor, subject, &self.origin, request_id)).await;
        if let Some(context) = &self.context {
            context.noted.set(true);
        }
    }
}

impl FromRequest for SecurityTrail {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, actix_web::Error>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self { context: RequestContext::of(req), origin: Origin::of(req) }))
    }
}

/// What the edge sees of a request when it is over.
pub(crate) struct Seen<'a> {
    pub(crate) method: &'a Method,
    /// The pattern of its path.
    pub(crate) route: &'a str,
    pub(crate) status: StatusCode,
    /// Why it was not carried out, where the status alone does not tell.
    pub(crate) set_aside: Option<SetAside>,
    /// What it is called when it succeeds, if it has a name of its own.
    pub(crate) named: Option<SecurityEvent>,
}

/// Writes what the edge sees of every request: what was refused, and what staff have changed.
pub(crate) async fn observe(context: &RequestContext, origin: &Origin, seen: Seen<'_>) {
    let Some(event) = event_of(context, &seen) else { return };
    let subject: String = format!("{} {}", seen.method, context.sent_path).chars().take(SUBJECT_CHARS).collect();
    let actor = context.identity().map(|identity| identity.customer);
    context.shop.security.write(entry(event, actor, &subject, origin, &context.request_id)).await;
}

fn entry<'a>(
    event: SecurityEvent,
    actor: Option<CustomerId>,
    subject: &'a str,
    origin: &'a Origin,
    request_id: &'a str,
) -> Entry<'a> {
    Entry { event, actor, subject, address: &origin.address, agent: &origin.agent, request_id }
}

fn event_of(context: &RequestContext, seen: &Seen<'_>) -> Option<SecurityEvent> {
    match seen.set_aside {
        Some(SetAside::Forged) => return Some(SecurityEvent::FormForged),
        Some(SetAside::ToLogIn) => return None,
        Some(SetAside::Refused) | None => {}
    }
    match seen.status {
        StatusCode::FORBIDDEN => return Some(SecurityEvent::AccessDenied),
        StatusCode::TOO_MANY_REQUESTS => return Some(SecurityEvent::RateLimited),
        _ => {}
    }
    if seen.status.is_client_error() || seen.status.is_server_error() || context.noted.get() {
        return None;
    }
    let refused = seen.set_aside == Some(SetAside::Refused);
    if let Some(event) = seen.named.filter(|_| !refused) {
        return Some(event);
    }
    let by_staff = context.identity().is_some_and(|identity| identity.is(Role::Staff));
    let shops = seen.route.starts_with("/admin") || seen.route.starts_with("/api/");
    let change = if refused { SecurityEvent::StaffChangeRefused } else { SecurityEvent::StaffChange };
    (by_staff && shops && !seen.method.is_safe()).then_some(change)
}
