//! What an order is, and what may happen to it.
//!
//! Pure: no clock, no randomness, no I/O. Reading order: [`cart`], [`price_list`] (the local copy of what may be sold),
//! [`pricing`] (prices, delivery and tax to the cent), then [`order`], the aggregate that everything turns on.

pub mod cart;
pub mod charge_limits;
pub mod order;
pub mod price_list;
pub mod pricing;

pub use cart::{Cart, CartId, CartLine, CartRefused, LineChange};
pub use charge_limits::{ChargeLimits, NotChargeable};
pub use order::{
    AttemptHint, AttemptOutcome, Attention, AttentionReason, Buyer, CancelRefused, CancelStep, Country, CountryError,
    Dispute, DisputeReport, DisputeStatus, Fulfilment, FulfilmentItem, FulfilmentStatus, HistoryEntry, HistoryKind,
    IntentId, IntentReport, IntentStatus, NewOrder, NextStep, NotHistory, NotSent, OpenedIntent, Order, OrderDetails,
    OrderEvent, OrderNumber, OrderState, OrderTask, Origin, PaidBy, PastOrder, PastPayment, PastRefund, PastStanding,
    Payment, PaymentAxis, PaymentOrigin, PaymentState, PaymentStatement, ProcessedItem, Reason, ReasonError, Receipt,
    Refund, RefundId, RefundReason, RefundRefused, RefundReport, RefundRequest, RefundState, ReportedRefund,
    RestoreError, Shipment, Status, StoredOrder, Tracking, Transition,
};
pub use price_list::{Kind, Listing, PricedItem, ProductPrices, VariantPrice};
pub use pricing::{OrderLine, Priced, ShippingItem, Totals, price};
