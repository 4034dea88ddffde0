//! What is known of a request, kept beside it for the extractors and for the way out.
//!
//! Plain values: the middleware fills them in, and nothing here knows the middleware.

use std::cell::Cell;
use std::net::IpAddr;
use std::rc::Rc;
use std::sync::Arc;

use actix_web::{HttpMessage, HttpRequest};
use shared_kernel::{Identity, Ids};

use super::client::Client;
use super::flash::Flash;
use super::form_token::CsrfKey;
use super::signed::{CredentialKind, Signer};
use chassis_security::SecurityLog;

/// What is the same for all requests, as far as the answer to one needs it.
pub(crate) struct Surroundings {
    /// The shop's name.
    pub(crate) site_name: String,
    /// Where the shop is found, without a slash at the end.
    pub(crate) base_url: String,
    pub(crate) csrf_key: CsrfKey,
    pub(crate) security: SecurityLog,
    /// Signs identities for calls that this process makes on a user's behalf, if it may.
    pub(crate) signer: Option<Arc<Signer>>,
    pub(crate) ids: Arc<dyn Ids>,
}

/// Who is asking.
#[derive(Debug, Clone)]
pub(crate) enum AuthenticatedCaller {
    /// No credential was sent.
    Nobody,
    /// The token is unknown, or no longer valid.
    Unknown,
    Known(Identity),
}

/// One request as the edge sees it.
pub(crate) struct RequestContext {
    pub(crate) shop: Arc<Surroundings>,
    pub(crate) request_id: String,
    /// The path by which the handler is found: what is needlessly percent-encoded is decoded, so that an encoded path
    /// cannot evade a rule.
    pub(crate) path: String,
    pub(crate) sent_path: String,
    pub(crate) query: String,
    pub(crate) recognised: AuthenticatedCaller,
    /// The signed identity by which the caller was recognised.
    pub(crate) signed: Option<String>,
    /// Which client this is, once it was looked at.
    pub(crate) client: Option<Client>,
    /// The session cookie as it was sent; form tokens are bound to it.
    pub(crate) session: Option<String>,
    /// The visitor cookie, or the one that is about to be set.
    pub(crate) visitor: String,
    pub(crate) visitor_is_new: bool,
    pub(crate) cart_count: u32,
    pub(crate) flash: Option<Flash>,
    /// Whether a page was made that carries a form token.
    pub(crate) frame_used: Cell<bool>,
    /// Whether the handler has told the security log what it did, so that the edge need not.
    pub(crate) noted: Cell<bool>,
}

impl RequestContext {
    /// What the edge knows of this request; `None` if it never passed the edge.
    pub(crate) fn of(req: &HttpRequest) -> Option<Rc<Self>> {
        req.extensions().get::<Rc<Self>>().cloned()
    }

    /// The caller, if logged in.
    pub(crate) fn identity(&self) -> Option<&Identity> {
        match &self.recognised {
            AuthenticatedCaller::Known(identity) => Some(identity),
            AuthenticatedCaller::Nobody | AuthenticatedCaller::Unknown => None,
        }
    }

    /// What tells another process of the shop who is asking.
    pub(crate) fn signed_identity(&self) -> Option<String> {
        let signer = self.shop.signer.as_ref();
        let sign =
            || signer.zip(self.identity()).and_then(|(signer, who)| signer.sign(who, CredentialKind::Bearer).ok());
        self.signed.clone().or_else(sign)
    }

    /// What tells another process which client asks; a program on this machine asks there as one, too.
    pub(crate) fn forwarded_client(&self) -> Option<IpAddr> {
        self.client.filter(|client| !client.is_local()).map(|client| client.address)
    }

    /// Path and query as the browser asked for them.
    pub(crate) fn path_and_query(&self) -> String {
        if self.query.is_empty() { self.sent_path.clone() } else { format!("{}?{}", self.sent_path, self.query) }
    }
}
