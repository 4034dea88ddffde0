//! The read model can be emptied and rebuilt from the archive, row for row, even where facts came twice or out of
//! order.

use std::sync::Arc;
use std::time::Duration;

use chassis::ContextModule as _;
use chassis::messaging::{ContextEngine, Engine, Rebuild, Record, Recorder, Transport};
use chassis::params;
use chassis::sql::Database;
use chassis::testing::{CountingIds, eventually};
use reports::adapters::outbound::sql::{RebuildArticles, RebuildSales};
use shared_kernel::{Envelope, EventDraft, MessageId};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::samples::{cancelled, completed, imported, paid, product, refunded};
use crate::shop::TestShop;
use crate::storage::{Storage, on_both_engines};

/// Every row of every table as one text, in either engine's words.
const EVERYTHING: &[&str] = &[
    "SELECT 'sale ' || order_id || ' ' || number || ' ' || outcome || ' ' || sold_at || ' ' || month || ' ' || currency
        || ' ' || country || ' ' || net_minor || ' ' || tax_minor || ' ' || shipping_minor || ' ' || gross_minor
        AS line FROM sale ORDER BY order_id",
    "SELECT 'line ' || order_id || ' ' || position || ' ' || sku || ' ' || title || ' ' || quantity || ' ' || net_minor
        || ' ' || tax_minor || ' ' || gross_minor || ' ' || sold_at AS line FROM sale_line ORDER BY order_id, position",
    "SELECT 'completion ' || order_id || ' ' || completed_at AS line FROM completion ORDER BY order_id",
    "SELECT 'cancellation ' || order_id || ' ' || cancelled_at AS line FROM cancellation ORDER BY order_id",
    "SELECT 'refund ' || refund_id || ' ' || order_id || ' ' || number || ' ' || amount_minor || ' ' || currency || ' '
        || reason || ' ' || refunded_at || ' ' || month AS line FROM refund ORDER BY order_id, refund_id",
    "SELECT 'article ' || sku || ' ' || product_id || ' ' || title || ' ' || category || ' ' || stated_at || ' '
        || sequence AS line FROM article ORDER BY sku",
    "SELECT 'month ' || currency || ' ' || scope || ' ' || month || ' ' || orders || ' ' || cancelled || ' '
        || net_minor || ' ' || tax_minor || ' ' || shipping_minor || ' ' || gross_minor || ' ' || refunded_minor
        AS line FROM monthly_total ORDER BY currency, scope, month",
    "SELECT 'country ' || currency || ' ' || month || ' ' || country || ' ' || orders || ' ' || net_minor || ' '
        || tax_minor || ' ' || gross_minor AS line FROM country_total ORDER BY currency, month, country",
    "SELECT 'goods ' || currency || ' ' || month || ' ' || sku || ' ' || quantity || ' ' || net_minor || ' '
        || tax_minor || ' ' || gross_minor AS line FROM article_total ORDER BY sku, currency, month",
    "SELECT 'category ' || currency || ' ' || month || ' ' || category || ' ' || quantity || ' ' || net_minor || ' '
        || tax_minor || ' ' || gross_minor AS line FROM category_total ORDER BY currency, month, category",
    "SELECT 'books ' || as_of || ' ' || time_zone AS line FROM books",
];

pub async fn dump(shop: &TestShop) -> Vec<String> {
    let lines = shop.database.read(|tx| {
        Box::pin(async move {
            let mut lines: Vec<String> = Vec::new();
            for table in EVERYTHING {
                for row in tx.fetch(table, params![]).await? {
                    lines.push(row.get("line")?);
                }
            }
            Ok(lines)
        })
    });
    lines.await.unwrap()
}

/// What a replay does: empties the consumer's tables and forgets what it has handled.
async fn throw_away(shop: &TestShop, consumer: &'static str) {
    shop.database
        .write(move |tx| {
            Box::pin(async move {
                if consumer == "record-sales" {
                    RebuildSales.reset(tx).await?;
                } else {
                    RebuildArticles.reset(tx).await?;
                }
                tx.execute("DELETE FROM inbox WHERE consumer = $1", params![consumer]).await
            })
        })
        .await
        .unwrap();
}

pub fn archive() -> Vec<Envelope> {
    vec![
        product(1, 1, Some("Toys"), "KEA-14"),
        imported(7, "COMPLETED", "2026-08-01T00:00:00Z"),
        imported(8, "CANCELLED", "2026-08-02T00:00:00Z"),
        paid(1, "2026-10-31T10:59:59Z"),
        paid(2, "2026-10-31T11:00:00Z"),
        product(2, 1, Some("Lights"), "85123A"),
        completed(1),
        refunded(2, "r-2", 12_650),
        cancelled(2),
        refunded(9, "r-9", 100),
        product(1, 2, Some("Birds"), "KEA-14"),
        paid(3, "2026-11-22T11:59:00Z"),
        refunded(1, "r-1", 500),
    ]
}

/// The same facts again, some of them as the same message and all of them as another one.
fn with_duplicates(facts: Vec<Envelope>) -> Vec<Envelope> {
    let again = facts.iter().map(|fact| Envelope { id: MessageId::new(format!("{}/again", fact.id)), ..fact.clone() });
    let again: Vec<_> = again.chain(facts.iter().skip(3).cloned()).collect();
    facts.into_iter().chain(again).collect()
}

