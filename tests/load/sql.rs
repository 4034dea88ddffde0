//! What an order costs in transactions, statements and rows, by context: numbers that are the same on every machine.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::support::process::Shop;

/// The shop takes these numbers off its databases every ten seconds.
const REFRESHED: Duration = Duration::from_secs(11);
const KINDS: [&str; 5] = ["writes", "commits", "reads", "statements", "rows"];

/// What the databases have done, by context and kind. Empty where the shop is several processes.
pub struct SqlWork(BTreeMap<(String, String), u64>);

impl SqlWork {
    /// Waits until the numbers are of this moment.
    pub async fn read(shop: &Shop) -> Self {
        tokio::time::sleep(REFRESHED).await;
        let answer = reqwest::get(shop.url("/metrics")).await.unwrap();
        let text = if answer.status().is_success() { answer.text().await.unwrap() } else { String::new() };
        let parse = |line: &str| {
            let (kind, rest) = line.strip_prefix("store_sql_")?.split_once("_total{context=\"")?;
            let (context, count) = rest.split_once("\"} ")?;
            Some(((context.to_owned(), kind.to_owned()), count.parse().ok()?))
        };
        Self(text.lines().filter_map(parse).collect())
    }

    /// A table of what was done since then, for each of so many orders.
    pub fn per_order(&self, before: &Self, orders: usize) -> String {
        let each = |key: &(String, String)| {
            let used = self.0.get(key).copied().unwrap_or(0) - before.0.get(key).copied().unwrap_or(0);
            let tenths = used * 10 / u64::try_from(orders).unwrap();
            format!("{}.{}", tenths / 10, tenths % 10)
        };
        let contexts: std::collections::BTreeSet<&String> = self.0.keys().map(|(context, _)| context).collect();
        let mut lines = vec![format!("| each order | {} |", KINDS.join(" | ")), "|---|---|---|---|---|---|".to_owned()];
        lines.extend(contexts.into_iter().map(|context| {
            let cells = KINDS.map(|kind| each(&(context.clone(), kind.to_owned())));
            format!("| {context} | {} |", cells.join(" | "))
        }));
        lines.join("\n")
    }
}
