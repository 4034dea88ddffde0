//! Counts the money of a backup once more: each order by itself, what the reports say of it, and what the payment sandbox
//! has taken. A real provider's books are not in a backup.
//!
//! The parts are of one moment, but facts may have been on their way then: what a part had not heard yet it need not
//! know. Orders that wait for a person are a matter for that person and count for no more than their sums.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// What the records add up to, and what of it cannot be.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// By currency.
    pub sums: BTreeMap<String, Sums>,
    /// Sentences about what cannot be.
    pub wrong: Vec<String>,
}

/// Sums in minor units.
#[derive(Debug, Default, PartialEq, Eq, Clone, Copy)]
pub struct Sums {
    /// Orders that are sold.
    pub sold: u64,
    /// What they cost.
    pub gross: i64,
    /// What was captured for all orders.
    pub captured: i64,
    /// What of it went back.
    pub refunded: i64,
    /// What reports have as sold.
    pub reported: i64,
}

/// Goods and money have changed hands, or are about to.
fn is_sold(order: &Value) -> bool {
    matches!(text(order, "status"), "PAID" | "SHIPPED" | "COMPLETED" | "CANCEL_PENDING")
}

/// What of an order counts here. The rest is not kept: a large shop has many of them.
const COUNTS: [&str; 13] = [
    "id",
    "number",
    "status",
    "currency",
    "gross_minor",
    "captured_minor",
    "refunded_minor",
    "sale_refunded_minor",
    "payments",
    "refunds",
    "disputes",
    "imported",
    "needs_attention",
];

/// Facts about orders that the reports hear.
const REPORTED: [&str; 6] = [
    "store.order.paid.v1",
    "store.order.completed.v1",
    "store.order.cancelled.v1",
    "store.order.refunded.v1",
    "store.order.refund_failed.v1",
    "store.order.imported.v1",
];

/// The records by what they are about.
#[derive(Default)]
pub struct Books {
    orders: BTreeMap<String, Value>,
    sales: BTreeMap<String, Sale>,
    refunds: BTreeMap<String, i64>,
    /// What the sandbox has taken, by intent.
    intents: BTreeMap<String, i64>,
    /// Facts of orders, and the order that each is about; less those that the reports have handled.
    stated: BTreeMap<String, String>,
    heard: BTreeSet<String>,
    has_reports: bool,
    has_sandbox: bool,
}

struct Sale {
    currency: String,
    gross: i64,
    counted: bool,
}

impl Books {
    /// Enters a record of an audit: those of orders, and of reports and sandbox as far as they are there. Others count for
    /// nothing.
    pub fn enter(&mut self, record: &Value) {
        let key = |name: &str| text(record, name).to_owned();
        match (text(record, "context"), text(record, "kind")) {
            ("order", "order") => {
                let counts = COUNTS.iter().map(|name| ((*name).to_owned(), record[*name].clone()));
                self.orders.insert(key("id"), counts.collect());
            }
            ("order", "outbox") if REPORTED.contains(&text(record, "type")) => {
                drop(self.stated.insert(key("id"), key("subject")));
            }
            ("reports", "inbox") if record["status"] == "handled" => drop(self.heard.insert(key("id"))),
            ("reports", "sale") => {
                let (currency, gross) = (key("currency"), number(record, "gross_minor"));
                let sale = Sale { currency, gross, counted: record["counted"] == true };
                self.sales.insert(key("order_id"), sale);
            }
            ("reports", "refund") => {
                *self.refunds.entry(key("order_id")).or_default() += number(record, "amount_minor");
            }
            ("sandbox", "intent") => drop(self.intents.insert(key("id"), number(record, "received"))),
            _ => {}
        }
        self.has_reports |= record["context"] == "reports";
        self.has_sandbox |= record["context"] == "sandbox";
    }

    /// What all of it adds up to.
    pub fn count(mut self) -> Count {
        let (mut count, heard) = (Count::default(), std::mem::take(&mut self.heard));
        let unheard = self.stated.iter().filter(|(id, _)| !heard.contains(*id));
        let unheard: BTreeSet<&str> = unheard.map(|(_, subject)| subject.as_str()).collect();
        for order in self.orders.values() {
            let sums = count.sums.entry(text(order, "currency").to_owned()).or_default();
            sums.captured += number(order, "captured_minor");
            sums.refunded += number(order, "refunded_minor");
            if is_sold(order) {
                sums.sold += 1;
                sums.gross += number(order, "gross_minor");
            }
            self.judge(order, &unheard, &mut count.wrong);
        }
        for (order, sale) in &self.sales {
            let sums = count.sums.entry(sale.currency.clone()).or_default();
            if sale.counted {
                sums.reported += sale.gross;
            }
            if !self.orders.contains_key(order) {
                count.wrong.push(format!("reports have sold order {order}, which is not there"));
            }
        }
        count
    }

