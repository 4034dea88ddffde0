//! Orders in every state and with everything that may be stored of them, for the tests of rows.

use std::time::Duration;

use shared_kernel::{Currency, CustomerId, OrderId, TaxRate, Timestamp};
use uuid::Uuid;

use crate::application::historical_order::{
    HistoricalCustomer, HistoricalLine, HistoricalOrder, HistoricalPayment, HistoricalRefund,
};
use crate::domain::{
    AttentionReason, DisputeReport, DisputeStatus, FulfilmentItem, IntentId, IntentReport, IntentStatus, Kind, NotSent,
    Order, OrderNumber, PaymentStatement, ProcessedItem, Reason, RefundId, RefundReport, RefundRequest, ReportedRefund,
    Tracking,
};
use crate::testing::{a_draft, an_order, nzd, sku};

/// Each with its name.
pub(super) fn samples() -> Vec<(&'static str, Order)> {
    let reserved = an_order(1).build().stock_reserved(at(1)).order;
    let declined = Some("Your card was declined.".to_owned());
    let declined = reported(an_order(1).payable().build(), "pi_BS-100001", IntentStatus::Open { declined });
    let processing = reported(an_order(1).payable().build(), "pi_BS-100001", IntentStatus::Processing);
    let paid = || an_order(1).paid().build();
    let cancelling = paid().cancellation_requested(Reason::new("changed my mind"), at(2)).expect("paid").order;
    let returning = cancelling.clone().shipping_cancelled(at(3)).order;
    vec![
        ("awaiting stock", an_order(1).build()),
        ("reserved", reserved),
        ("awaiting payment", an_order(1).payable().build()),
        ("declined", declined),
        ("processing", processing),
        ("closing", an_order(1).payable().build().overdue(at(30)).order),
        ("paid", paid().receipt_sent(at(3)).order),
        ("shipped", shipped()),
        ("partly sent", partly_sent()),
        ("refunds and disputes", refunds_and_disputes()),
        ("cancelling", cancelling),
        ("returning", returning.clone()),
        ("cancelled", cancelled(returning)),
        ("rejected", an_order(1).build().stock_rejected(vec![sku("KEA-14-32")], at(1)).order),
        ("expired", an_order(1).build().overdue(at(30)).order),
        ("superseded", an_order(1).payable().build().superseded(OrderId::new(Uuid::from_u128(5)), at(4)).order),
        ("replacing", Order::place(a_draft(2), number(), Some(OrderId::new(Uuid::from_u128(4)))).order),
        ("anonymised", an_order(1).build().overdue(at(30)).order.anonymised(at(31)).order),
        ("imported", imported()),
    ]
}

fn at(minutes: u64) -> Timestamp {
    a_draft(1).placed_at.plus(Duration::from_mins(minutes))
}

fn number() -> OrderNumber {
    OrderNumber::sequential("BS-", 100_002)
}

fn reported(order: Order, intent: &str, status: IntentStatus) -> Order {
    order.intent_reported(IntentReport { intent: IntentId::new(intent), status }, at(2)).order
}

fn item(code: &str, kind: Kind) -> ProcessedItem {
    let tracking = Tracking { carrier: Some("NZ Post".to_owned()), number: Some("T-1".to_owned()) };
    ProcessedItem { sku: sku(code), kind, quantity: 1, tracking, at: at(60) }
}

fn shipped() -> Order {
    let (one, two) = (sku("KEA-14-32"), sku("EBOOK"));
    let items =
        vec![FulfilmentItem::pending(one, Kind::Physical, 2), FulfilmentItem::pending(two.clone(), Kind::Digital, 1)];
    let order = an_order(1).paid().build().shipping_order_created(items, at(2)).order;
    order.item_processed(item("KEA-14-32", Kind::Physical), at(60)).order
}

fn partly_sent() -> Order {
    let items = vec![(sku("EBOOK"), Kind::Digital, 1)];
    let not_sent = NotSent { items, reason: Some("out_of_stock".to_owned()) };
    shipped().shipping_order_processed(at(61), Some(not_sent), at(62)).order
}

fn refunds_and_disputes() -> Order {
    let id = |number| RefundId::new(Uuid::from_u128(number));
    let request =
        |number, minor| RefundRequest { id: id(number), amount: Some(nzd(minor)), note: Some(Reason::new("torn")) };
    let order = an_order(1).paid().build();
    let order = order.refund_requested(request(71, 300), at(3)).expect("refundable").order;
    let order = order.refund_requested(request(72, 400), at(3)).expect("refundable").order;
    let order =
        order.refund_requested(request(73, 500), at(3)).expect("refundable").order.refund_key_used(id(73)).order;
    let intent = IntentId::new("pi_BS-100001");
    let report = |number: u128, minor, status| RefundReport {
        id: Some(id(number)),
        provider_id: Some(format!("re_{number}")),
        intent: intent.clone(),
        amount: nzd(minor),
        status,
    };
    let failed = ReportedRefund::Failed { reason: "expired_or_canceled_card".to_owned() };
    let refunds = vec![report(71, 300, ReportedRefund::Succeeded), report(72, 400, failed)];
    let dispute = DisputeReport {
        id: "du_1".to_owned(),
        intent: intent.clone(),
        amount: nzd(900),
        reason: "fraudulent".to_owned(),
        status: DisputeStatus::NeedsResponse,
        respond_by: Some(at(9_000)),
        withdrawn: true,
        opened_at: Some(at(4)),
    };
    let received = order.totals().gross;
    let intent = IntentReport { intent, status: IntentStatus::Succeeded { received } };
    let statement = PaymentStatement { intent, origin: None, refunds, disputes: vec![dispute] };
    let order = order.payment_stated(statement, at(5)).order;
    let order = reported(order, "pi_2", IntentStatus::Succeeded { received });
    order.needs_attention(AttentionReason::ReceiptNotSent, at(6)).order
}

fn cancelled(returning: Order) -> Order {
    let refund = returning.refunds()[0].clone();
    let report = RefundReport {
        id: Some(refund.id),
        provider_id: Some("re_1".to_owned()),
        intent: refund.intent,
        amount: refund.amount,
        status: ReportedRefund::Succeeded,
    };
    returning.refund_reported(report, at(5)).order
}

fn imported() -> Order {
    let line = HistoricalOrder {
        number: "536365".to_owned(),
        placed_at: Timestamp::parse("2019-03-04T05:06:07Z").expect("a time"),
        completed_at: None,
        status: "COMPLETED".to_owned(),
        customer: Some(HistoricalCustomer {
            id: Some("17850".to_owned()),
            email: Some("old@example.com".to_owned()),
            name: Some("Old Customer".to_owned()),
        }),
        country: Some("GB".to_owned()),
        currency: Currency::parse("GBP").expect("a currency"),
        lines: vec![HistoricalLine {
            sku: sku("85123A"),
            title: "White hanging heart".to_owned(),
            quantity: 6,
            unit_price_minor: 255,
        }],
        shipping_minor: Some(0),
        payments: vec![HistoricalPayment { amount_minor: 1_530, paid_at: None, method: Some("voucher".to_owned()) }],
        refunds: vec![HistoricalRefund {
            amount_minor: 255,
            refunded_at: Timestamp::parse("2019-03-09T00:00:00Z").expect("a time"),
            reason: Some("torn".to_owned()),
            payment: Some(1),
        }],
    };
    let account = None::<CustomerId>;
    line.translate(TaxRate::from_basis_points(2_000), account).expect("an order").order
}
