//! What the databases of a shop have done, by context: numbers that are the same on every machine.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::Serialize;

use crate::support::process::Shop;

/// The shop takes these numbers off its databases every ten seconds.
const REFRESH_INTERVAL: Duration = Duration::from_secs(11);
/// What is counted.
pub const KINDS: [&str; 5] = ["writes", "commits", "reads", "statements", "rows"];

/// Counts by context and kind. Empty where the shop is several processes.
#[derive(Debug, Default, Clone, Serialize)]
pub struct SqlWork(BTreeMap<String, BTreeMap<String, u64>>);

impl SqlWork {
    /// Waits until the numbers are of this moment.
    pub async fn read(shop: &Shop) -> Self {
        tokio::time::sleep(REFRESH_INTERVAL).await;
        let answer = reqwest::get(shop.url("/metrics")).await.unwrap();
        let text = if answer.status().is_success() { answer.text().await.unwrap() } else { String::new() };
        let parse = |line: &str| {
            let (kind, rest) = line.strip_prefix("store_sql_")?.split_once("_total{context=\"")?;
            let (context, count) = rest.split_once("\"} ")?;
            Some((context.to_owned(), kind.to_owned(), count.parse::<u64>().ok()?))
        };
        let mut all = Self::default();
        for (context, kind, count) in text.lines().filter_map(parse) {
            all.0.entry(context).or_default().insert(kind, count);
        }
        all
    }

    /// What was done since then.
    pub fn since(&self, before: &Self) -> Self {
        let mut all = self.clone();
        for (context, kinds) in &mut all.0 {
            for (kind, count) in kinds {
                *count -= before.count(context, kind);
            }
        }
        all
    }

    pub fn count(&self, context: &str, kind: &str) -> u64 {
        self.0.get(context).and_then(|kinds| kinds.get(kind)).copied().unwrap_or(0)
    }

    /// The contexts that there are numbers of.
    pub fn contexts(&self) -> BTreeSet<&str> {
        self.0.keys().map(String::as_str).collect()
    }

    /// Of all contexts together.
    pub fn total(&self, kind: &str) -> u64 {
        self.contexts().into_iter().map(|context| self.count(context, kind)).sum()
    }
}