async fn the_same_facts_make_the_same_rows_again(on: Storage) {
    let shop = TestShop::open(on).await;
    shop.hears(&archive()).await;
    let first = dump(&shop).await;
    assert_eq!(first.iter().filter(|line| line.starts_with("sale ")).count(), 5, "{first:#?}");
    for consumer in ["record-sales", "keep-products"] {
        throw_away(&shop, consumer).await;
        assert_ne!(dump(&shop).await, first, "nothing was thrown away");
        shop.hears(&archive()).await;
        assert_eq!(dump(&shop).await, first, "after {consumer}");
    }
}

async fn facts_that_come_twice_change_no_row(on: Storage) {
    let (once, twice) = (TestShop::open(on).await, TestShop::open(on).await);
    once.hears(&archive()).await;
    twice.hears(&with_duplicates(archive())).await;
    assert_eq!(dump(&once).await, dump(&twice).await);
    throw_away(&twice, "record-sales").await;
    twice.hears(&with_duplicates(archive())).await;
    assert_eq!(dump(&once).await, dump(&twice).await);
}

async fn facts_that_come_in_another_order_make_the_same_rows(on: Storage) {
    let (usual, backwards) = (TestShop::open(on).await, TestShop::open(on).await);
    usual.hears(&archive()).await;
    for fact in archive().iter().rev() {
        backwards.hears(std::slice::from_ref(fact)).await;
    }
    assert_eq!(dump(&usual).await, dump(&backwards).await);
}

async fn throwing_away_leaves_no_row_of_the_consumer(on: Storage) {
    let shop = TestShop::open(on).await;
    shop.hears(&archive()).await;
    throw_away(&shop, "record-sales").await;
    let left = dump(&shop).await;
    assert!(left.iter().all(|line| line.starts_with("article ")), "{left:#?}");
    throw_away(&shop, "keep-products").await;
    assert_eq!(dump(&shop).await, Vec::<String>::new());
}

async fn the_audit_shows_every_sale_and_every_refund(on: Storage) {
    let shop = TestShop::open(on).await;
    shop.hears(&archive()).await;
    let lines = shop.module.audit().await.unwrap();
    let of = |kind: &str, what: &str| {
        let lines = lines.iter().filter(|line| line["kind"] == kind);
        lines.map(|line| line[what].as_str().map_or_else(|| line[what].to_string(), str::to_owned)).collect::<Vec<_>>()
    };
    assert_eq!(of("sale", "number"), ["1", "2", "3", "7", "8"]);
    assert_eq!(of("sale", "counted"), ["true", "true", "true", "true", "false"]);
    assert_eq!(of("sale", "cancelled_at"), ["null", "2026-11-22T12:00:00Z", "null", "null", "null"]);
    assert_eq!(
        (of("refund", "refund_id"), of("refund", "amount_minor").concat()),
        (["r-1", "r-2", "r-9"].map(str::to_owned).to_vec(), "50012650100".to_owned(),)
    );
}

/// Publishes the facts of one producer, as its own use cases would.
async fn publish(on: Storage, context: &'static str, shop: &TestShop, ids: &Arc<CountingIds>) -> Database {
    let database = on.database(context, &[]).await;
    let recorder = Recorder::new(context, Arc::clone(&shop.clock), Arc::clone(ids) as _);
    for fact in archive().into_iter().filter(|fact| fact.source == format!("/{context}")) {
        let event_type: &'static str = String::leak(fact.event_type.clone());
        let (recorder, draft) = (recorder.clone(), EventDraft::new(event_type, fact.subject, &fact.data));
        let done = database.write(move |tx| {
            let (recorder, events) = (recorder.clone(), vec![draft.clone()]);
            Box::pin(async move { recorder.record(tx, Record { cause: None, events, tasks: Vec::new() }).await })
        });
        done.await.unwrap();
    }
    database
}

async fn a_replay_in_a_running_shop_makes_the_same_rows_again(on: Storage) {
    let (shop, ids) = (TestShop::open(on).await, Arc::new(CountingIds::default()));
    let producer = async |name| ContextEngine {
        name,
        database: publish(on, name, &shop, &ids).await,
        subscriptions: Vec::new(),
        jobs: Vec::new(),
    };
    let reports = ContextEngine {
        name: "reports",
        database: shop.database.clone(),
        subscriptions: shop.module.subscriptions(),
        jobs: shop.module.jobs(),
    };
    let contexts = vec![producer("order").await, producer("catalogue").await, reports];
    let engine = Engine::new(contexts, Transport::InProcess, Arc::clone(&shop.clock), ids.clone());
    let (replay, tasks, ending) = (engine.replay(), TaskTracker::new(), CancellationToken::new());
    assert_eq!(replay.rebuildable(), ["reports/record-sales", "reports/keep-products"]);
    engine.start(&tasks, &ending).await.unwrap();
    let expected = {
        let usual = TestShop::open(on).await;
        usual.hears(&archive()).await;
        dump(&usual).await
    };
    let as_expected = || async { (dump(&shop).await == expected).then_some(()) };
    let timeout = Duration::from_secs(30);
    eventually(timeout, as_expected).await;
    for consumer in replay.rebuildable() {
        replay.start(&consumer).await.unwrap();
        eventually(timeout, as_expected).await;
    }
    ending.cancel();
    tasks.close();
    tasks.wait().await;
}

on_both_engines! {
    the_audit_shows_every_sale_and_every_refund
    the_same_facts_make_the_same_rows_again
    facts_that_come_twice_change_no_row
    facts_that_come_in_another_order_make_the_same_rows
    throwing_away_leaves_no_row_of_the_consumer
    a_replay_in_a_running_shop_makes_the_same_rows_again
}
