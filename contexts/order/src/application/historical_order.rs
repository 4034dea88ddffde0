//! An order of another shop, as a line of JSON, and how it becomes one of ours: history, at rest from the start.
//!
//! Whatever a later reader could not take (reports, pages, money in 64 bits) is refused here, with a reason.

use serde::Deserialize;
use shared_kernel::{Currency, CustomerId, Money, OrderId, Sku, TaxRate, Timestamp, country};
use uuid::Uuid;

use crate::domain::pricing::{LineToPrice, Priced, price};
use crate::domain::{
    Buyer, Kind, Order, OrderDetails, OrderNumber, PastOrder, PastPayment, PastRefund, PastStanding, Status, Transition,
};

/// The largest amount in minor units, and the largest quantity, that reports count; the schema of
/// `store.order.imported.v1` promises them.
const MAX_AMOUNT_MINOR: i64 = 100_000_000_000_000;
const MAX_QUANTITY: i64 = 100_000_000;

/// One order of another shop. Prices are gross.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HistoricalOrder {
    /// What people called it.
    pub number: String,
    /// When it was placed.
    pub placed_at: Timestamp,
    /// When everything had been delivered.
    #[serde(default)]
    pub completed_at: Option<Timestamp>,
    /// `PAID`, `SHIPPED`, `COMPLETED`, `CANCELLED`, `REJECTED` or `EXPIRED`.
    pub status: String,
    /// Who bought.
    #[serde(default)]
    pub customer: Option<HistoricalCustomer>,
    /// ISO 3166 code, or the name that the old shop used.
    #[serde(default)]
    pub country: Option<String>,
    /// The currency of its prices.
    pub currency: Currency,
    /// What was bought.
    pub lines: Vec<HistoricalLine>,
    /// What delivery cost, with tax, in minor units.
    #[serde(default)]
    pub shipping_minor: Option<i64>,
    /// How it was paid, where that was in several parts: together exactly the total. Left out, it was paid at once when it
    /// was placed.
    #[serde(default)]
    pub payments: Vec<HistoricalPayment>,
    /// Money that went back: refunds and credit notes.
    #[serde(default)]
    pub refunds: Vec<HistoricalRefund>,
}

/// Who bought.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HistoricalCustomer {
    /// The UUID of an account here, or what the old shop called the buyer.
    #[serde(default)]
    pub id: Option<String>,
    /// E-mail address.
    #[serde(default)]
    pub email: Option<String>,
    #[serde(default)]
    pub name: Option<String>,
}

/// What was bought.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HistoricalLine {
    /// Which thing.
    pub sku: Sku,
    /// What it was called.
    pub title: String,
    /// How many.
    pub quantity: i64,
    /// With tax, for one, in minor units.
    pub unit_price_minor: i64,
}

/// A part of what was paid.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HistoricalPayment {
    /// How much, in minor units of the order's currency.
    pub amount_minor: i64,
    /// When; if that is not known, when the order was placed.
    #[serde(default)]
    pub paid_at: Option<Timestamp>,
    /// By what, such as `voucher` or `credit_card`.
    #[serde(default)]
    pub method: Option<String>,
}

/// Money that went back.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HistoricalRefund {
    /// How much, in minor units of the order's currency.
    pub amount_minor: i64,
    /// When.
    pub refunded_at: Timestamp,
    /// Why.
    #[serde(default)]
    pub reason: Option<String>,
    /// Of which payment, counted from 1; then no more than that payment brought.
    #[serde(default)]
    pub payment: Option<usize>,
}

impl HistoricalOrder {
    /// The account here that the order names, if it names one. Whether there is such an account, only a store knows.
    pub fn account(&self) -> Option<CustomerId> {
        CustomerId::parse(self.customer.as_ref()?.id.as_deref()?).ok()
    }

    /// The order as ours, with tax at this rate in its prices. `account` is the buyer's account, if there is one.
    pub fn translate(self, tax: TaxRate, account: Option<CustomerId>) -> Result<Transition, String> {
        let number = OrderNumber::parse(&self.number).ok_or("the number must have 1 to 64 printable characters")?;
        let (placed_at, done_at) = (dated(self.placed_at)?, dated(self.completed_at.unwrap_or(self.placed_at))?);
        let payments = payments(self.payments, self.currency, placed_at)?;
        let paid_at = payments.iter().map(|payment| payment.at).max().unwrap_or(placed_at);
        let status = Status::parse(&self.status).ok_or_else(|| format!("there is no status {:?}", self.status))?;
        let standing = PastStanding::new(status, paid_at, done_at).map_err(|error| error.to_string())?;
        if !standing.is_paid() && !(self.refunds.is_empty() && payments.is_empty()) {
            return Err(format!("an order that is {} was not paid, so it has no payments and no refunds", self.status));
        }
        let Priced { lines, shipping, totals } = priced(self.lines, self.shipping_minor, self.currency, tax)?;
        let refunds = refunds(self.refunds, &payments, totals.gross)?;
        let details = OrderDetails {
            buyer: buyer(self.customer.unwrap_or_default(), account)?,
            lines,
            shipping,
            totals,
            address: None,
            country: self.country.as_deref().map(country_of).transpose()?.flatten(),
            placed_at,
            expires_at: placed_at,
            replaces: None,
        };
        let id = OrderId::new(Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("imported-order:{number}").as_bytes()));
        let past = PastOrder { id, number, details, standing, since: done_at };
        let decided = Order::import(past).map_err(|error| error.to_string())?;
        Ok(decided.with_past_payments(&payments).with_past_refunds(&refunds))
    }
}

