//! How often a client may come: token buckets per client and kind of request.
//!
//! Which paths are dear is said by the app; this module only counts. The counters are in the memory of this process and
//! bounded: a flood of addresses makes it forget, not grow.

use std::collections::HashMap;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use actix_web::http::{Method, StatusCode, header};
use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use shared_kernel::CustomerId;

use super::problem::Problem;

/// A number of requests in a window; `burst` of them at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// What the policy is called in the headers. Rules of the same name share one count.
    pub name: &'static str,
    /// Requests per window.
    pub quota: u32,
    pub window: Duration,
    /// How many may come without any pause.
    pub burst: u32,
}

impl Allowance {
    /// Requests of a client without login: 300 a minute.
    pub const ANONYMOUS: Self = Self::per("ip", 300, Duration::from_mins(1), 60);
    /// Requests of an account: 600 a minute.
    pub const ACCOUNT: Self = Self::per("account", 600, Duration::from_mins(1), 120);
    /// Attempts to log in, sign up or get back a password: 10 a minute.
    pub const LOGIN: Self = Self::per("login", 10, Duration::from_mins(1), 10);
    /// Attempts to place an order: 10 an hour.
    pub const CHECKOUT: Self = Self::per("checkout", 10, Duration::from_hours(1), 10);
    /// Searches: 60 a minute.
    pub const SEARCH: Self = Self::per("search", 60, Duration::from_mins(1), 20);

    /// `quota` requests per `window`, `burst` of them at once.
    pub const fn per(name: &'static str, quota: u32, window: Duration, burst: u32) -> Self {
        Self { name, quota, window, burst }
    }
}

/// Requests that count against an allowance of their own, beside the general one.
#[derive(Debug, Clone)]
pub struct LimitRule {
    /// What they may use.
    pub allowance: Allowance,
    pub method: Method,
    /// Their path; with `*` at its end, every path that begins so.
    pub path: &'static str,
    /// A query parameter without which the rule does not apply.
    pub parameter: Option<&'static str>,
}

impl LimitRule {
    pub const fn post(path: &'static str, allowance: Allowance) -> Self {
        Self { allowance, method: Method::POST, path, parameter: None }
    }

    /// GETs of `path` with the query parameter `parameter`.
    pub const fn query(path: &'static str, parameter: &'static str, allowance: Allowance) -> Self {
        Self { allowance, method: Method::GET, path, parameter: Some(parameter) }
    }

    fn applies(&self, method: &Method, path: &str, query: &str) -> bool {
        let on_path = self.path.strip_suffix('*').map_or(self.path == path, |prefix| path.starts_with(prefix));
        let filled = |name: &str| {
            let value = query.split('&').filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == name);
            value.is_some_and(|(_, value)| !value.is_empty())
        };
        self.method == *method && on_path && self.parameter.is_none_or(filled)
    }
}

/// All limits of a shop.
#[derive(Debug, Clone)]
pub struct LimitSettings {
    /// Whether programs on this machine, coming without a proxy, are not counted.
    pub exempt_loopback: bool,
    /// For clients without login.
    pub anonymous: Allowance,
    /// For people logged in and for API keys.
    pub account: Allowance,
    /// For requests that are dear.
    pub rules: Vec<LimitRule>,
    /// How many clients are remembered at most, per allowance.
    pub max_clients: usize,
}

impl Default for LimitSettings {
    fn default() -> Self {
        Self {
            exempt_loopback: true,
            anonymous: Allowance::ANONYMOUS,
            account: Allowance::ACCOUNT,
            rules: Vec::new(),
            max_clients: 100_000,
        }
    }
}

/// Who is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Key {
    Address(IpAddr),
    Account(CustomerId),
}

/// How an allowance stands after this request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) allowance: Allowance,
    /// Requests left right now.
    pub(crate) remaining: u32,
    /// Seconds until one more is there.
    pub(crate) reset: u64,
    /// Whether this request was one too many.
    pub(crate) exceeded: bool,
}

