//! An order of another shop, and how it becomes one of ours: history, at rest from the start.
//!
//! Whatever a later reader could not take (reports, pages, money in 64 bits) is refused here, with a reason.

use shared_kernel::{Currency, CustomerId, Money, OrderId, Sku, TaxRate, Timestamp, country};
use uuid::Uuid;

use crate::domain::pricing::{LineToPrice, Priced, price};
use crate::domain::{
    Buyer, Kind, Order, OrderDetails, OrderNumber, PastOrder, PastPayment, PastRefund, PastStanding, Status, Transition,
};

/// The largest amount in minor units, and the largest quantity, that reports count; the schema of
/// `store.order.imported.v1` promises them.
pub(crate) const MAX_AMOUNT_MINOR: i64 = 100_000_000_000_000;
const MAX_QUANTITY: i64 = 100_000_000;

/// One order of another shop. Prices are gross.
#[derive(Debug, Clone)]
pub struct HistoricalOrder {
    /// What people called it.
    pub number: String,
    /// When it was placed.
    pub placed_at: Timestamp,
    /// When everything had been delivered.
    pub completed_at: Option<Timestamp>,
    /// `PAID`, `SHIPPED`, `COMPLETED`, `CANCELLED`, `REJECTED` or `EXPIRED`.
    pub status: String,
    /// Who bought.
    pub customer: Option<HistoricalCustomer>,
    /// ISO 3166 code, or the name that the old shop used.
    pub country: Option<String>,
    /// The currency of its prices.
    pub currency: Currency,
    /// What was bought.
    pub lines: Vec<HistoricalLine>,
    /// What delivery cost, with tax, in minor units.
    pub shipping_minor: Option<i64>,
    /// How it was paid, where that was in several parts: together exactly the total. Left out, it was paid at once when it
    /// was placed.
    pub payments: Vec<HistoricalPayment>,
    /// Money that went back: refunds and credit notes.
    pub refunds: Vec<HistoricalRefund>,
}

/// Who bought.
#[derive(Debug, Clone, Default)]
pub struct HistoricalCustomer {
    /// The UUID of an account here, or what the old shop called the buyer.
    pub id: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    pub name: Option<String>,
}

/// What was bought.
#[derive(Debug, Clone)]
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
#[derive(Debug, Clone)]
pub struct HistoricalPayment {
    /// How much, in minor units of the order's currency.
    pub amount_minor: i64,
    /// When; if that is not known, when the order was placed.
    pub paid_at: Option<Timestamp>,
    /// By what, such as `voucher` or `credit_card`.
    pub method: Option<String>,
}

/// Money that went back.
#[derive(Debug, Clone)]
pub struct HistoricalRefund {
    /// How much, in minor units of the order's currency.
    pub amount_minor: i64,
    /// When.
    pub refunded_at: Timestamp,
    /// Why.
    pub reason: Option<String>,
    /// Of which payment, counted from 1; then no more than that payment brought.
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
        let has_money = !self.refunds.is_empty() || !payments.is_empty();
        if has_money && !standing.is_paid() {
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
