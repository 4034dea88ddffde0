//! What every bounded context agrees on, and nothing more.
//!
//! Reading order: [`money`] (integer minor units), [`tax`], [`address`], [`country`], [`sku`], [`text`], [`ids`], [`time`],
//! [`identity`] (who is asking), [`paging`], [`format`](mod@format), then the two seams between contexts: [`event`] (the envelope in which a
//! fact travels) and [`bus`] (the port through which it leaves). [`store`] names what a store may answer, and
//! [`retry`] how it is asked again.
//!
//! There is no I/O here and no knowledge of any context: a type belongs here only when two contexts that could be run
//! by two companies would still have to mean the same by it.

#![warn(unreachable_pub)]
#![warn(missing_docs)]

pub mod address;
pub mod bus;
pub mod country;
pub mod event;
pub mod format;
pub mod identity;
pub mod ids;
pub mod money;
pub mod paging;
pub mod retry;
pub mod sku;
pub mod store;
pub mod tax;
pub mod text;
pub mod time;

pub use address::Address;
pub use bus::{BusError, Delivered, Destination, EventBus, Standing};
pub use event::{Cause, ConsumerName, Envelope, EventDraft, LeaseToken, MessageId, UnwritableEvent};
pub use identity::{Identity, Role};
pub use ids::{CustomerId, Ids, OrderId};
pub use money::{Currency, Money, MoneyError};
pub use paging::{Limit, Page};
pub use retry::{Backoff, IsConflict, jitter, retry_on_conflict};
pub use sku::{ProductKind, Quantity, Sku, SkuError};
pub use store::StoreError;
pub use tax::{TaxRate, TaxRateError};
pub use time::{Clock, Timestamp};
