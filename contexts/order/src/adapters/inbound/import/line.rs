//! How a line of the file is written. The fields say the same as those of [`HistoricalOrder`]; those that may be missing
//! have a default, and any other field is an error, so that a misspelt one does not get lost.

use serde::Deserialize;
use shared_kernel::{Currency, Sku, Timestamp};

use crate::application::historical_order::{
    HistoricalCustomer, HistoricalLine, HistoricalOrder, HistoricalPayment, HistoricalRefund,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OrderJson {
    number: String,
    placed_at: Timestamp,
    #[serde(default)]
    completed_at: Option<Timestamp>,
    status: String,
    #[serde(default)]
    customer: Option<CustomerJson>,
    #[serde(default)]
    country: Option<String>,
    currency: Currency,
    lines: Vec<LineJson>,
    #[serde(default)]
    shipping_minor: Option<i64>,
    #[serde(default)]
    payments: Vec<PaymentJson>,
    #[serde(default)]
    refunds: Vec<RefundJson>,
}

impl From<OrderJson> for HistoricalOrder {
    fn from(json: OrderJson) -> Self {
        let OrderJson {
            number,
            placed_at,
            completed_at,
            status,
            customer,
            country,
            currency,
            lines,
            shipping_minor,
            payments,
            refunds,
        } = json;
        Self {
            number,
            placed_at,
            completed_at,
            status,
            customer: customer.map(HistoricalCustomer::from),
            country,
            currency,
            lines: lines.into_iter().map(HistoricalLine::from).collect(),
            shipping_minor,
            payments: payments.into_iter().map(HistoricalPayment::from).collect(),
            refunds: refunds.into_iter().map(HistoricalRefund::from).collect(),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CustomerJson {
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    email: Option<String>,
    #[serde(default)]
    name: Option<String>,
}

impl From<CustomerJson> for HistoricalCustomer {
    fn from(json: CustomerJson) -> Self {
        let CustomerJson { id, email, name } = json;
        Self { id, email, name }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LineJson {
    sku: Sku,
    title: String,
    quantity: i64,
    unit_price_minor: i64,
}

impl From<LineJson> for HistoricalLine {
    fn from(json: LineJson) -> Self {
        let LineJson { sku, title, quantity, unit_price_minor } = json;
        Self { sku, title, quantity, unit_price_minor }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PaymentJson {
    amount_minor: i64,
    #[serde(default)]
    paid_at: Option<Timestamp>,
    #[serde(default)]
    method: Option<String>,
}

impl From<PaymentJson> for HistoricalPayment {
    fn from(json: PaymentJson) -> Self {
        let PaymentJson { amount_minor, paid_at, method } = json;
        Self { amount_minor, paid_at, method }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RefundJson {
    amount_minor: i64,
    refunded_at: Timestamp,
    #[serde(default)]
    reason: Option<String>,
    #[serde(default)]
    payment: Option<usize>,
}

impl From<RefundJson> for HistoricalRefund {
    fn from(json: RefundJson) -> Self {
        let RefundJson { amount_minor, refunded_at, reason, payment } = json;
        Self { amount_minor, refunded_at, reason, payment }
    }
}
