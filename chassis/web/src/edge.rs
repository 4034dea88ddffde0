//! What the edge knows of the shop, and what it counts: the value behind the middleware.
//!
//! [`guard`](mod@super::guard) puts it to work on every request.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::HttpRequest;
use actix_web::dev::ServiceRequest;
use actix_web::http::Method;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use shared_kernel::Ids;
use storefront_theme::SHOP_NAME;

use super::bodies::Pace;
use super::client::TrustedProxies;
use super::cookies::{self, FLASH_COOKIE, SESSION_COOKIE, VISITOR_COOKIE};
use super::flash::Flash;
use super::form_token::CsrfKey;
use super::headers::SecurityHeaders;
use super::limits::{LimitSettings, Limits};
use super::paths::is_plumbing;
use super::recognition::Authentication;
use super::request_context::{AuthenticatedCaller, RequestContext, Surroundings};
use super::seats::ConcurrencyLimit;
use chassis_security::{SecurityEvent, SecurityLog};

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
    /// Whether a request with a forwarding header from any other proxy is refused; otherwise the header is ignored, and
    /// the log warns once.
    pub refuse_untrusted_proxies: bool,
    /// How often clients may come.
    pub limits: LimitSettings,
    /// How many requests are worked on at once; more are answered with 503.
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
    /// Records what was refused and what staff have changed.
    pub security: SecurityLog,
    /// Requests (method and pattern of the path) that have a name of their own in the security log when they succeed.
    pub recorded: Vec<(Method, &'static str, SecurityEvent)>,
    /// The cookie that says how many things lie in the visitor's cart, for the frame; `None` where there are no carts.
    pub cart_count_cookie: Option<&'static str>,
    /// Cookies of contexts that belong to the person who is logged in: a browser that forgets its session forgets them, too.
    pub cookies_of_session: Vec<&'static str>,
}

impl Default for EdgeSettings {
    /// A shop on this machine; the key is worth nothing and must be set.
    fn default() -> Self {
        Self {
            site_name: SHOP_NAME.to_owned(),
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
            pace: Pace::DEFAULT,
            uploads: Pace::UPLOADS,
            max_uploads: 32,
            security: SecurityLog::default(),
            recorded: Vec::new(),
            cart_count_cookie: None,
            cookies_of_session: Vec::new(),
        }
    }
}

/// The edge of the shop. Cheap to clone; all clones count together.
#[derive(Clone)]
pub struct Edge(Arc<Inner>);