/// The counters.
pub(crate) struct Limits {
    settings: LimitSettings,
    buckets: HashMap<&'static str, Bucket>,
}

impl Limits {
    pub(crate) fn new(settings: LimitSettings) -> Self {
        let mut buckets = HashMap::new();
        let all = settings.rules.iter().map(|rule| rule.allowance).chain([settings.anonymous, settings.account]);
        for allowance in all {
            buckets.entry(allowance.name).or_insert_with(|| Bucket::new(allowance, settings.max_clients));
        }
        Self { settings, buckets }
    }

    pub(crate) fn exempts_loopback(&self) -> bool {
        self.settings.exempt_loopback
    }

    /// Counts a request of a client without login.
    pub(crate) fn anonymous(&self, client: IpAddr) -> Option<Standing> {
        self.count(self.settings.anonymous, Key::Address(client))
    }

    /// Counts a request of an account.
    pub(crate) fn account(&self, customer: CustomerId) -> Option<Standing> {
        self.count(self.settings.account, Key::Account(customer))
    }

    /// Counts a dear request, if it is one.
    pub(crate) fn dear(&self, method: &Method, path: &str, query: &str, client: IpAddr) -> Option<Standing> {
        let rule = self.settings.rules.iter().find(|rule| rule.applies(method, path, query))?;
        self.count(rule.allowance, Key::Address(client))
    }

    fn count(&self, allowance: Allowance, key: Key) -> Option<Standing> {
        self.buckets.get(allowance.name).map(|bucket| bucket.count(key))
    }
}

type Limiter = RateLimiter<Key, DashMapStateStore<Key>, DefaultClock, StateInformationMiddleware>;

struct Bucket {
    allowance: Allowance,
    limiter: RwLock<Arc<Limiter>>,
    max_clients: usize,
    counted: AtomicU64,
}

/// How many requests pass between two looks at how many clients are remembered.
const REQUESTS_PER_CLEANUP: u64 = 256;

impl Bucket {
    fn new(allowance: Allowance, max_clients: usize) -> Self {
        let limiter = RwLock::new(Arc::new(limiter(allowance)));
        Self { allowance, limiter, max_clients, counted: AtomicU64::new(0) }
    }

    fn count(&self, key: Key) -> Standing {
        if self.counted.fetch_add(1, Ordering::Relaxed) % REQUESTS_PER_CLEANUP == REQUESTS_PER_CLEANUP - 1 {
            self.tidy();
        }
        let limiter = Arc::clone(&self.limiter.read().unwrap_or_else(PoisonError::into_inner));
        let (remaining, wait) = match limiter.check_key(&key) {
            Ok(state) => (state.remaining_burst_capacity(), Duration::ZERO),
            Err(refusal) => (0, refusal.wait_time_from(DefaultClock::default().now())),
        };
        let exceeded = !wait.is_zero();
        let next = if exceeded { wait } else { interval(self.allowance) };
        let reset = next.as_secs() + u64::from(next.subsec_nanos() > 0);
        Standing { allowance: self.allowance, remaining, reset, exceeded }
    }

    /// Forgets clients that have not come for a while; if that does not make room, forgets all.
    fn tidy(&self) {
        let current = Arc::clone(&self.limiter.read().unwrap_or_else(PoisonError::into_inner));
        if current.len() <= self.max_clients {
            return;
        }
        current.retain_recent();
        if current.len() > self.max_clients / 10 * 9 {
            *self.limiter.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(limiter(self.allowance));
        }
    }
}

fn interval(allowance: Allowance) -> Duration {
    (allowance.window / allowance.quota.max(1)).max(Duration::from_nanos(1))
}

fn limiter(allowance: Allowance) -> Limiter {
    let burst = NonZeroU32::new(allowance.burst).unwrap_or(NonZeroU32::MIN);
    let quota = Quota::with_period(interval(allowance)).unwrap_or_else(|| Quota::per_second(burst)).allow_burst(burst);
    RateLimiter::dashmap(quota).with_middleware()
}

