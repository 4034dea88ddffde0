//! What a context is given at start (its own database, and the ports that all contexts share), and in [`ContextModule`] what
//! it hands to the app.

#![warn(unreachable_pub)]

mod context_module;

use std::sync::Arc;

use chassis_mail::Mailer;
use chassis_sql::Database;
use shared_kernel::{Clock, Currency, Ids, TaxRate};

pub use context_module::{ContextModule, OpenWork};

/// Everything a context may use of the outside world.
#[derive(Clone)]
pub struct Platform {
    /// The context's own database; no other context touches it.
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
