//! Sample orders of the last months, so that lists and reports of a demo shop have something to show. They come in as the
//! history of a former shop does: no stock, no money and no mail moves, and a repetition changes nothing.

use std::time::Duration;

use serde_json::{Value, json};
use shared_kernel::{Currency, Timestamp};

const COUNT: u64 = 60;
/// From one order to the next.
const INTERVAL: Duration = Duration::from_hours(3 * 24 + 5);

/// SKU, title and price in hundredths, as in the demo catalogue.
const GOODS: [(&str, &str, i64); 8] = [
    ("BK-KAURI-PB", "The Kauri Clock, Paperback", 3_699),
    ("BK-KAURI-HB", "The Kauri Clock, Hardback", 5_499),
    ("ST-PEN-F", "Brass Pen, Fine", 6_800),
    ("ST-INK-DEEP", "Bottled Ink, Deep Water", 2_400),
    ("ST-POST-12", "Coast Postcards, Set of 12", 1_800),
    ("ST-TAPE-5", "Paper Tape Set", 2_100),
    ("ST-LETTER", "Letter Set", 3_200),
    ("ST-PAD-A3", "Desk Pad", 2_900),
];

/// Name, e-mail and country.
const BUYERS: [(&str, &str, &str); 5] = [
    ("Kiri Parata", "kiri@example.org", "NZ"),
    ("Sam Okafor", "sam@example.org", "AU"),
    ("Mia Lindqvist", "mia@example.org", "SE"),
    ("Noor Haddad", "noor@example.org", "NZ"),
    ("Alex Moreau", "alex@example.org", "FR"),
];

/// The sample orders as a file to import, the newest a day before `now`.
///
/// # Errors
/// For a currency whose prices do not have the demo's two decimals.
pub fn file(currency: Currency, now: Timestamp) -> anyhow::Result<Vec<u8>> {
    anyhow::ensure!(currency.exponent() == 2, "sample orders have two decimals, which {} has not", currency.code());
    let lines = (0..COUNT).map(|index| sample(index, currency, now).map(|order| order.to_string()));
    Ok(lines.collect::<anyhow::Result<Vec<_>>>()?.join("\n").into_bytes())
}

fn sample(index: u64, currency: Currency, now: Timestamp) -> anyhow::Result<Value> {
    let pick = |step: u64, length: usize| usize::try_from(index * step).map_or(0, |position| position % length);
    let (name, email, country) = BUYERS[pick(3, BUYERS.len())];
    let line = |(sku, title, price): (&str, &str, i64), quantity: u64| json!({"sku": sku, "title": title, "quantity": quantity, "unit_price_minor": price});
    let mut lines = vec![line(GOODS[pick(1, GOODS.len())], 1 + index % 3)];
    if index.is_multiple_of(2) {
        lines.push(line(GOODS[pick(5, GOODS.len() - 1) + 1], 1));
        lines.dedup_by(|second, first| second["sku"] == first["sku"]);
    }
    let age = Duration::from_hours(24) + INTERVAL * u32::try_from(COUNT - 1 - index)?;
    Ok(json!({
        "number": format!("SAMPLE-{:03}", index + 1),
        "placed_at": now.minus(age),
        "status": if index % 11 == 7 { "CANCELLED" } else { "COMPLETED" },
        "customer": {"name": name, "email": email},
        "country": country,
        "currency": currency,
        "lines": lines,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sample_orders_are_of_the_last_months_and_sell_what_the_demo_sells() {
        let now = Timestamp::from_micros(1_795_348_800_000_000);
        let file = String::from_utf8(file(Currency::NZD, now).unwrap()).unwrap();
        let orders: Vec<Value> = file.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(orders.len(), 60);
        let oldest = now.minus(Duration::from_hours(24 * 250));
        let placed_at = |order: &Value| Timestamp::parse(order["placed_at"].as_str().unwrap()).unwrap();
        assert!(orders.iter().all(|order| placed_at(order) > oldest && placed_at(order) < now));
        assert!(orders.iter().any(|order| order["status"] == "CANCELLED"));
        let demo = include_str!("../../demo/products.csv");
        let skus = |order: &Value| -> Vec<String> {
            let lines = order["lines"].as_array().unwrap();
            lines.iter().map(|line| line["sku"].as_str().unwrap().to_owned()).collect()
        };
        for sku in orders.iter().flat_map(skus) {
            assert!(demo.contains(&format!(",{sku},")), "{sku}");
        }
        assert!(orders.iter().all(|order| skus(order).len() < 2 || skus(order)[0] != skus(order)[1]));
    }

    #[test]
    fn a_currency_without_cents_has_no_sample_orders() {
        assert!(file(Currency::parse("JPY").unwrap(), Timestamp::from_micros(0)).is_err());
    }
}
