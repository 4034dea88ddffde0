//! What the oracle judges by, and easy ways to read it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::support::process::Shop;

/// A request to order something, and the answer to its client.
#[derive(Debug, Clone, Default)]
pub struct OrderRequest {
    /// The `Idempotency-Key` under which the client repeated it until it had an answer.
    pub key: String,
    /// Every order that an answer to this key named.
    pub orders: BTreeSet<String>,
    /// The last answer.
    pub told: OrderOutcome,
}

/// The answer to a client about their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OrderOutcome {
    #[default]
    Placed,
    /// By the provider, that their money was taken.
    Paid,
    /// That the thing is sold out.
    SoldOut,
    /// That they get their money back.
    Cancelled,
    /// That another order has taken its place before they paid.
    Replaced,
}

/// Everything on record.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    /// The lines of the audit.
    pub audit: Vec<Value>,
    /// The letters in the mail folder.
    pub letters: Vec<String>,
    /// What clients asked for; all of it.
    pub wishes: Vec<OrderRequest>,
}

/// A line of the audit.
#[derive(Clone, Copy)]
pub struct Line<'a>(pub &'a Value);

impl<'a> Line<'a> {
    /// A text; empty if there is none.
    pub fn text(self, key: &str) -> &'a str {
        self.0[key].as_str().unwrap_or_default()
    }

    /// A number. One that is missing is none that anything could equal.
    pub fn number(self, key: &str) -> i64 {
        self.0[key].as_i64().unwrap_or(i64::MIN)
    }

    /// The members of a list.
    pub fn list(self, key: &str) -> impl Iterator<Item = Line<'a>> {
        self.0[key].as_array().into_iter().flatten().map(Line)
    }
}

impl Evidence {
    /// What is on record in this shop.
    pub fn of(shop: &Shop, wishes: &[OrderRequest]) -> Self {
        Self { audit: shop.audit(), letters: shop.letters(), wishes: wishes.to_vec() }
    }

    /// The audit's lines of one kind.
    pub fn lines<'a>(&'a self, context: &'a str, kind: &'a str) -> impl Iterator<Item = Line<'a>> {
        let of_kind = move |line: &Line<'_>| line.text("context") == context && line.text("kind") == kind;
        self.audit.iter().map(Line).filter(of_kind)
    }

    /// The same, by the text under `key`.
    pub fn by<'a>(&'a self, context: &'a str, kind: &'a str, key: &str) -> BTreeMap<&'a str, Vec<Line<'a>>> {
        let mut found: BTreeMap<&str, Vec<Line<'_>>> = BTreeMap::new();
        for line in self.lines(context, kind) {
            found.entry(line.text(key)).or_default().push(line);
        }
        found
    }

    /// The sandbox's intents by the order that they name.
    pub fn intents(&self) -> BTreeMap<&str, Vec<Line<'_>>> {
        let mut found: BTreeMap<&str, Vec<Line<'_>>> = BTreeMap::new();
        for line in self.lines("sandbox", "intent") {
            found.entry(Line(&line.0["metadata"]).text("order_id")).or_default().push(line);
        }
        found
    }
}

/// The Message-ID of a letter, without its brackets.
pub fn message_id(letter: &str) -> &str {
    let headers = letter.split("\r\n\r\n").next().unwrap_or_default();
    let line = headers.lines().find_map(|line| line.strip_prefix("Message-ID: "));
    line.unwrap_or_default().trim().trim_start_matches('<').trim_end_matches('>')
}
