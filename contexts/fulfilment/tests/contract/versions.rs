//! Rows of the version before, and that version at work beside this one: it counts goods off `on_hand` when they are paid
//! for, and says nothing of what is committed.

use chassis::params;
use chassis::sql::{Database, Tx};
use fulfilment::adapters::outbound::sql::MIGRATIONS;
use fulfilment::application::DispatchItemsCommand;
use fulfilment::domain::{Consignment, Count, PersonsCount, Reference};
use fulfilment::testing::{TestStore, noon, order, paid, physical, sku};
use serde_json::{Value, json};
use shared_kernel::StoreError;
use std::collections::BTreeMap;

/// The statements of the version before, one transaction for each thing that it does.
#[derive(Clone)]
struct VersionBefore {
    database: Database,
}

impl VersionBefore {
    async fn count(&self, code: &'static str, on_hand: i64) {
        self.write(move |tx| {
            Box::pin(async move {
                let sql = "INSERT INTO stock_item (sku, on_hand, reserved) VALUES ($1, $2, $3)";
                tx.execute(sql, params![code, on_hand, 0_i64]).await?;
                moved(tx, (code, on_hand, "counted"), 0).await
            })
        })
        .await;
    }

    async fn pay(&self, number: u128, lines: &'static [(&'static str, i64)]) {
        self.write(move |tx| {
            Box::pin(async move {
                let taken =
                    "INSERT INTO reservation (order_id, state, holds, held_until) VALUES ($1, 'taken', '[]', NULL)";
                tx.execute(taken, params![order(number)]).await?;
                for (code, units) in lines {
                    change(tx, code, -units).await?;
                    moved(tx, (*code, -units, "taken"), number).await?;
                }
                let open = "INSERT INTO shipping_order
                    (order_id, state, closed_at, work_rank, work_order, items, number, email, address, created_at)
                    VALUES ($1, 'pending', NULL, 0, 0, $2, 'A', 'a@example.test', NULL, $3)";
                let items: Vec<Value> = lines.iter().map(|line| item(*line, false)).collect();
                tx.execute(open, params![order(number), json!(items).to_string(), noon()]).await.map(drop)
            })
        })
        .await;
    }

    /// Sends the first `sent` of these lines; the order is done when that is all of them.
    async fn dispatch(&self, number: u128, lines: &'static [(&'static str, i64)], sent: usize) {
        let done = sent == lines.len();
        let items = lines.iter().enumerate().map(|(at, line)| item(*line, at < sent));
        self.close(number, if done { "processed" } else { "pending" }, items.collect()).await;
    }

    async fn cancel(&self, number: u128, lines: &'static [(&'static str, i64)]) {
        self.write(move |tx| {
            Box::pin(async move {
                for (code, units) in lines {
                    change(tx, code, *units).await?;
                    moved(tx, (*code, *units, "returned"), number).await?;
                }
                Ok(())
            })
        })
        .await;
        self.close(number, "cancelled", lines.iter().map(|line| item(*line, false)).collect()).await;
    }

    async fn close(&self, number: u128, state: &'static str, items: Vec<Value>) {
        self.write(move |tx| {
            let items = json!(items).to_string();
            Box::pin(async move {
                let sql =
                    "UPDATE shipping_order SET state = $2, closed_at = $3, work_rank = 0, work_order = 0, items = $4
                    WHERE order_id = $1";
                let closed = (state != "pending").then(noon);
                tx.execute(sql, params![order(number), state, closed, items]).await.map(drop)
            })
        })
        .await;
    }

    async fn write<F>(&self, work: F)
    where
        F: for<'t> Fn(&'t mut Tx) -> futures_util::future::BoxFuture<'t, Result<(), StoreError>>
            + Send
            + Sync
            + 'static,
    {
        self.database.write(work).await.unwrap();
    }
}

async fn change(tx: &mut Tx, code: &'static str, delta: i64) -> Result<(), StoreError> {
    let rows = tx.fetch_for_update("SELECT on_hand, reserved FROM stock_item WHERE sku = $1", params![code]).await?;
    let (on_hand, reserved): (i64, i64) = (rows[0].get("on_hand")?, rows[0].get("reserved")?);
    let sql = "UPDATE stock_item SET on_hand = $2, reserved = $3 WHERE sku = $1";
    tx.execute(sql, params![code, on_hand + delta, reserved]).await.map(drop)
}

async fn moved(
    tx: &mut Tx,
    (code, delta, why): (&'static str, i64, &'static str),
    number: u128,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO stock_movement (sku, on_hand_delta, reserved_delta, reason, reference, moved_at)
        VALUES ($1, $2, $3, $4, $5, $6)";
    let reference = if number == 0 { "staff".to_owned() } else { format!("order:{}", order(number)) };
    tx.execute(sql, params![code, delta, 0_i64, why, reference, noon()]).await.map(drop)
}

fn item((code, units): (&str, i64), sent: bool) -> Value {
    let mut item = json!({"sku": code, "title": "A thing", "kind": "physical", "units": units, "from_stock": true,
        "mailings": 0, "status": "pending"});
    if sent {
        item["status"] = json!("processed");
        item["processed_at"] = json!(noon());
        item["carrier"] = json!("NZ Post");
    }
    item
}

const KEA_AND_TUI: &[(&str, i64)] = &[("KEA", 2), ("TUI", 1)];
const KEA: &[(&str, i64)] = &[("KEA", 3)];

/// On hand, reserved, committed, available.
async fn shelf(store: &TestStore, code: &str) -> (i64, i64, i64, i64) {
    let item = store.ports.stock.find(&sku(code)).await.unwrap().unwrap().item;
    (item.on_hand(), item.reserved(), item.committed(), item.available())
}

