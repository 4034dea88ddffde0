//! Where a request comes from, as far as it can be believed: for counting attempts, and for the security log.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest};

use super::request_context::RequestContext;

/// The rest says nothing of use.
const AGENT_CHARS: usize = 120;

/// Where a request comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// The address closest to the person that can be believed; empty where no edge has looked at the request.
    pub address: String,
    /// The address, or the network of one IPv6 subscriber: what attempts are counted by.
    pub network: String,
    /// What the browser or program calls itself, cut to 120 characters.
    pub agent: String,
}

impl Origin {
    pub(crate) fn of(req: &HttpRequest) -> Self {
        let client = RequestContext::of(req).and_then(|context| context.client);
        let agent = req.headers().get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        Self {
            address: client.map_or_else(String::new, |client| client.address.to_string()),
            network: client.map_or_else(String::new, |client| client.network().to_string()),
            agent: agent.chars().filter(|c| !c.is_control()).take(AGENT_CHARS).collect(),
        }
    }
}

impl FromRequest for Origin {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, actix_web::Error>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::of(req)))
    }
}