/// The value of `RateLimit-Policy`.
pub(crate) fn policy_header(standings: &[Standing]) -> String {
    let one =
        |s: &Standing| format!("\"{}\";q={};w={}", s.allowance.name, s.allowance.quota, s.allowance.window.as_secs());
    standings.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// The value of `RateLimit`.
pub(crate) fn state_header(standings: &[Standing]) -> String {
    let one = |s: &Standing| format!("\"{}\";r={};t={}", s.allowance.name, s.remaining, s.reset);
    standings.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// The refusal of one request too many.
pub(crate) fn too_many(standing: &Standing) -> Problem {
    Problem::new(StatusCode::TOO_MANY_REQUESTS, "quota-exceeded", "Too many requests")
        .detail(format!("come back in {} s", standing.reset))
        .with("violated-policies", serde_json::json!([standing.allowance.name]))
        .header(header::RETRY_AFTER, &standing.reset.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(max_clients: usize) -> Limits {
        let hour = Duration::from_hours(1);
        Limits::new(LimitSettings {
            anonymous: Allowance::per("ip", 3, hour, 3),
            rules: vec![
                LimitRule::post("/login", Allowance::per("login", 1, hour, 1)),
                LimitRule::post("/api/customer/v1/sessions", Allowance::per("login", 1, hour, 1)),
                LimitRule::query("/products*", "q", Allowance::per("search", 2, hour, 2)),
            ],
            max_clients,
            ..LimitSettings::default()
        })
    }

    fn address(last: u32) -> IpAddr {
        IpAddr::V4((0xCB00_7100 + last).into())
    }

    #[test]
    fn one_request_too_many_is_told_when_to_come_back() {
        let limits = limits(100);
        let left: Vec<u32> = (0..3).map(|_| limits.anonymous(address(1)).unwrap().remaining).collect();
        assert_eq!(left, [2, 1, 0]);
        let refused = limits.anonymous(address(1)).unwrap();
        assert!(refused.exceeded);
        assert!((1_100..=1_200).contains(&refused.reset), "{refused:?}");
        assert!(!limits.anonymous(address(2)).unwrap().exceeded);
    }

    #[test]
    fn two_doors_to_the_same_room_share_one_count() {
        let limits = limits(100);
        let knock = |path| limits.dear(&Method::POST, path, "", address(1)).map(|standing| standing.exceeded);
        assert_eq!(knock("/login"), Some(false));
        assert_eq!(knock("/api/customer/v1/sessions"), Some(true));
        assert_eq!(knock("/logout"), None);
        assert_eq!(limits.dear(&Method::GET, "/login", "", address(1)), None);
    }

    #[test]
    fn looking_around_is_not_searching() {
        let limits = limits(100);
        let search = |query| limits.dear(&Method::GET, "/products", query, address(1)).is_some();
        assert!(search("q=kea"));
        assert!(!search("q="));
        assert!(!search("category=books"));
    }

    #[test]
    fn a_flood_of_addresses_does_not_fill_the_memory() {
        let limits = limits(500);
        for last in 0..5_000 {
            limits.anonymous(address(last));
        }
        let remembered = limits.buckets["ip"].limiter.read().unwrap().len();
        assert!(remembered <= 500 + usize::try_from(REQUESTS_PER_CLEANUP).unwrap(), "{remembered} are remembered");
    }

    #[test]
    fn the_headers_follow_the_draft() {
        let standing = Standing { allowance: Allowance::LOGIN, remaining: 0, reset: 17, exceeded: true };
        assert_eq!(policy_header(&[standing]), "\"login\";q=10;w=60");
        assert_eq!(state_header(&[standing, standing]), "\"login\";r=0;t=17, \"login\";r=0;t=17");
    }
}