/// Moments that have a month and a year of four digits.
fn dated(at: Timestamp) -> Result<Timestamp, String> {
    let text = at.to_string();
    let year = text.get(..4).and_then(|year| year.parse::<u16>().ok());
    year.filter(|year| *year > 0 && text.as_bytes().get(4) == Some(&b'-')).map(|_| at).ok_or(format!("{at} is no date"))
}

fn priced(
    lines: Vec<HistoricalLine>,
    shipping: Option<i64>,
    currency: Currency,
    tax: TaxRate,
) -> Result<Priced, String> {
    if lines.is_empty() {
        return Err("it has no lines".to_owned());
    }
    let wanted = lines.into_iter().map(|line| wanted(line, currency)).collect::<Result<Vec<_>, _>>()?;
    let delivery = shipping.filter(|minor| *minor != 0).map(|minor| amount(minor, "shipping_minor")).transpose()?;
    let delivery = delivery.map(|minor| Money::new(minor, currency));
    let priced = price(wanted, delivery, tax, Money::zero(currency)).map_err(|error| error.to_string())?;
    amount(priced.totals.gross.minor(), "the total")?;
    for line in &priced.lines {
        amount(line.gross.minor(), "the total of a line")?;
    }
    Ok(priced)
}

fn wanted(line: HistoricalLine, currency: Currency) -> Result<LineToPrice, String> {
    let sku = line.sku;
    if line.quantity < 0 {
        return Err(format!("{sku}: the quantity {} is negative; give credit notes as `refunds`", line.quantity));
    }
    if !(1..=MAX_QUANTITY).contains(&line.quantity) {
        return Err(format!("{sku}: the quantity must be 1 to {MAX_QUANTITY}"));
    }
    let minor = amount(line.unit_price_minor, "unit_price_minor").map_err(|problem| format!("{sku}: {problem}"))?;
    Ok(LineToPrice {
        title: words(&line.title, "title", 255)?,
        sku,
        kind: Kind::Physical,
        quantity: u32::try_from(line.quantity).map_err(|error| error.to_string())?,
        unit_gross: Money::new(minor, currency),
    })
}

fn amount(minor: i64, what: &str) -> Result<i64, String> {
    if (0..=MAX_AMOUNT_MINOR).contains(&minor) {
        Ok(minor)
    } else {
        Err(format!("{what} must be 0 to {MAX_AMOUNT_MINOR}"))
    }
}

fn payments(
    payments: Vec<HistoricalPayment>,
    currency: Currency,
    placed_at: Timestamp,
) -> Result<Vec<PastPayment>, String> {
    let past = |HistoricalPayment { amount_minor, paid_at, method }| {
        let minor = amount(amount_minor, "payments.amount_minor")?;
        let method = method.map(|method| words(&method, "payments.method", 100)).transpose()?;
        Ok(PastPayment { amount: Money::new(minor, currency), at: dated(paid_at.unwrap_or(placed_at))?, method })
    };
    payments.into_iter().map(past).collect()
}

fn refunds(refunds: Vec<HistoricalRefund>, payments: &[PastPayment], paid: Money) -> Result<Vec<PastRefund>, String> {
    let mut left = paid.minor();
    let mut left_of: Vec<i64> = payments.iter().map(|payment| payment.amount.minor()).collect();
    let parts = left_of.iter().copied().fold(0, i64::saturating_add);
    if !payments.is_empty() && parts != paid.minor() {
        return Err(format!("its payments are {parts} together, but its total is {}", paid.minor()));
    }
    let mut past = Vec::new();
    for HistoricalRefund { amount_minor, refunded_at, reason, payment } in refunds {
        if !(1..=left).contains(&amount_minor) {
            return Err("refunds must be positive, and not more than was paid".to_owned());
        }
        left -= amount_minor;
        if let Some(place) = payment {
            let part = place.checked_sub(1).and_then(|place| left_of.get_mut(place));
            let part = part.ok_or_else(|| format!("a refund is of payment {place}, which is not there"))?;
            if amount_minor > *part {
                return Err(format!("refunds of payment {place} are more than that payment brought"));
            }
            *part -= amount_minor;
        }
        let amount = Money::new(amount_minor, paid.currency());
        let reason = reason.map(|reason| words(&reason, "reason", 200)).transpose()?;
        past.push(PastRefund { amount, at: dated(refunded_at)?, reason, payment });
    }
    Ok(past)
}

