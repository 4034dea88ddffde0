//! Takes over the order history of another shop: into this context and, by its event, into reports. It moves no stock,
//! no money and no mail. A number that is known already is no news, so an import may be repeated.

use std::sync::Arc;

use serde::Deserialize;
use shared_kernel::{Currency, CustomerId, Money, OrderId, Sku, StoreError, TaxRate, Timestamp};
use uuid::Uuid;

use crate::domain::pricing::{Priced, Wanted, price};
use crate::domain::{
    Buyer, Decided, Fulfilment, Kind, Order, OrderNumber, OrderParts, OrderState, Origin, PaidBy, Status,
};
use crate::ports::HistoryImport;

/// One order of another shop, as a line of JSON. Unit prices are gross.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HistoricalOrder {
    /// What people called it.
    pub number: String,
    /// When it was placed.
    pub placed_at: Timestamp,
    /// `PAID`, `SHIPPED`, `COMPLETED`, `CANCELLED`, `REJECTED` or `EXPIRED`.
    pub status: String,
    /// Who bought.
    #[serde(default)]
    pub customer: Option<HistoricalCustomer>,
    /// Two-letter country (or the name that the old shop used).
    #[serde(default)]
    pub country: Option<String>,
    /// The currency of its prices.
    pub currency: Currency,
    /// What was bought.
    pub lines: Vec<HistoricalLine>,
}

/// Who bought.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HistoricalCustomer {
    /// An account here if it is a UUID, else what the old shop called him.
    #[serde(default)]
    pub id: Option<String>,
    /// His e-mail.
    #[serde(default)]
    pub email: Option<String>,
    /// His name.
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
    pub quantity: u32,
    /// With tax, for one, in minor units.
    pub unit_price_minor: i64,
}

/// What came of an import.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImportSummary {
    /// New orders.
    pub imported: u64,
    /// Orders whose number was known.
    pub repeated: u64,
    /// Orders that cannot be read: their number and what is wrong. The others were imported.
    pub refused: Vec<(String, String)>,
}

/// Imports orders.
#[derive(Clone)]
pub struct ImportOrders {
    store: Arc<dyn HistoryImport>,
    tax: TaxRate,
}

impl ImportOrders {
    /// How many orders go into one transaction.
    pub const BATCH: usize = 250;

    /// Puts the use case together. Prices contain tax at this rate.
    #[must_use]
    pub fn new(store: Arc<dyn HistoryImport>, tax: TaxRate) -> Self {
        Self { store, tax }
    }

    /// Imports the orders, [`ImportOrders::BATCH`] at a time.
    ///
    /// # Errors
    /// The store's; what was imported before stays, and importing again goes on from there.
    pub async fn execute(&self, orders: Vec<HistoricalOrder>) -> Result<ImportSummary, StoreError> {
        let mut summary = ImportSummary::default();
        let mut batch = Vec::with_capacity(Self::BATCH);
        for order in orders {
            let number = order.number.clone();
            match self.translate(order) {
                Ok(decided) => batch.push(decided),
                Err(problem) => summary.refused.push((number, problem)),
            }
            if batch.len() == Self::BATCH {
                self.keep(std::mem::take(&mut batch), &mut summary).await?;
            }
        }
        self.keep(batch, &mut summary).await?;
        Ok(summary)
    }

    async fn keep(&self, batch: Vec<Decided>, summary: &mut ImportSummary) -> Result<(), StoreError> {
        if batch.is_empty() {
            return Ok(());
        }
        let count = u64::try_from(batch.len()).unwrap_or(u64::MAX);
        let new = self.store.import(batch).await?;
        summary.imported += new;
        summary.repeated += count.saturating_sub(new);
        Ok(())
    }

    fn translate(&self, order: HistoricalOrder) -> Result<Decided, String> {
        let number = OrderNumber::parse(&order.number).ok_or("the number must have 1 to 64 printable characters")?;
        let state = state_of(&order.status, order.placed_at)?;
        let Priced { lines, totals, .. } = self.priced(order.lines, order.currency)?;
        let parts = OrderParts {
            id: OrderId::new(Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("imported-order:{number}").as_bytes())),
            number,
            cart: None,
            buyer: buyer(order.customer),
            origin: Origin::Import,
            lines,
            shipping: None,
            address: None,
            country: order.country,
            totals,
            placed_at: order.placed_at,
            expires_at: order.placed_at,
            replaces: None,
            state,
            state_since: order.placed_at,
            payments: Vec::new(),
            refunds: Vec::new(),
            fulfilment: Fulfilment::default(),
            receipt: None,
            attention: Vec::new(),
            disputes: Vec::new(),
            history: Vec::new(),
            version: 0,
        };
        Order::import(parts).map_err(|part| format!("its {part} cannot be right"))
    }

    fn priced(&self, lines: Vec<HistoricalLine>, currency: Currency) -> Result<Priced, String> {
        if lines.is_empty() {
            return Err("it has no lines".to_owned());
        }
        if lines.iter().any(|line| line.quantity == 0 || line.unit_price_minor < 0) {
            return Err("quantities must be positive and prices must not be negative".to_owned());
        }
        let wanted = lines.into_iter().map(|line| Wanted {
            sku: line.sku,
            title: line.title,
            kind: Kind::Physical,
            quantity: line.quantity,
            unit_gross: Money::new(line.unit_price_minor, currency),
        });
        price(wanted.collect(), None, self.tax, Money::zero(currency)).map_err(|error| error.to_string())
    }
}

fn buyer(customer: Option<HistoricalCustomer>) -> Buyer {
    let Some(HistoricalCustomer { id, email, name }) = customer else { return Buyer::default() };
    let account = id.as_deref().and_then(|id| CustomerId::parse(id).ok());
    let reference = id.filter(|_| account.is_none());
    Buyer { customer: account, reference, email, name }
}

fn state_of(status: &str, at: Timestamp) -> Result<OrderState, String> {
    let paid = PaidBy { intent: None, at };
    match Status::parse(status) {
        Some(Status::Paid) => Ok(OrderState::Paid(paid)),
        Some(Status::Shipped) => Ok(OrderState::Shipped { paid, shipped_at: at }),
        Some(Status::Completed) => Ok(OrderState::Completed { paid, completed_at: at }),
        Some(Status::Cancelled) => Ok(OrderState::Cancelled { reason: "cancelled in the former shop".to_owned() }),
        Some(Status::Rejected) => Ok(OrderState::Rejected { skus: Vec::new() }),
        Some(Status::Expired) => Ok(OrderState::Expired { superseded_by: None }),
        Some(Status::AwaitingStock | Status::Initial | Status::CancelPending) => {
            Err(format!("an order that is {status} is not history yet"))
        }
        None => Err(format!("there is no status {status:?}")),
    }
}
