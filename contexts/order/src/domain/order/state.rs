//! Where an order stands. Each state owns the data that only it has.

use shared_kernel::{OrderId, Sku, Timestamp};

use super::{IntentId, Reason};

/// The life of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrderState {
    /// Stock is asked for (`reserved: false`), or held while the payment is being prepared (`reserved: true`).
    AwaitingStock {
        /// Whether fulfilment holds the goods.
        reserved: bool,
    },
    /// The buyer can pay.
    AwaitingPayment {
        /// The intent that they were offered.
        intent: IntentId,
        /// Since when the deadline is past and the provider is asked to cancel.
        closing: Option<Timestamp>,
    },
    /// The money is here, exactly as much as it costs.
    Paid(PaidBy),
    /// A parcel has left, more is to come.
    Shipped {
        paid: PaidBy,
        /// When the first parcel left.
        shipped_at: Timestamp,
    },
    /// Every item has been processed.
    Completed {
        paid: PaidBy,
        /// When the last item was.
        completed_at: Timestamp,
    },
    /// The semantic lock of the cancellation: nothing else may be decided until it is through.
    CancelPending {
        paid: PaidBy,
        /// Why.
        reason: Reason,
        /// What is being waited for.
        step: CancelStep,
    },
    /// Cancelled, and every cent returned.
    Cancelled {
        /// Why.
        reason: Reason,
    },
    /// There was no stock for it.
    Rejected {
        /// What fell short.
        skus: Vec<Sku>,
    },
    /// Not paid in time, or replaced by a newer order of the same cart.
    Expired {
        /// The order that took its place.
        superseded_by: Option<OrderId>,
    },
}

/// What a cancellation is waiting for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CancelStep {
    /// Fulfilment has to cancel the shipping order, or refuse.
    Fulfilment,
    /// The provider has to return the money.
    Refund,
}

impl CancelStep {
    pub const ALL: [Self; 2] = [Self::Fulfilment, Self::Refund];

    /// The stable name, in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fulfilment => "fulfilment",
            Self::Refund => "refund",
        }
    }
}

/// What an order was paid with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaidBy {
    /// The intent whose money it is; `None` when there was nothing to pay, or another shop was paid.
    pub intent: Option<IntentId>,
    /// When the money arrived.
    pub at: Timestamp,
}

impl PaidBy {
    /// How published events and receipts name the payment.
    pub fn reference(&self) -> &str {
        self.intent.as_ref().map_or("none", IntentId::as_str)
    }
}

/// The state's name as the API, the database and people's lists use it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Status {
    AwaitingStock,
    /// `INITIAL`: the buyer can pay.
    Initial,
    Paid,
    /// `SHIPPED`: a parcel left.
    Shipped,
    /// `COMPLETED`: every item processed.
    Completed,
    CancelPending,
    Cancelled,
    Rejected,
    Expired,
}

impl Status {
    /// All of them, in the order of an order's life.
    pub const ALL: [Self; 9] = [
        Self::AwaitingStock,
        Self::Initial,
        Self::Paid,
        Self::Shipped,
        Self::Completed,
        Self::CancelPending,
        Self::Cancelled,
        Self::Rejected,
        Self::Expired,
    ];

    /// The name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AwaitingStock => "AWAITING_STOCK",
            Self::Initial => "INITIAL",
            Self::Paid => "PAID",
            Self::Shipped => "SHIPPED",
            Self::Completed => "COMPLETED",
            Self::CancelPending => "CANCEL_PENDING",
            Self::Cancelled => "CANCELLED",
            Self::Rejected => "REJECTED",
            Self::Expired => "EXPIRED",
        }
    }

    /// Reads the name on the wire.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }
}

impl OrderState {
    /// The name by which others know this state.
    pub const fn status(&self) -> Status {
        match self {
            Self::AwaitingStock { .. } => Status::AwaitingStock,
            Self::AwaitingPayment { .. } => Status::Initial,
            Self::Paid(_) => Status::Paid,
            Self::Shipped { .. } => Status::Shipped,
            Self::Completed { .. } => Status::Completed,
            Self::CancelPending { .. } => Status::CancelPending,
            Self::Cancelled { .. } => Status::Cancelled,
            Self::Rejected { .. } => Status::Rejected,
            Self::Expired { .. } => Status::Expired,
        }
    }

    /// What the order was paid with, in the states that mean that its money is here and accepted.
    pub const fn paid_by(&self) -> Option<&PaidBy> {
        match self {
            Self::Paid(paid)
            | Self::Shipped { paid, .. }
            | Self::Completed { paid, .. }
            | Self::CancelPending { paid, .. } => Some(paid),
            Self::AwaitingStock { .. }
            | Self::AwaitingPayment { .. }
            | Self::Cancelled { .. }
            | Self::Rejected { .. }
            | Self::Expired { .. } => None,
        }
    }

    /// Whether it still waits to be paid and holds its cart's place: at most one such order per cart.
    pub const fn is_open(&self) -> bool {
        matches!(self, Self::AwaitingStock { .. } | Self::AwaitingPayment { .. })
    }

    /// Whether nothing will change it any more.
    pub const fn is_final(&self) -> bool {
        matches!(self, Self::Completed { .. } | Self::Cancelled { .. } | Self::Rejected { .. } | Self::Expired { .. })
    }
}
