//! The connections of a door: how many there may be, and how long a slow or silent client may hold one.
//!
//! The server underneath has deadlines for the head of the first request and for idle connections only. Here every
//! connection that waits for its client has one: for the next head, and for taking the answer. How fast bodies must come
//! is said in [`super::bodies`], where a request is known. A connection whose request is being worked on has no deadline:
//! then it is the client who waits.
//!
//! When there is no room for another connection, the one that has waited longest without ever having asked makes room; so
//! however many do nothing, those who ask are served.

mod answer;
mod line;
mod stream;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use actix_web::dev::Extensions;
use actix_web::rt::net::TcpStream;

use super::client::{TrustedProxies, network_of};
pub(crate) use answer::Answer;
pub(crate) use line::Line;
pub use stream::Guarded;

/// How long clients may take, and how many connections there may be.
#[derive(Debug, Clone)]
pub struct ConnectionSettings {
    /// All together.
    pub most: usize,
    /// Of one address, or of one subscriber's network.
    pub most_of_one: usize,
    /// Whether those of this machine are not counted by address.
    pub exempt_loopback: bool,
    /// Proxies, which speak for many clients.
    pub trusted_proxies: TrustedProxies,
    /// From the first byte of a head to its last.
    pub head: Duration,
    /// From the end of an answer to the end of the next head.
    pub idle: Duration,
    /// The time over which the rate at which a client takes its answer is measured, see [`Self::least_rate`].
    pub rate_window: Duration,
    /// In bytes per second.
    pub least_rate: u32,
}

impl Default for ConnectionSettings {
    fn default() -> Self {
        Self {
            most: 4_096,
            most_of_one: 256,
            exempt_loopback: true,
            trusted_proxies: TrustedProxies::default(),
            // The server underneath says 408 after ten, unless it is kept from looking.
            head: Duration::from_secs(12),
            idle: Duration::from_secs(25),
            rate_window: Duration::from_secs(10),
            least_rate: 1_024,
        }
    }
}

/// All connections of a door. Clones count together.
#[derive(Clone)]
pub struct Connections(Arc<Shared>);

struct Shared {
    settings: ConnectionSettings,
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    next: u64,
    lines: BTreeMap<u64, Arc<Line>>,
    of_address: HashMap<IpAddr, usize>,
    draining: bool,
    told: bool,
}

/// A connection's place in the count, free again when it is dropped.
struct Place {
    connections: Connections,
    number: u64,
    address: Option<IpAddr>,
}

impl Place {
    fn settings(&self) -> &ConnectionSettings {
        &self.connections.0.settings
    }
}

impl Connections {
    /// Makes requests known to the connection that they come over; for `on_connect_ext`.
    pub fn attach_connection(stream: &Guarded, extensions: &mut Extensions) {
        extensions.insert(stream.line());
    }

    /// No connection yet.
    pub fn new(settings: ConnectionSettings) -> Self {
        Self(Arc::new(Shared { settings, open: Mutex::default() }))
    }

    /// Takes a connection in, or drops it because there are too many.
    pub fn admit(&self, stream: TcpStream) -> Option<Guarded> {
        let address = stream.peer_addr().ok()?.ip().to_canonical();
        let (place, line) = self.place(address)?;
        Some(Guarded::new(stream, line, place))
    }

    /// No connection is kept alive from now on: those that wait for a request are closed after `grace`.
    pub fn drain(&self, grace: Duration) {
        let mut open = self.lock();
        open.draining = true;
        open.lines.values().for_each(|line| line.shorten_wait(grace));
    }

    fn place(&self, address: IpAddr) -> Option<(Place, Arc<Line>)> {
        let settings = &self.0.settings;
        let counted = !settings.trusted_proxies.contain(address) || address.is_loopback() && !settings.exempt_loopback;
        let address = counted.then(|| network_of(address));
        let mut open = self.lock();
        if address.is_some_and(|address| open.of_address.get(&address).is_some_and(|n| *n >= settings.most_of_one)) {
            metrics::counter!("http_connections_refused_total", "reason" => "address").increment(1);
            return None;
        }
        if open.lines.len() >= settings.most && !open.make_room(settings.most) {
            metrics::counter!("http_connections_refused_total", "reason" => "total").increment(1);
            return None;
        }
        let line = Arc::new(Line::new(settings.head, if open.draining { settings.head } else { settings.idle }));
        open.next += 1;
        let number = open.next;
        open.lines.insert(number, Arc::clone(&line));
        if let Some(address) = address {
            *open.of_address.entry(address).or_default() += 1;
        }
        drop(open);
        Some((Place { connections: self.clone(), number, address }, line))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Open> {
        self.0.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Open {
    /// Ends the connection that has waited longest, one that never asked before one that did.
    fn make_room(&mut self, most: usize) -> bool {
        if !std::mem::replace(&mut self.told, true) {
            tracing::warn!(
                connections = most,
                "all {most} connections are taken: those that wait for their clients make room. This is told once"
            );
        }
        let waiting = |line: &&Arc<Line>| line.waits();
        let never_asked = self.lines.values().filter(waiting).find(|line| line.never_asked());
        let Some(line) = never_asked.or_else(|| self.lines.values().find(waiting)) else { return false };
        metrics::counter!("http_connections_evicted_total").increment(1);
        line.end();
        true
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.connections.lock();
        open.lines.remove(&self.number);
        let Some(address) = self.address else { return };
        if let Some(count) = open.of_address.get_mut(&address) {
            *count -= 1;
            if *count == 0 {
                open.of_address.remove(&address);
            }
        }
    }
}
