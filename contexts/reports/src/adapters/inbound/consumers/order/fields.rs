//! What the views of order facts have in common: numbers, amounts and lines as they are published.

use serde::Deserialize;
use shared_kernel::{Envelope, OrderId, Sku};

use crate::adapters::inbound::consumers::truncate_to_stored_precision;
use crate::application::{News, RecordFactCommand};
use crate::domain::{SaleAmounts, SaleError, SaleLine};

/// An order's number: text or digits.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Number {
    Text(String),
    Digits(i64),
}

impl Number {
    fn text(self) -> String {
        match self {
            Self::Text(text) => text,
            Self::Digits(digits) => digits.to_string(),
        }
    }
}

#[derive(Deserialize)]
pub(super) struct Line {
    sku: Sku,
    #[serde(default)]
    title: String,
    quantity: i64,
    gross_minor: i64,
    net_minor: i64,
    tax_minor: i64,
}

impl Line {
    fn sale_line(self) -> Result<SaleLine, SaleError> {
        let amounts = SaleAmounts::new(self.net_minor, self.tax_minor, 0, self.gross_minor)?;
        SaleLine::new(self.sku, self.title, self.quantity, amounts)
    }
}

pub(super) fn sale_lines(lines: Vec<Line>) -> Result<Vec<SaleLine>, SaleError> {
    lines.into_iter().map(Line::sale_line).collect()
}

#[derive(Deserialize)]
pub(super) struct Totals {
    #[serde(rename = "net_minor")]
    net: i64,
    #[serde(rename = "tax_minor")]
    tax: i64,
    #[serde(rename = "shipping_minor", default)]
    shipping: i64,
    #[serde(rename = "gross_minor")]
    gross: i64,
}

impl Totals {
    pub(super) fn amounts(&self) -> Result<SaleAmounts, SaleError> {
        SaleAmounts::new(self.net, self.tax, self.shipping, self.gross)
    }
}

pub(super) fn command(envelope: &Envelope, order: OrderId, number: Number, news: News) -> RecordFactCommand {
    RecordFactCommand {
        order,
        number: number.text(),
        news,
        stated_at: truncate_to_stored_precision(envelope.time),
        cause: None,
    }
}