    fn judge(&self, order: &Value, unheard: &BTreeSet<&str>, wrong: &mut Vec<String>) {
        let mut found = Vec::new();
        if order["imported"] != true && order["needs_attention"].is_null() {
            paid_for(order, &mut found);
            if self.has_sandbox {
                self.at_the_sandbox(order, &mut found);
            }
        }
        if self.has_reports {
            self.reported(order, unheard, &mut found);
        }
        wrong.extend(found.into_iter().map(|what| format!("order {} {what}", text(order, "number"))));
    }

    fn reported(&self, order: &Value, unheard: &BTreeSet<&str>, found: &mut Vec<String>) {
        let id = text(order, "id");
        match self.sales.get(id) {
            None if is_sold(order) && !unheard.contains(id) => {
                found.push("is sold and the reports will never hear of it".to_owned());
            }
            Some(sale) if sale.gross != number(order, "gross_minor") => {
                found.push(format!("costs {} and is reported as {}", order["gross_minor"], sale.gross));
            }
            _ => {}
        }
        // What went back of money that paid for the order; the return of any other money was never reported.
        let (reported, refunded) = (self.refunds.get(id).copied().unwrap_or(0), number(order, "refunded_minor"));
        let of_sale = order["sale_refunded_minor"].as_i64();
        let differs = of_sale.is_some_and(|of_sale| reported != of_sale) && !unheard.contains(id);
        if reported > refunded && !unheard.contains(id) || differs {
            let refunded = of_sale.unwrap_or(refunded);
            found.push(format!("had {refunded} refunded, of which the reports have {reported}"));
        }
    }

    /// The sandbox may know more than the order: what it has to say may still be on its way.
    fn at_the_sandbox(&self, order: &Value, found: &mut Vec<String>) {
        for payment in order["payments"].as_array().into_iter().flatten() {
            let captured = payment["captured"]["amount"].as_i64().unwrap_or(0);
            let intent = text(payment, "intent_id");
            let received = self.intents.get(intent).copied().unwrap_or(0);
            if captured > received {
                found.push(format!("has {captured} of {intent}, which has taken {received}"));
            }
        }
    }
}

/// A sold order is paid in full and no more; any other has given back, or is giving back, what it got.
fn paid_for(order: &Value, found: &mut Vec<String>) {
    let (gross, captured) = (number(order, "gross_minor"), number(order, "captured_minor"));
    let of_refunds = |status: &str| -> i64 {
        let refunds = order["refunds"].as_array().into_iter().flatten().filter(|refund| refund["status"] == status);
        refunds.map(|refund| refund["amount"]["amount"].as_i64().unwrap_or(0)).sum()
    };
    let (gone, going) = (number(order, "refunded_minor"), of_refunds("pending"));
    if gone + going > captured {
        found.push(format!("got {captured} and gives back {}", gone + going));
    }
    if gone > captured {
        found.push(format!("got {captured} and has given back {gone}"));
    }
    let lost = of_disputes(order, "lost");
    let kept = captured - gone - going - if is_sold(order) { 0 } else { lost };
    if is_sold(order) && (captured < gross || kept > gross) {
        found.push(format!("costs {gross}, got {captured} and keeps {kept}"));
    }
    if !is_sold(order) && kept != 0 {
        found.push(format!("is {} and keeps {kept}", text(order, "status")));
    }
}

fn of_disputes(order: &Value, status: &str) -> i64 {
    let disputes = order["disputes"].as_array().into_iter().flatten().filter(|dispute| dispute["status"] == status);
    disputes.map(|dispute| dispute["amount"]["amount"].as_i64().unwrap_or(0)).sum()
}

fn text<'a>(record: &'a Value, key: &str) -> &'a str {
    record[key].as_str().unwrap_or_default()
}

