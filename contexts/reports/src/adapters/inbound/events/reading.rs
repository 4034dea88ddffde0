//! What the views of order facts have in common: numbers, amounts and lines as they are published.

use chassis::messaging::Failure;
use serde::Deserialize;
use shared_kernel::{Envelope, OrderId, Sku, Timestamp};

use crate::application::{News, RecordFactCommand};
use crate::domain::{SaleAmounts, SaleError, SaleLine};

/// A message that cannot be understood, however often it is tried.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// Nobody here knows facts of this type.
    #[error("facts of type {0} are not known here")]
    Type(String),
    /// A needed field is missing, or is not what it should be.
    #[error("the data cannot be read: {0}")]
    Data(#[from] serde_json::Error),
    /// A field holds a word that is not known here.
    #[error("{field} is {value:?}, which is not known here")]
    Word {
        field: &'static str,
        /// What it holds.
        value: String,
    },
    /// Its amounts cannot be those of a sale.
    #[error(transparent)]
    Money(#[from] SaleError),
}

impl Unreadable {
    /// For the operator.
    pub fn failure(&self) -> Failure {
        let code = match self {
            Self::Type(_) => "unknown-type",
            Self::Data(_) | Self::Word { .. } => "unreadable",
            Self::Money(_) => "not-money",
        };
        Failure::new(code, self)
    }
}

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

/// A time as the databases keep it, whatever the precision with which it was written.
pub(super) fn truncate_to_stored_precision(time: Timestamp) -> Timestamp {
    Timestamp::from_micros(time.micros())
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
