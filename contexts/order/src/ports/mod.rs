//! What the order context asks of the world, in its own language.
//!
//! Stores first ([`orders`], [`placement`], [`history`], [`carts`], [`prices`], [`inbox`], [`news`], [`restoration`],
//! [`personal_data`]), then
//! the outside world ([`payments`], [`payment_events`], [`receipts`]). Each trait says what its implementors owe; the suites in `testing` hold them to
//! it. No transaction crosses a port: what must be atomic travels as one value, or as a pure function that decides
//! inside the transaction.

pub mod carts;
pub mod history;
pub mod inbox;
pub mod news;
pub mod orders;
pub mod payment_events;
pub mod payments;
pub mod personal_data;
pub mod placement;
pub mod prices;
pub mod receipts;
pub mod restoration;

pub use carts::CartStore;
pub use history::{OrderCursor, OrderFilter, OrderHistory};
pub use inbox::{PaymentInbox, ProviderEvent};
pub use news::{NewsListener, OrderNews};
pub use orders::{Decide, MoneyOrders, OrderStore, PlacedAt, Refusal, Update, Updated};
pub use payment_events::{EventPage, EventSpan, PaymentEvents};
pub use payments::{
    CardPage, CardPageRequest, Intent, NewIntent, NewRefund, OpenedCardPage, PaymentError, PaymentGateway,
    ProviderRefund,
};
pub use personal_data::PersonalData;
pub use placement::{HistoryImport, OrderPlacement, PlaceDecide, PlaceOutcome, PlaceRequest, Placement, RequestKey};
pub use prices::PriceList;
pub use receipts::{ReceiptError, ReceiptLetter, ReceiptSender};
pub use restoration::Restoration;
