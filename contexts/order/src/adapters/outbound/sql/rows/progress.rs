//! Column `progress`: what has happened to an order since it was placed, as JSON.

use serde::{Deserialize, Serialize};
use shared_kernel::{OrderId, Sku, Timestamp};
use uuid::Uuid;

use super::money::{DisputeJson, PaymentJson, RefundJson};
use super::names;
use crate::domain::{
    Attention, AttentionReason, CancelStep, Dispute, Fulfilment, FulfilmentItem, HistoryEntry, HistoryKind, IntentId,
    Kind, Order, OrderState, PaidBy, Payment, Reason, Receipt, Refund, Tracking,
};

#[derive(Serialize, Deserialize)]
pub(super) struct ProgressJson {
    state: StateJson,
    pub(super) since: Timestamp,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    payments: Vec<PaymentJson>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    refunds: Vec<RefundJson>,
    #[serde(default)]
    fulfilment: FulfilmentJson,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    receipt: Option<ReceiptJson>,
    /// The first reason alone, in words of older versions; written for them, and by them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    attention: Option<AttentionJson>,
    /// All of them; absent in what older versions have written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    attentions: Option<Vec<AttentionJson>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    disputes: Vec<DisputeJson>,
    history: Vec<HistoryJson>,
}

/// What a `progress` says in terms of the domain.
pub(super) struct Progress {
    pub(super) state: OrderState,
    pub(super) since: Timestamp,
    pub(super) payments: Vec<Payment>,
    pub(super) refunds: Vec<Refund>,
    pub(super) fulfilment: Fulfilment,
    pub(super) receipt: Option<Receipt>,
    pub(super) attention: Vec<Attention>,
    pub(super) disputes: Vec<Dispute>,
    pub(super) history: Vec<HistoryEntry>,
}

impl ProgressJson {
    pub(super) fn of(order: &Order) -> Self {
        let all: Vec<AttentionJson> = order.attentions().iter().cloned().map(AttentionJson::from).collect();
        Self {
            state: order.state().clone().into(),
            since: order.state_since(),
            payments: order.payments().iter().cloned().map(PaymentJson::from).collect(),
            refunds: order.refunds().iter().cloned().map(RefundJson::from).collect(),
            fulfilment: order.fulfilment().clone().into(),
            receipt: order.receipt().map(|receipt| ReceiptJson { id: receipt.id, sent_at: receipt.sent_at }),
            attention: order.attention().map(AttentionJson::for_older_versions),
            attentions: Some(all).filter(|all| !all.is_empty()),
            disputes: order.disputes().iter().cloned().map(DisputeJson::from).collect(),
            history: order.history().iter().cloned().map(HistoryJson::from).collect(),
        }
    }
}