fn number(record: &Value, key: &str) -> i64 {
    record[key].as_i64().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn order(id: &str, status: &str, captured: i64, refunded: i64) -> Value {
        json!({"context": "order", "kind": "order", "id": id, "number": format!("BS-{id}"), "status": status,
            "currency": "NZD", "gross_minor": 100, "captured_minor": captured, "refunded_minor": refunded,
            "refunds": [], "imported": false, "needs_attention": null,
            "payments": [{"intent_id": format!("pi_{id}"), "captured": {"amount": captured, "currency": "NZD"}}]})
    }

    fn sale(id: &str) -> Value {
        json!({"context": "reports", "kind": "sale", "order_id": id, "currency": "NZD", "gross_minor": 100, "counted": true})
    }

    fn intent(id: &str, received: i64) -> Value {
        json!({"context": "sandbox", "kind": "intent", "id": format!("pi_{id}"), "received": received})
    }

    fn paid(id: &str) -> Value {
        json!({"context": "order", "kind": "outbox", "id": format!("e{id}"), "subject": id, "type": "store.order.paid.v1"})
    }

    fn count(records: &[Value]) -> Count {
        let mut books = Books::default();
        for record in records {
            books.enter(record);
        }
        books.count()
    }

    /// One that is sold and reported, one that is sold and on its way, one that went back.
    fn in_order() -> Vec<Value> {
        vec![
            order("a", "PAID", 100, 0),
            order("b", "COMPLETED", 100, 30),
            order("c", "CANCELLED", 100, 100),
            sale("a"),
            paid("b"),
            intent("a", 100),
            intent("b", 100),
            intent("c", 100),
        ]
    }

    #[test]
    fn sums_are_kept_by_currency() {
        let mut records = in_order();
        records[1]["currency"] = json!("EUR");
        let counted = count(&records);
        assert_eq!(counted.wrong, Vec::<String>::new());
        let nzd = Sums { sold: 1, gross: 100, captured: 200, refunded: 100, reported: 100 };
        let eur = Sums { sold: 1, gross: 100, captured: 100, refunded: 30, reported: 0 };
        assert_eq!(counted.sums, BTreeMap::from([("NZD".to_owned(), nzd), ("EUR".to_owned(), eur)]));
    }

    #[test]
    fn everything_that_cannot_be_is_said() {
        type Plant = fn(&mut Vec<Value>);
        let plants: Vec<(&str, Plant)> = vec![
            ("costs 100, got 99", |it| it[0]["captured_minor"] = json!(99)),
            ("costs 100, got 200 and keeps 200", |it| it[0]["captured_minor"] = json!(200)),
            ("is CANCELLED and keeps 1", |it| it[2]["refunded_minor"] = json!(99)),
            ("got 100 and gives back 150", |it| it[2]["refunded_minor"] = json!(150)),
            ("is reported as 101", |it| it[3]["gross_minor"] = json!(101)),
            ("never hear of it", |it| drop(it.remove(4))),
            ("which has taken 0", |it| drop(it.remove(5))),
            ("which is not there", |it| it.push(sale("z"))),
            ("had 0 refunded, of which the reports have 5", |it| {
                it.push(json!({"context": "reports", "kind": "refund", "order_id": "a", "amount_minor": 5}));
            }),
            ("had 7 refunded, of which the reports have 0", |it| {
                it[0]["refunded_minor"] = json!(7);
                it[0]["sale_refunded_minor"] = json!(7);
            }),
            ("got 100 and has given back 101", |it| it[0]["refunded_minor"] = json!(101)),
        ];
        for (expected, sow) in plants {
            let mut records = in_order();
            sow(&mut records);
            let found = count(&records).wrong;
            assert!(found.iter().any(|wrong| wrong.contains(expected)), "{expected:?} is not in {found:?}");
        }
    }

    #[test]
    fn what_is_on_its_way_or_waits_for_a_person_or_was_paid_elsewhere_is_not_wrong() {
        let mut records = in_order();
        records[2]["refunded_minor"] = json!(0);
        records[2]["refunds"] = json!([{"status": "pending", "amount": {"amount": 100, "currency": "NZD"}}]);
        let odd = Value::from_iter([("needs_attention", json!({"reason": "amount-differs"}))]);
        let mut waiting = order("d", "EXPIRED", 70, 0);
        waiting["needs_attention"] = odd["needs_attention"].clone();
        let mut imported = order("e", "COMPLETED", 0, 0);
        imported["imported"] = json!(true);
        // The bank has given the buyer the money.
        let mut lost = order("f", "CANCELLED", 100, 0);
        lost["disputes"] = json!([{"status": "lost", "amount": {"amount": 100, "currency": "NZD"}}]);
        // A refund of which the reports have not heard yet.
        let mut told = order("g", "PAID", 100, 30);
        told["sale_refunded_minor"] = json!(30);
        records.extend([lost, told, sale("g"), paid("g"), intent("f", 100), intent("g", 100)]);
        records.extend([waiting, imported, paid("e"), intent("d", 70)]);
        assert_eq!(count(&records).wrong, Vec::<String>::new());
    }
}