/// What the version before has left in its tables: sold and unsent things lie on the shelf again.
async fn its_rows_are_taken_over(database: Database) {
    database.migrate("fulfilment", &MIGRATIONS[..1]).await.unwrap();
    let before = VersionBefore { database: database.clone() };
    before.count("KEA", 20).await;
    before.count("TUI", 5).await;
    before.pay(1, KEA_AND_TUI).await;
    before.pay(2, KEA_AND_TUI).await;
    before.dispatch(2, KEA_AND_TUI, 1).await;
    before.pay(3, KEA).await;
    before.dispatch(3, KEA, 1).await;
    before.pay(4, KEA).await;
    before.cancel(4, KEA).await;
    database.migrate("fulfilment", MIGRATIONS).await.unwrap();
    let store = TestStore::sql(database);
    assert_eq!((shelf(&store, "KEA").await, shelf(&store, "TUI").await), ((15, 0, 2, 13), (5, 0, 2, 3)));
    let audit = store.audit().await;
    let stock = audit.iter().find(|line| line["kind"] == "stock" && line["sku"] == "KEA").unwrap();
    for (name, value) in [("on_hand", 13), ("available", 13), ("movements_on_hand", 13), ("reserved", 0)] {
        assert_eq!(stock[name], value, "the audit says of {name} what it said before");
    }
    let parcel = Consignment::parse("NZ Post", None).unwrap();
    let dispatch = &store.use_cases.dispatch_items;
    for number in [1, 2] {
        let command = DispatchItemsCommand { order: order(number), skus: None, consignment: parcel.clone() };
        dispatch.execute(command).await.unwrap();
    }
    assert_eq!((shelf(&store, "KEA").await, shelf(&store, "TUI").await), ((13, 0, 0, 13), (3, 0, 0, 3)));
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    Open,
    Sent,
    Cancelled,
}

/// Each step is done by one version or the other, whichever placed the order; after each, the numbers are those of a model
/// that knows nothing of versions.
async fn both_work_side_by_side(database: Database, seed: u64) {
    database.migrate("fulfilment", MIGRATIONS).await.unwrap();
    let (before, store) = (VersionBefore { database: database.clone() }, TestStore::sql(database));
    before.count("KEA", 1_000).await;
    let mut chance = Chance(seed);
    let mut orders: BTreeMap<u128, Standing> = BTreeMap::new();
    for step in 1..=60_u128 {
        let old = chance.below(2) == 0;
        let open: Vec<u128> =
            orders.iter().filter(|(_, it)| **it == Standing::Open).map(|(number, _)| *number).collect();
        let chosen = open.get(usize::try_from(chance.below(8)).unwrap()).copied();
        let standing = match (chance.below(3), chosen) {
            (0, Some(number)) => {
                send(&before, &store, number, old).await;
                (number, Standing::Sent)
            }
            (1, Some(number)) => {
                stop(&before, &store, number, old).await;
                (number, Standing::Cancelled)
            }
            _ => {
                sell(&before, &store, step, old).await;
                (step, Standing::Open)
            }
        };
        orders.insert(standing.0, standing.1);
        let units = |wanted| 3 * i64::try_from(orders.values().filter(|it| **it == wanted).count()).unwrap();
        let (on_hand, committed) = (1_000 - units(Standing::Sent), units(Standing::Open));
        let expected = (on_hand, 0, committed, on_hand - committed);
        assert_eq!(shelf(&store, "KEA").await, expected, "seed {seed}, step {step}");
        count_what_lies_there(&store, on_hand).await;
        assert_eq!(shelf(&store, "KEA").await, expected, "counting what lies there changes nothing");
    }
}

async fn sell(before: &VersionBefore, store: &TestStore, number: u128, old: bool) {
    if old {
        return before.pay(number, KEA).await;
    }
    let ship = &store.use_cases.create_shipping_order;
    ship.execute(paid(number, &[physical("KEA", 3)]), store.cause().await).await.unwrap();
}

async fn send(before: &VersionBefore, store: &TestStore, number: u128, old: bool) {
    if old {
        return before.dispatch(number, KEA, 1).await;
    }
    let dispatch = &store.use_cases.dispatch_items;
    let consignment = Consignment::parse("NZ Post", None).unwrap();
    dispatch.execute(DispatchItemsCommand { order: order(number), skus: None, consignment }).await.unwrap();
}

async fn stop(before: &VersionBefore, store: &TestStore, number: u128, old: bool) {
    if old {
        return before.cancel(number, KEA).await;
    }
    let cancel = &store.use_cases.answer_cancellation;
    cancel.execute(order(number), store.cause().await).await.unwrap();
}

async fn count_what_lies_there(store: &TestStore, on_hand: i64) {
    let set = &store.use_cases.set_stock;
    let count =
        PersonsCount { on_hand: Count::new(on_hand).unwrap(), expected: Some(on_hand), by: Reference::Staff(None) };
    set.execute(sku("KEA"), count).await.unwrap();
}

/// Numbers that look random and are the same for the same seed.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

#[tokio::test]
async fn rows_of_the_version_before_are_taken_over() {
    its_rows_are_taken_over(chassis::testing::sqlite("fulfilment", &[]).await).await;
    if let Some(database) = chassis::testing::postgres("fulfilment", &[]).await {
        its_rows_are_taken_over(database).await;
    }
}

#[tokio::test]
async fn the_version_before_may_work_beside_this_one() {
    for seed in 1..=4 {
        both_work_side_by_side(chassis::testing::sqlite("fulfilment", &[]).await, seed).await;
        if let Some(database) = chassis::testing::postgres("fulfilment", &[]).await {
            both_work_side_by_side(database, seed).await;
        }
    }
}
