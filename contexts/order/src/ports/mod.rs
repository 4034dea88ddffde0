//! What the order context asks of the world, in its own language.
//!
//! Stores first ([`orders`], [`placement`], [`history`], [`carts`], [`prices`], [`webhook_inbox`], [`order_changes`], [`restoration`],
//! [`personal_data`]), then
//! the outside world ([`payments`], [`provider_event_log`], [`receipts`]). Each trait says what its implementors owe; the suites in `testing` hold them to
//! it. No transaction crosses a port: what must be atomic travels as one value, or as a pure function that decides
//! inside the transaction.

#![warn(missing_docs)]

pub mod carts;
pub mod history;
pub mod order_changes;
pub mod orders;
pub mod payments;
pub mod personal_data;
pub mod placement;
pub mod prices;
pub mod provider_event_log;
pub mod receipts;
pub mod restoration;
pub mod webhook_inbox;

pub use carts::CartStore;
pub use history::{OrderCursor, OrderFilter, OrderHistory};
pub use order_changes::{OrderChangeListener, OrderChanges};
pub use orders::{Decide, MoneyOrders, OrderStore, PlacedAt, Refusal, Update, Updated};
pub use payments::{
    CardPage, CardPageRequest, Intent, NewIntent, NewRefund, OpenedCardPage, PaymentError, PaymentGateway,
    ProviderRefund,
};
pub use personal_data::PersonalData;
pub use placement::{HistoryImport, OrderPlacement, PlaceDecide, PlaceOutcome, PlaceRequest, Placement, RequestKey};
pub use prices::PriceList;
pub use provider_event_log::{EventPage, EventSpan, ProviderEventLog};
pub use receipts::{ReceiptError, ReceiptLetter, ReceiptSender};
pub use restoration::Restoration;
pub use webhook_inbox::{ProviderEvent, WebhookInbox};
