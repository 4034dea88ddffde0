//! Facts with every detail filled in that a test's sentence does not mention.

use shared_kernel::{Currency, OrderId, Sku, Timestamp};
use uuid::Uuid;

use crate::domain::{
    Article, Category, Country, Fact, Month, Outcome, Refund, RefundId, Sale, SaleAmounts, SaleLine, ShopCalendar,
};
use crate::ports::{FactAdded, ProductStated};

/// Noon of 22 November 2026, UTC.
pub fn noon() -> Timestamp {
    Timestamp::from_micros(1_795_348_800_000_000)
}

fn month_of(at: Timestamp) -> Month {
    let calendar = ShopCalendar::of("Pacific/Auckland").unwrap_or_else(|error| panic!("{error}"));
    calendar.month_of(at).unwrap_or_else(|error| panic!("{error}"))
}

fn time(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap_or_else(|error| panic!("{error}"))
}

/// A sale in the making.
pub struct SaleBuilder {
    sale: Sale,
    lines: Vec<SaleLine>,
}

/// Order `number`: paid at noon of 22 November 2026, sent to New Zealand, nothing in it yet.
pub fn a_sale(number: u64) -> SaleBuilder {
    let amounts = SaleAmounts::new(0, 0, 0, 0).unwrap_or_else(|error| panic!("{error}"));
    let sale = Sale {
        order: OrderId::new(Uuid::from_u128(u128::from(number))),
        number: number.to_string(),
        outcome: Outcome::Paid,
        sold_at: noon(),
        month: month_of(noon()),
        currency: Currency::NZD,
        country: Country::new("NZ"),
        amounts,
    };
    SaleBuilder { sale, lines: Vec::new() }
}

impl SaleBuilder {
    /// With a line: the article, how many, and gross and tax of the whole line.
    pub fn line(mut self, sku: &str, quantity: i64, gross: i64, tax: i64) -> Self {
        let amounts = SaleAmounts::new(gross - tax, tax, 0, gross).unwrap_or_else(|error| panic!("{error}"));
        let sku = Sku::parse(sku).unwrap_or_else(|error| panic!("{error}"));
        let title = format!("{sku} as sold");
        self.lines.push(SaleLine::new(sku, title, quantity, amounts).unwrap_or_else(|error| panic!("{error}")));
        self.with(gross, tax, 0)
    }

    pub fn shipping(self, gross: i64, tax: i64) -> Self {
        self.with(gross, tax, gross)
    }

    fn with(mut self, gross: i64, tax: i64, shipping: i64) -> Self {
        let was = self.sale.amounts;
        let (gross, tax) = (was.gross() + gross, was.tax() + tax);
        let amounts = SaleAmounts::new(gross - tax, tax, was.shipping() + shipping, gross);
        self.sale.amounts = amounts.unwrap_or_else(|error| panic!("{error}"));
        self
    }

    /// Sold at another time.
    pub fn at(mut self, text: &str) -> Self {
        self.sale.sold_at = time(text);
        self.sale.month = month_of(self.sale.sold_at);
        self
    }

    /// In another currency.
    pub fn currency(mut self, code: &str) -> Self {
        self.sale.currency = Currency::parse(code).unwrap_or_else(|error| panic!("{error}"));
        self
    }

    /// Sent elsewhere; nowhere if the name is empty.
    pub fn country(mut self, name: &str) -> Self {
        self.sale.country = Country::new(name);
        self
    }

    /// With another outcome.
    pub fn outcome(mut self, outcome: Outcome) -> Self {
        self.sale.outcome = outcome;
        self
    }

    /// The fact on its way into the books.
    pub fn added(self) -> FactAdded {
        let (order, number, stated_at) = (self.sale.order, self.sale.number.clone(), self.sale.sold_at);
        let fact = Fact::Sold { sale: self.sale, lines: self.lines };
        FactAdded { order, number, fact, stated_at, cause: None }
    }
}

/// Another fact about order `number`, stated at noon.
pub fn fact_about(number: u64, fact: Fact) -> FactAdded {
    let order = OrderId::new(Uuid::from_u128(u128::from(number)));
    FactAdded { order, number: number.to_string(), fact, stated_at: noon(), cause: None }
}

/// A refund of New Zealand dollars for order `number`.
pub fn a_refund(number: u64, id: &str, minor: i64, at: &str) -> FactAdded {
    let (id, at) = (RefundId::new(id).unwrap_or_else(|| panic!("{id:?} names no refund")), time(at));
    let refund = Refund::new(id, minor, Currency::NZD, "did not fit".to_owned(), at, month_of(at));
    let refund = refund.unwrap_or_else(|error| panic!("{error}"));
    FactAdded { stated_at: at, ..fact_about(number, Fact::Refunded(refund)) }
}

/// The `sequence`th statement about product `product`: its category (none if empty) and its articles.
pub fn a_product(product: u64, sequence: u64, category: &str, skus: &[&str]) -> ProductStated {
    let article = |sku: &&str| Article {
        sku: Sku::parse(sku).unwrap_or_else(|error| panic!("{error}")),
        title: format!("{sku} in the catalogue"),
    };
    ProductStated {
        product: Uuid::from_u128(u128::from(product)),
        category: Category::new(category),
        articles: skus.iter().map(article).collect(),
        stated_at: noon(),
        sequence,
        cause: None,
    }
}
