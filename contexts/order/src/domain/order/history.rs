//! What happened to an order, for those who look at it.

use shared_kernel::Timestamp;

/// One line of the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryEntry {
    /// When.
    pub at: Timestamp,
    /// What.
    pub kind: HistoryKind,
    /// Anything worth adding: a reason, an amount, a tracking number.
    pub note: Option<String>,
}

impl HistoryEntry {
    /// What happened, for people.
    pub fn words(&self) -> String {
        let words = self.kind.words();
        self.note.as_ref().map_or_else(|| words.to_owned(), |note| format!("{words}: {note}"))
    }
}

/// What can happen. On the wire in snake case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HistoryKind {
    Placed,
    Imported,
    StockReserved,
    StockRejected,
    PaymentReady,
    PaymentProcessing,
    PaymentFailed,
    Paid,
    PaymentUnexpected,
    Disputed,
    Closing,
    Expired,
    Superseded,
    CancellationRequested,
    CancellationRefused,
    Cancelled,
    RefundRequested,
    Refunded,
    RefundFailed,
    ShippingOrderCreated,
    ShippingOrderCancelled,
    ItemProcessed,
    Completed,
    ReceiptSent,
    NeedsAttention,
    AttentionResolved,
}

impl HistoryKind {
    pub const ALL: [Self; 26] = [
        Self::Placed,
        Self::Imported,
        Self::StockReserved,
        Self::StockRejected,
        Self::PaymentReady,
        Self::PaymentProcessing,
        Self::PaymentFailed,
        Self::Paid,
        Self::PaymentUnexpected,
        Self::Disputed,
        Self::Closing,
        Self::Expired,
        Self::Superseded,
        Self::CancellationRequested,
        Self::CancellationRefused,
        Self::Cancelled,
        Self::RefundRequested,
        Self::Refunded,
        Self::RefundFailed,
        Self::ShippingOrderCreated,
        Self::ShippingOrderCancelled,
        Self::ItemProcessed,
        Self::Completed,
        Self::ReceiptSent,
        Self::NeedsAttention,
        Self::AttentionResolved,
    ];

    /// The stable name: on the wire and in the database.
    pub const fn name(self) -> &'static str {
        self.described().0
    }

    /// For people.
    pub const fn words(self) -> &'static str {
        self.described().1
    }

    const fn described(self) -> (&'static str, &'static str) {
        match self {
            Self::Placed => ("placed", "Order placed"),
            Self::Imported => ("imported", "Brought from another shop"),
            Self::StockReserved => ("stock_reserved", "Stock reserved"),
            Self::StockRejected => ("stock_rejected", "Not enough stock"),
            Self::PaymentReady => ("payment_ready", "Ready to be paid"),
            Self::PaymentProcessing => ("payment_processing", "Payment under way"),
            Self::PaymentFailed => ("payment_failed", "Payment declined"),
            Self::Paid => ("paid", "Paid"),
            Self::PaymentUnexpected => ("payment_unexpected", "Unexpected payment, returned"),
            Self::Disputed => ("disputed", "Payment disputed with the bank"),
            Self::Closing => ("closing", "Time to pay has run out"),
            Self::Expired => ("expired", "Expired"),
            Self::Superseded => ("superseded", "Replaced by a newer order"),
            Self::CancellationRequested => ("cancellation_requested", "Cancellation requested"),
            Self::CancellationRefused => ("cancellation_refused", "Cancellation not possible"),
            Self::Cancelled => ("cancelled", "Cancelled"),
            Self::RefundRequested => ("refund_requested", "Refund under way"),
            Self::Refunded => ("refunded", "Refunded"),
            Self::RefundFailed => ("refund_failed", "Refund failed"),
            Self::ShippingOrderCreated => ("shipping_order_created", "Handed to dispatch"),
            Self::ShippingOrderCancelled => ("shipping_order_cancelled", "Dispatch cancelled"),
            Self::ItemProcessed => ("item_processed", "Item sent"),
            Self::Completed => ("completed", "Completed"),
            Self::ReceiptSent => ("receipt_sent", "Receipt sent"),
            Self::NeedsAttention => ("needs_attention", "Needs attention"),
            Self::AttentionResolved => ("attention_resolved", "Resolved"),
        }
    }
}
