//! An order of another shop, and how it becomes one of ours: history, at rest from the start.
//!
//! Whatever a later reader could not take (reports, pages, money in 64 bits) is refused here, with a reason.

use shared_kernel::{Currency, CustomerId, Money, MoneyError, OrderId, Sku, TaxRate, Timestamp};
use uuid::Uuid;

use crate::domain::pricing::{LineToPrice, Priced, price};
use crate::domain::{
    Buyer, Country, CountryError, Kind, NotHistory, Order, OrderDetails, OrderNumber, PastOrder, PastPayment,
    PastRefund, PastStanding, Reason, RestoreError, Status, Transition,
};

/// The largest amount in minor units, and the largest quantity, that reports count; the schema of
/// `store.order.imported.v1` promises them.
pub(crate) const MAX_AMOUNT_MINOR: i64 = 100_000_000_000_000;
const MAX_QUANTITY: u32 = 100_000_000;

/// Why an order of another shop cannot become one of ours. The fields are named as in the file.
#[derive(Debug, thiserror::Error)]
pub enum HistoricalOrderError {
    #[error("the number must have 1 to 64 printable characters")]
    Number,
    #[error("there is no status {0:?}")]
    Status(String),
    #[error(transparent)]
    NotHistory(#[from] NotHistory),
    #[error("an order that is {0} was not paid, so it has no payments and no refunds")]
    NotPaid(String),
    #[error("{0} is no date")]
    Date(Timestamp),
    #[error("it has no lines")]
    NoLines,
    #[error("{sku}: the quantity {quantity} is negative; give credit notes as `refunds`")]
    NegativeQuantity { sku: Sku, quantity: i64 },
    #[error("{0}: the quantity must be 1 to {MAX_QUANTITY}")]
    Quantity(Sku),
    #[error("{0}: unit_price_minor must be 0 to {MAX_AMOUNT_MINOR}")]
    UnitPrice(Sku),
    #[error("{0} must be 0 to {MAX_AMOUNT_MINOR}")]
    Amount(&'static str),
    #[error(transparent)]
    Price(#[from] MoneyError),
    #[error("its payments are {payments} together, but its total is {total}")]
    PaymentsAreNotTheTotal { payments: i64, total: i64 },
    #[error("refunds must be positive, and not more than was paid")]
    Refund,
    #[error("a refund is of payment {0}, which is not there")]
    NoSuchPayment(usize),
    #[error("refunds of payment {0} are more than that payment brought")]
    RefundOfPayment(usize),
    #[error("customer.email: {0:?} is no e-mail address")]
    Email(String),
    #[error("{field} must have 1 to {longest} printable characters")]
    Text { field: &'static str, longest: usize },
    #[error(transparent)]
    Country(#[from] CountryError),
    #[error(transparent)]
    Restore(#[from] RestoreError),
}

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
    pub fn translate(self, tax: TaxRate, account: Option<CustomerId>) -> Result<Transition, HistoricalOrderError> {
        let number = OrderNumber::parse(&self.number).ok_or(HistoricalOrderError::Number)?;
        let (placed_at, done_at) = (dated(self.placed_at)?, dated(self.completed_at.unwrap_or(self.placed_at))?);
        let payments = payments(self.payments, self.currency, placed_at)?;
        let paid_at = payments.iter().map(|payment| payment.at).max().unwrap_or(placed_at);
        let status = Status::parse(&self.status).ok_or_else(|| HistoricalOrderError::Status(self.status.clone()))?;
        let standing = PastStanding::new(status, paid_at, done_at)?;
        let has_money = !self.refunds.is_empty() || !payments.is_empty();
        if has_money && !standing.is_paid() {
            return Err(HistoricalOrderError::NotPaid(self.status));
        }
        let Priced { lines, shipping, totals } = priced(self.lines, self.shipping_minor, self.currency, tax)?;
        let refunds = refunds(self.refunds, &payments, totals.gross)?;
        let details = OrderDetails {
            buyer: buyer(self.customer.unwrap_or_default(), account)?,
            lines,
            shipping,
            totals,
            address: None,
            country: self.country.as_deref().map(Country::parse).transpose()?.flatten(),
            placed_at,
            expires_at: placed_at,
            replaces: None,
        };
        let id = OrderId::new(Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("imported-order:{number}").as_bytes()));
        let past = PastOrder { id, number, details, standing, since: done_at };
        Ok(Order::import(past)?.with_past_payments(&payments).with_past_refunds(&refunds))
    }
}

/// Moments that have a month and a year of four digits.
fn dated(at: Timestamp) -> Result<Timestamp, HistoricalOrderError> {
    let text = at.to_string();
    let year = text.get(..4).and_then(|year| year.parse::<u16>().ok());
    year.filter(|year| *year > 0 && text.as_bytes().get(4) == Some(&b'-'))
        .map(|_| at)
        .ok_or(HistoricalOrderError::Date(at))
}

fn priced(
    lines: Vec<HistoricalLine>,
    shipping: Option<i64>,
    currency: Currency,
    tax: TaxRate,
) -> Result<Priced, HistoricalOrderError> {
    if lines.is_empty() {
        return Err(HistoricalOrderError::NoLines);
    }
    let wanted = lines.into_iter().map(|line| wanted(line, currency)).collect::<Result<Vec<_>, _>>()?;
    let delivery = shipping.filter(|minor| *minor != 0).map(|minor| amount(minor, "shipping_minor")).transpose()?;
    let delivery = delivery.map(|minor| Money::new(minor, currency));
    let priced = price(wanted, delivery, tax, Money::zero(currency))?;
    amount(priced.totals.gross.minor(), "the total")?;
    for line in &priced.lines {
        amount(line.gross.minor(), "the total of a line")?;
    }
    Ok(priced)
}

fn wanted(line: HistoricalLine, currency: Currency) -> Result<LineToPrice, HistoricalOrderError> {
    let HistoricalLine { sku, title, quantity, unit_price_minor } = line;
    if quantity < 0 {
        return Err(HistoricalOrderError::NegativeQuantity { sku, quantity });
    }
    let Some(quantity) = u32::try_from(quantity).ok().filter(|count| (1..=MAX_QUANTITY).contains(count)) else {
        return Err(HistoricalOrderError::Quantity(sku));
    };
    let Ok(minor) = amount(unit_price_minor, "unit_price_minor") else {
        return Err(HistoricalOrderError::UnitPrice(sku));
    };
    let title = words(&title, "title", 255)?;
    Ok(LineToPrice { title, sku, kind: Kind::Physical, quantity, unit_gross: Money::new(minor, currency) })
}

fn amount(minor: i64, field: &'static str) -> Result<i64, HistoricalOrderError> {
    (0..=MAX_AMOUNT_MINOR).contains(&minor).then_some(minor).ok_or(HistoricalOrderError::Amount(field))
}

fn payments(
    payments: Vec<HistoricalPayment>,
    currency: Currency,
    placed_at: Timestamp,
) -> Result<Vec<PastPayment>, HistoricalOrderError> {
    let past = |HistoricalPayment { amount_minor, paid_at, method }| {
        let minor = amount(amount_minor, "payments.amount_minor")?;
        let method = method.map(|method| words(&method, "payments.method", 100)).transpose()?;
        Ok(PastPayment { amount: Money::new(minor, currency), at: dated(paid_at.unwrap_or(placed_at))?, method })
    };
    payments.into_iter().map(past).collect()
}

fn refunds(
    refunds: Vec<HistoricalRefund>,
    payments: &[PastPayment],
    paid: Money,
) -> Result<Vec<PastRefund>, HistoricalOrderError> {
    let mut left = paid.minor();
    let mut left_of: Vec<i64> = payments.iter().map(|payment| payment.amount.minor()).collect();
    let parts = left_of.iter().copied().fold(0, i64::saturating_add);
    if !payments.is_empty() && parts != paid.minor() {
        return Err(HistoricalOrderError::PaymentsAreNotTheTotal { payments: parts, total: paid.minor() });
    }
    let mut past = Vec::new();
    for HistoricalRefund { amount_minor, refunded_at, reason, payment } in refunds {
        if !(1..=left).contains(&amount_minor) {
            return Err(HistoricalOrderError::Refund);
        }
        left -= amount_minor;
        if let Some(place) = payment {
            let part = place.checked_sub(1).and_then(|place| left_of.get_mut(place));
            let part = part.ok_or(HistoricalOrderError::NoSuchPayment(place))?;
            if amount_minor > *part {
                return Err(HistoricalOrderError::RefundOfPayment(place));
            }
            *part -= amount_minor;
        }
        let amount = Money::new(amount_minor, paid.currency());
        let reason = reason.map(|reason| words(&reason, "reason", Reason::MAX_CHARS)).transpose()?.map(Reason::new);
        past.push(PastRefund { amount, at: dated(refunded_at)?, reason, payment });
    }
    Ok(past)
}

fn buyer(customer: HistoricalCustomer, account: Option<CustomerId>) -> Result<Buyer, HistoricalOrderError> {
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

fn email_address(text: &str) -> Result<String, HistoricalOrderError> {
    let email = text.trim();
    let apart = email.rsplit_once('@').filter(|(local, domain)| !local.is_empty() && !domain.is_empty());
    let clean = !email.chars().any(|c| c.is_control() || c.is_whitespace()) && email.matches('@').count() == 1;
    if apart.is_some() && clean && email.len() <= 254 {
        Ok(email.to_owned())
    } else {
        Err(HistoricalOrderError::Email(text.to_owned()))
    }
}

fn words(text: &str, field: &'static str, longest: usize) -> Result<String, HistoricalOrderError> {
    let text = text.trim();
    let fits = (1..=longest).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    if fits { Ok(text.to_owned()) } else { Err(HistoricalOrderError::Text { field, longest }) }
}