struct Inner {
    shop: Arc<Surroundings>,
    headers: SecurityHeaders,
    trusted_proxies: TrustedProxies,
    refuse_untrusted_proxies: bool,
    told_of_untrusted: AtomicBool,
    limits: Limits,
    seats: ConcurrencyLimit,
    never_shed: Vec<&'static str>,
    unseen: Vec<&'static str>,
    body_limit: u64,
    large_bodies: Vec<(&'static str, u64)>,
    pace: Pace,
    uploads: Pace,
    upload_seats: ConcurrencyLimit,
    draining: AtomicBool,
    recorded: Vec<(Method, &'static str, SecurityEvent)>,
    cart_count_cookie: Option<&'static str>,
    cookies_of_session: Vec<&'static str>,
    recognition: Authentication,
}

impl Edge {
    /// Builds the edge. Register it as `web::Data` and wrap the app in `from_fn(chassis_web::guard)`.
    pub fn new(settings: EdgeSettings, recognition: impl Into<Authentication>, ids: Arc<dyn Ids>) -> Self {
        let recognition = recognition.into();
        let headers = SecurityHeaders::new(&settings.base_url, &settings.form_targets);
        let shop = Surroundings {
            site_name: settings.site_name,
            base_url: settings.base_url,
            csrf_key: CsrfKey::new(settings.csrf_key),
            security: settings.security,
            signer: recognition.signer(),
            ids,
        };
        Self(Arc::new(Inner {
            shop: Arc::new(shop),
            headers,
            trusted_proxies: settings.trusted_proxies,
            refuse_untrusted_proxies: settings.refuse_untrusted_proxies,
            told_of_untrusted: AtomicBool::new(false),
            limits: Limits::new(settings.limits),
            seats: ConcurrencyLimit::new(settings.max_in_flight),
            never_shed: settings.never_shed,
            unseen: settings.unseen,
            body_limit: settings.body_limit,
            large_bodies: settings.large_bodies,
            pace: settings.pace,
            uploads: settings.uploads,
            upload_seats: ConcurrencyLimit::new(settings.max_uploads),
            draining: AtomicBool::new(false),
            recorded: settings.recorded,
            cart_count_cookie: settings.cart_count_cookie,
            cookies_of_session: settings.cookies_of_session,
            recognition,
        }))
    }

    pub(crate) fn base_url(&self) -> &str {
        &self.0.shop.base_url
    }

    fn ids(&self) -> &dyn Ids {
        self.0.shop.ids.as_ref()
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.0.limits
    }

    pub(crate) fn trusted_proxies(&self) -> &TrustedProxies {
        &self.0.trusted_proxies
    }

    pub(crate) fn authentication(&self) -> &Authentication {
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

    pub(crate) fn seats(&self) -> &ConcurrencyLimit {
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

    pub(crate) fn upload_seats(&self) -> &ConcurrencyLimit {
        &self.0.upload_seats
    }

    /// From now on every answer says that it is the last one of its connection.
    pub fn drain(&self) {
        self.0.draining.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_draining(&self) -> bool {
        self.0.draining.load(Ordering::Relaxed)
    }

    pub(crate) fn headers(&self) -> &SecurityHeaders {
        &self.0.headers
    }

    /// What a request is called in the security log, if it has a name of its own there.
    pub(crate) fn recorded(&self, method: &Method, route: &str) -> Option<SecurityEvent> {
        let found = self.0.recorded.iter().find(|(verb, pattern, _)| verb == method && *pattern == route);
        found.map(|(_, _, event)| *event)
    }

    pub(crate) fn cookies_of_session(&self) -> &[&'static str] {
        &self.0.cookies_of_session
    }

    /// What is known of a request before anything was asked.
    pub(crate) fn context(&self, req: &ServiceRequest) -> RequestContext {
        let http = req.request();
        let inbound = req.headers().get("x-request-id").and_then(|value| value.to_str().ok()).filter(|id| sane_id(id));
        let visitor = cookies::cookie_value(http, VISITOR_COOKIE).filter(|visitor| sane_visitor(visitor));
        let new_visitor = || URL_SAFE_NO_PAD.encode(&self.ids().secret()[..16]);
        RequestContext {
            shop: Arc::clone(&self.0.shop),
            request_id: inbound.map_or_else(|| self.ids().uuid().to_string(), str::to_owned),
            path: req.match_info().as_str().to_owned(),
            sent_path: req.path().to_owned(),
            query: req.query_string().to_owned(),
            recognised: AuthenticatedCaller::Nobody,
            signed: None,
            client: None,
            session: cookies::cookie_value(http, SESSION_COOKIE),
            visitor_is_new: visitor.is_none(),
            visitor: visitor.unwrap_or_else(new_visitor),
            cart_count: self.cart_count(http),
            flash: cookies::cookie_value(http, FLASH_COOKIE).and_then(|value| Flash::from_cookie(&value)),
            frame_used: Cell::new(false),
            noted: Cell::new(false),
        }
    }

    /// What the browser says is in the cart: for display only, so any number will do.
    fn cart_count(&self, req: &HttpRequest) -> u32 {
        let found = self.0.cart_count_cookie.and_then(|name| cookies::cookie_value(req, name));
        found.and_then(|count| count.parse().ok()).unwrap_or(0).min(9_999)
    }
}

fn sane_id(id: &str) -> bool {
    (1..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

fn sane_visitor(visitor: &str) -> bool {
    visitor.len() == 22 && visitor.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}