impl From<ProgressJson> for Progress {
    fn from(json: ProgressJson) -> Self {
        let attention = json.attentions.unwrap_or_else(|| json.attention.into_iter().collect());
        Self {
            state: json.state.into(),
            since: json.since,
            payments: json.payments.into_iter().map(Payment::from).collect(),
            refunds: json.refunds.into_iter().map(Refund::from).collect(),
            fulfilment: json.fulfilment.into(),
            receipt: json.receipt.map(|ReceiptJson { id, sent_at }| Receipt { id, sent_at }),
            attention: attention.into_iter().map(Attention::from).collect(),
            disputes: json.disputes.into_iter().map(Dispute::from).collect(),
            history: json.history.into_iter().map(HistoryEntry::from).collect(),
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
enum StateJson {
    AwaitingStock {
        reserved: bool,
    },
    AwaitingPayment {
        intent: String,
        closing: Option<Timestamp>,
    },
    Paid(PaidJson),
    Shipped {
        paid: PaidJson,
        shipped_at: Timestamp,
    },
    Completed {
        paid: PaidJson,
        completed_at: Timestamp,
    },
    CancelPending {
        paid: PaidJson,
        reason: String,
        #[serde(with = "names")]
        step: CancelStep,
    },
    Cancelled {
        reason: String,
    },
    Rejected {
        skus: Vec<Sku>,
    },
    Expired {
        superseded_by: Option<OrderId>,
    },
}

#[derive(Serialize, Deserialize)]
struct PaidJson {
    intent: Option<String>,
    at: Timestamp,
}

impl From<OrderState> for StateJson {
    fn from(state: OrderState) -> Self {
        match state {
            OrderState::AwaitingStock { reserved } => Self::AwaitingStock { reserved },
            OrderState::AwaitingPayment { intent, closing } => {
                Self::AwaitingPayment { intent: intent.to_string(), closing }
            }
            OrderState::Paid(paid) => Self::Paid(paid.into()),
            OrderState::Shipped { paid, shipped_at } => Self::Shipped { paid: paid.into(), shipped_at },
            OrderState::Completed { paid, completed_at } => Self::Completed { paid: paid.into(), completed_at },
            OrderState::CancelPending { paid, reason, step } => {
                Self::CancelPending { paid: paid.into(), reason: reason.to_string(), step }
            }
            OrderState::Cancelled { reason } => Self::Cancelled { reason: reason.to_string() },
            OrderState::Rejected { skus } => Self::Rejected { skus },
            OrderState::Expired { superseded_by } => Self::Expired { superseded_by },
        }
    }
}

impl From<StateJson> for OrderState {
    fn from(state: StateJson) -> Self {
        match state {
            StateJson::AwaitingStock { reserved } => Self::AwaitingStock { reserved },
            StateJson::AwaitingPayment { intent, closing } => {
                Self::AwaitingPayment { intent: IntentId::new(intent), closing }
            }
            StateJson::Paid(paid) => Self::Paid(paid.into()),
            StateJson::Shipped { paid, shipped_at } => Self::Shipped { paid: paid.into(), shipped_at },
            StateJson::Completed { paid, completed_at } => Self::Completed { paid: paid.into(), completed_at },
            StateJson::CancelPending { paid, reason, step } => {
                Self::CancelPending { paid: paid.into(), reason: Reason::new(reason), step }
            }
            StateJson::Cancelled { reason } => Self::Cancelled { reason: Reason::new(reason) },
            StateJson::Rejected { skus } => Self::Rejected { skus },
            StateJson::Expired { superseded_by } => Self::Expired { superseded_by },
        }
    }
}

impl From<PaidBy> for PaidJson {
    fn from(PaidBy { intent, at }: PaidBy) -> Self {
        Self { intent: intent.map(|intent| intent.to_string()), at }
    }
}

impl From<PaidJson> for PaidBy {
    fn from(PaidJson { intent, at }: PaidJson) -> Self {
        Self { intent: intent.map(IntentId::new), at }
    }
}

#[derive(Default, Serialize, Deserialize)]
struct FulfilmentJson {
    started: bool,
    cancelled: bool,
    items: Vec<ItemJson>,
    completed_at: Option<Timestamp>,
}

#[derive(Serialize, Deserialize)]
struct ItemJson {
    sku: Sku,
    #[serde(with = "names")]
    kind: Kind,
    quantity: u32,
    processed_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    carrier: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tracking: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    not_sent_at: Option<Timestamp>,
}

impl From<Fulfilment> for FulfilmentJson {
    fn from(fulfilment: Fulfilment) -> Self {
        Self {
            started: fulfilment.is_started(),
            cancelled: fulfilment.is_cancelled(),
            items: fulfilment.items().iter().cloned().map(ItemJson::from).collect(),
            completed_at: fulfilment.completed_at(),
        }
    }
}

impl From<FulfilmentJson> for Fulfilment {
    fn from(FulfilmentJson { started, cancelled, items, completed_at }: FulfilmentJson) -> Self {
        Self::restore(started, cancelled, items.into_iter().map(FulfilmentItem::from).collect(), completed_at)
    }
}

impl From<FulfilmentItem> for ItemJson {
    fn from(item: FulfilmentItem) -> Self {
        let FulfilmentItem { sku, kind, quantity, processed_at, tracking, not_sent_at } = item;
        let Tracking { carrier, number: tracking } = tracking;
        Self { sku, kind, quantity, processed_at, carrier, tracking, not_sent_at }
    }
}

impl From<ItemJson> for FulfilmentItem {
    fn from(item: ItemJson) -> Self {
        let ItemJson { sku, kind, quantity, processed_at, carrier, tracking, not_sent_at } = item;
        Self { sku, kind, quantity, processed_at, tracking: Tracking { carrier, number: tracking }, not_sent_at }
    }
}

#[derive(Serialize, Deserialize)]
struct ReceiptJson {
    id: Uuid,
    sent_at: Option<Timestamp>,
}

#[derive(Serialize, Deserialize)]
struct AttentionJson {
    since: Timestamp,
    #[serde(with = "names")]
    reason: AttentionReason,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    about: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

impl AttentionJson {
    /// Older versions know one reason, and not all of ours.
    fn for_older_versions(first: &Attention) -> Self {
        let (since, reason) = (first.since, first.reason.for_older_versions());
        Self { since, reason, about: None, detail: None }
    }
}

impl From<Attention> for AttentionJson {
    fn from(Attention { since, reason, about, detail }: Attention) -> Self {
        Self { since, reason, about, detail }
    }
}

impl From<AttentionJson> for Attention {
    fn from(AttentionJson { since, reason, about, detail }: AttentionJson) -> Self {
        Self { since, reason, about, detail }
    }
}

#[derive(Serialize, Deserialize)]
struct HistoryJson {
    at: Timestamp,
    #[serde(with = "names")]
    kind: HistoryKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

impl From<HistoryEntry> for HistoryJson {
    fn from(HistoryEntry { at, kind, note }: HistoryEntry) -> Self {
        Self { at, kind, note }
    }
}

impl From<HistoryJson> for HistoryEntry {
    fn from(HistoryJson { at, kind, note }: HistoryJson) -> Self {
        Self { at, kind, note }
    }
}
