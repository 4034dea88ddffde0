//! What a context is given at start: its own database, and the ports that all contexts share.

use std::sync::{Arc, OnceLock};
use std::time::Instant;

use rand::Rng;
use shared_kernel::{Clock, Currency, Ids, TaxRate, Timestamp};
use uuid::Uuid;

use crate::mail::Mailer;
use crate::sql::Database;

/// Everything a context may use of the outside world.
#[derive(Clone)]
pub struct Platform {
    /// The context's own database; nobody else touches it.
    pub database: Database,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Gives ids and randomness.
    pub ids: Arc<dyn Ids>,
    /// Sends mail.
    pub mailer: Arc<dyn Mailer>,
    /// Facts about the shop.
    pub site: Site,
}

/// Facts about the shop that its pages and mails need.
#[derive(Debug, Clone)]
pub struct Site {
    /// The shop's name.
    pub name: String,
    /// Where the shop is found, without a slash at the end. Links in mails use this and never the `Host` header.
    pub base_url: String,
    /// The currency of all prices.
    pub currency: Currency,
    /// The tax contained in all prices.
    pub tax: TaxRate,
    /// IANA name of the zone whose calendar the reports follow.
    pub time_zone: String,
    /// Sender of all mail.
    pub mail_from: String,
}

/// The system's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        jiff_now()
    }

    fn steady(&self) -> Timestamp {
        static BEGAN: OnceLock<(Instant, Timestamp)> = OnceLock::new();
        let (began, then) = BEGAN.get_or_init(|| (Instant::now(), jiff_now()));
        then.plus(began.elapsed())
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the one place that asks the system for the time")]
fn jiff_now() -> Timestamp {
    let elapsed = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_micros(i64::try_from(elapsed.as_micros()).unwrap_or(i64::MAX))
}

/// The system's source of ids and randomness.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemIds;

impl Ids for SystemIds {
    fn uuid(&self) -> Uuid {
        Uuid::now_v7()
    }

    fn secret(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        rand::rng().fill_bytes(&mut bytes);
        bytes
    }
}