fn buyer(customer: HistoricalCustomer, account: Option<CustomerId>) -> Result<Buyer, String> {
    let HistoricalCustomer { id, email, name } = customer;
    let given = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    let reference = given(id).filter(|_| account.is_none());
    Ok(Buyer {
        customer: account,
        reference: reference.map(|text| words(&text, "customer.id", 200)).transpose()?,
        email: given(email).map(|email| email_address(&email)).transpose()?,
        name: given(name).map(|name| words(&name, "customer.name", 200)).transpose()?,
    })
}

fn email_address(text: &str) -> Result<String, String> {
    let email = text.trim();
    let apart = email.rsplit_once('@').filter(|(local, domain)| !local.is_empty() && !domain.is_empty());
    let clean = !email.chars().any(|c| c.is_control() || c.is_whitespace()) && email.matches('@').count() == 1;
    if apart.is_some() && clean && email.len() <= 254 {
        Ok(email.to_owned())
    } else {
        Err(format!("customer.email: {text:?} is no e-mail address"))
    }
}

fn words(text: &str, what: &str, longest: usize) -> Result<String, String> {
    let text = text.trim();
    let fits = (1..=longest).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    if fits { Ok(text.to_owned()) } else { Err(format!("{what} must have 1 to {longest} printable characters")) }
}

