//! Lays open every order with its money, for machines that compare the books of all contexts.

use chassis::messaging::AuditSink;
use serde_json::{Value, json};
use shared_kernel::{Money, StoreError};

use crate::domain::{Order, Origin, Payment, PaymentState, RefundState};
use crate::ports::OrderHistory;

const BATCH_SIZE: u32 = 500;

/// Sends one JSON object for each order, until nobody reads any more. They name no secret and no personal data.
pub async fn audit(history: &dyn OrderHistory, to: &AuditSink) -> Result<(), StoreError> {
    let mut after = None;
    loop {
        let orders = history.all(after, BATCH_SIZE).await?;
        for order in &orders {
            if to.send(record(order)).await.is_err() {
                return Ok(());
            }
        }
        after = orders.last().map(Order::id).filter(|_| orders.len() == BATCH_SIZE as usize);
        if after.is_none() {
            return Ok(());
        }
    }
}

fn record(order: &Order) -> Value {
    let totals = order.totals();
    let captured = order.payments().iter().filter_map(Payment::captured).map(Money::minor).sum::<i64>();
    let through = order.refunds().iter().filter(|refund| matches!(refund.state, RefundState::Succeeded { .. }));
    let refunded = through.map(|refund| refund.amount.minor()).sum::<i64>();
    let payments = order.payments().iter().map(|payment| {
        let status = match payment.state {
            PaymentState::Open => "open",
            PaymentState::Processing => "processing",
            PaymentState::Captured { .. } => "captured",
            PaymentState::Canceled => "canceled",
        };
        json!({"intent_id": payment.intent.as_str(), "status": status, "captured": payment.captured()})
    });
    let refunds = order.refunds().iter().map(|refund| {
        let status = match refund.state {
            RefundState::Pending => "pending",
            RefundState::Succeeded { .. } => "succeeded",
            RefundState::Failed { .. } => "failed",
        };
        json!({"refund_id": refund.id, "intent_id": refund.intent.as_str(), "provider_id": refund.provider_id,
               "amount": refund.amount, "status": status, "reason": refund.reason.name()})
    });
    let disputes = order.disputes().iter().map(|dispute| {
        json!({"dispute_id": dispute.id, "intent_id": dispute.intent.as_str(), "amount": dispute.amount,
               "status": dispute.status.name(), "withdrawn": dispute.withdrawn})
    });
    let lines =
        order.lines().iter().map(|line| json!({"sku": line.sku, "quantity": line.quantity, "gross": line.gross}));
    let mut record = json!({
        "context": "order", "kind": "order",
        "id": order.id(), "number": order.number().as_str(), "status": order.status().name(),
        "imported": order.origin() == Origin::Import, "version": order.version(),
        "placed_at": order.placed_at(), "expires_at": order.expires_at(), "replaces": order.replaces(),
        "currency": totals.gross.currency(),
        "net_minor": totals.net.minor(), "tax_minor": totals.tax.minor(),
        "shipping_minor": totals.shipping.minor(), "gross_minor": totals.gross.minor(),
        "captured_minor": captured, "refunded_minor": refunded,
        "payments": payments.collect::<Vec<_>>(), "refunds": refunds.collect::<Vec<_>>(),
        "receipt": order.receipt().map(|receipt| json!({"receipt_id": receipt.id, "sent_at": receipt.sent_at})),
        "fulfilment": order.fulfilment().status().name(),
        "needs_attention": order.attention().map(|first| json!({"since": first.since, "reason": first.reason.name()})),
        "lines": lines.collect::<Vec<_>>(),
    });
    if let Some(sale) = order.sale_intent() {
        record["sale_refunded_minor"] = json!(order.refunded(sale));
    }
    if !order.disputes().is_empty() {
        record["disputes"] = disputes.collect();
    }
    record
}