/// Names that are no country (`Unspecified`) stay what the old shop called them; two letters are a code, or nothing.
fn country_of(text: &str) -> Result<Option<String>, String> {
    let text = text.trim();
    match country::code(text) {
        Some(code) => Ok(Some(code.to_owned())),
        None if text.is_empty() => Ok(None),
        None if text.chars().count() == 2 => Err(format!("country: {text:?} is no ISO 3166 code")),
        None => words(text, "country", 100).map(Some),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::domain::{FulfilmentStatus, HistoryKind, PaymentAxis};

    fn an_order() -> Value {
        json!({"number": "A-1", "placed_at": "2019-03-04T05:06:07Z", "status": "COMPLETED", "currency": "NZD",
            "lines": [{"sku": "S-1", "title": "Lantern", "quantity": 2, "unit_price_minor": 1150}]})
    }

    fn translated(change: impl FnOnce(&mut Value)) -> Result<Transition, String> {
        let mut order = an_order();
        change(&mut order);
        let order: HistoricalOrder = serde_json::from_value(order).unwrap();
        order.translate(TaxRate::from_basis_points(1_500), None)
    }

    fn refused(pointer: &str, value: &Value) -> String {
        translated(|order| {
            let (parent, field) = pointer.rsplit_once('/').unwrap();
            order.pointer_mut(parent).unwrap()[field] = value.clone();
        })
        .map_or_else(|problem| problem, |_| panic!("{pointer} may be {value}"))
    }

    #[test]
    fn what_a_later_reader_could_not_count_is_refused() {
        for (pointer, value) in [
            ("/lines/0/quantity", json!(0)),
            ("/lines/0/quantity", json!(100_000_001)),
            ("/lines/0/unit_price_minor", json!(-1)),
            ("/lines/0/unit_price_minor", json!(90_000_000_000_000_i64)),
            ("/lines/0/title", json!(" ")),
            ("/shipping_minor", json!(-1)),
            ("/lines", json!([])),
            ("/number", json!("")),
            ("/status", json!("SOLD")),
            ("/placed_at", json!("-000044-03-15T00:00:00Z")),
            ("/country", json!("XX")),
            ("/customer", json!({"email": "not an address"})),
            ("/refunds", json!([{"amount_minor": 2301, "refunded_at": "2019-04-01T00:00:00Z"}])),
        ] {
            assert!(!refused(pointer, &value).is_empty());
        }
        assert!(refused("/lines/0/quantity", &json!(-2)).contains("credit notes as `refunds`"));
        let most = translated(|order| {
            order["lines"][0]["quantity"] = json!(100_000_000);
            order["lines"][0]["unit_price_minor"] = json!(1_000_000);
        });
        assert_eq!(most.unwrap().order.totals().gross.minor(), MAX_AMOUNT_MINOR);
    }

    #[test]
    fn shipping_refunds_and_dates_come_along() {
        let decided = translated(|order| {
            order["shipping_minor"] = json!(690);
            order["completed_at"] = json!("2019-03-09T00:00:00Z");
            order["country"] = json!("UK");
            order["customer"] = json!({"id": "9ef432eb6251297304e76186b10a928d", "name": "Example Buyer"});
            order["refunds"] = json!([
                {"amount_minor": 1000, "refunded_at": "2019-04-01T00:00:00Z", "reason": "scratched"},
                {"amount_minor": 1990, "refunded_at": "2019-05-01T00:00:00Z"},
            ]);
        });
        let decided = decided.unwrap();
        let order = &decided.order;
        assert_eq!((order.totals().gross.minor(), order.totals().shipping.minor()), (2_990, 690));
        assert_eq!((order.country(), order.payment_axis()), (Some("GB"), PaymentAxis::Refunded));
        assert_eq!(order.fulfilment().status(), FulfilmentStatus::Processed);
        assert_eq!(
            order.buyer().reference.as_deref(),
            Some("9ef432eb6251297304e76186b10a928d"),
            "no account has this id"
        );
        assert_eq!(order.buyer().name.as_deref(), Some("Example Buyer"));
        let notes: Vec<_> = order.refunds().iter().map(|refund| refund.note.as_deref()).collect();
        assert_eq!(notes, [Some("scratched"), Some("refunded in the former shop")]);
        assert_eq!(decided.events.len(), 3, "the order and its two refunds are stated");
    }

    #[test]
    fn an_order_paid_in_parts_says_which_and_refunds_of_a_part_stay_within_it() {
        let voucher = || json!({"amount_minor": 300, "paid_at": "2019-03-04T05:06:07Z", "method": "voucher"});
        let card = || json!({"amount_minor": 2000, "paid_at": "2019-03-06T00:00:00Z", "method": "credit_card"});
        let with = |payments: Value, refunds: Value| {
            translated(|order| (order["payments"], order["refunds"]) = (payments, refunds))
        };
        let refund = |minor, payment: usize| json!({"amount_minor": minor, "refunded_at": "2019-04-01T00:00:00Z", "payment": payment});
        let order = with(json!([voucher(), card()]), json!([refund(1_990, 2), refund(300, 1)])).unwrap().order;
        let paid = order.history().iter().filter(|entry| entry.kind == HistoryKind::Paid);
        let paid: Vec<_> = paid.map(|entry| (entry.at.to_string(), entry.note.clone().unwrap())).collect();
        let part = |at: &str, note: &str| (at.to_owned(), note.to_owned());
        assert_eq!(
            paid,
            [
                part("2019-03-04T05:06:07Z", "NZ$3.00, voucher, payment 1 of 2"),
                part("2019-03-06T00:00:00Z", "NZ$20.00, credit_card, payment 2 of 2"),
            ]
        );
        assert_eq!(order.state().paid_by().unwrap().at.to_string(), "2019-03-06T00:00:00Z", "when all of it was there");
        assert_eq!(order.payment_axis(), PaymentAxis::PartiallyRefunded);
        let of: Vec<_> = order.refunds().iter().map(|refund| refund.intent.as_str()).collect();
        assert_eq!(of, ["past/2", "past/1"]);
        assert!(order.payments().is_empty(), "no provider of this shop is ever asked for its money");

        for (payments, refunds, problem) in [
            (json!([voucher()]), json!([]), "payments are 300 together, but its total is 2300"),
            (json!([voucher(), card(), voucher()]), json!([]), "2600 together"),
            (json!([{"amount_minor": -300}, card()]), json!([]), "payments.amount_minor must be 0"),
            (json!([voucher(), card()]), json!([refund(301, 1)]), "refunds of payment 1 are more"),
            (json!([voucher(), card()]), json!([refund(200, 1), refund(101, 1)]), "refunds of payment 1 are more"),
            (json!([voucher(), card()]), json!([refund(1, 3)]), "of payment 3, which is not there"),
            (json!([voucher(), card()]), json!([refund(1, 0)]), "of payment 0, which is not there"),
        ] {
            let refused = with(payments, refunds).map_or_else(|refused| refused, |_| panic!("{problem}"));
            assert!(refused.contains(problem), "{refused}");
        }
        let unpaid = translated(|order| {
            order["status"] = json!("CANCELLED");
            order["payments"] = json!([voucher(), card()]);
        });
        assert!(unpaid.is_err(), "an order that was not paid has no payments");
    }

    #[test]
    fn a_cancelled_order_of_the_past_waits_for_nothing() {
        let order = translated(|order| order["status"] = json!("CANCELLED")).unwrap().order;
        assert_eq!(
            (order.fulfilment().status(), order.payment_axis()),
            (FulfilmentStatus::Cancelled, PaymentAxis::Canceled)
        );
        let paid_back = json!([{"amount_minor": 1, "refunded_at": "2019-04-01T00:00:00Z"}]);
        let refunded = translated(|order| {
            order["status"] = json!("CANCELLED");
            order["refunds"] = paid_back;
        });
        assert!(refunded.is_err(), "what was not paid cannot go back");
    }
}
