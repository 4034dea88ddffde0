//! Every suite of every port, by every adapter.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use catalogue::adapters::outbound::listing::cache::CacheVersion;
use catalogue::adapters::outbound::sql::{MIGRATIONS, SqlCatalogue};
use catalogue::domain::{Audience, ListedProduct, ListingQuery, SearchWords, StockLevel};
use catalogue::ports::{MediaStore, ProductListing, ProductStore, StockLevels};
use catalogue::testing::contract::{World, every_suite};
use catalogue::testing::{InMemoryCatalogue, a_product, new_product};
use chassis::messaging::{Outbox, Rebuild, Recorder, SqlMessages};
use chassis::sql::Database;
use chassis::testing::{CountingIds, FixedClock, a_cause, leased, postgres, sqlite};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::json;
use shared_kernel::{Cause, Clock, Envelope, Limit, MessageId, Page, Sku};

#[tokio::test]
async fn in_memory() {
    every_suite(|| async { InMemoryWorld(InMemoryCatalogue::default()) }).await;
}

#[tokio::test]
async fn on_sqlite() {
    every_suite(|| async { SqlWorld::on(sqlite("catalogue", MIGRATIONS).await) }).await;
}

#[tokio::test]
async fn on_postgres() {
    if postgres("catalogue", MIGRATIONS).await.is_some() {
        every_suite(|| async { SqlWorld::on(postgres("catalogue", MIGRATIONS).await.unwrap()) }).await;
    }
}

#[tokio::test]
async fn levels_that_are_built_again_begin_with_nothing() {
    let mut worlds = vec![SqlWorld::on(sqlite("catalogue", MIGRATIONS).await)];
    worlds.extend(postgres("catalogue", MIGRATIONS).await.map(SqlWorld::on));
    for world in worlds {
        let level = |sequence| StockLevel { sku: Sku::parse("KEA-1").unwrap(), on_hand: 7, available: 5, sequence };
        world.store.note(level(9), &world.cause().await).await.unwrap();
        assert_eq!(world.store.all().await.unwrap(), [level(9)]);
        let reset = Arc::new(world.store.clone());
        let emptied = world.database.write(move |tx| {
            let reset = Arc::clone(&reset);
            Box::pin(async move { reset.reset(tx).await })
        });
        emptied.await.unwrap();
        assert_eq!(world.store.all().await.unwrap(), []);
        world.store.note(level(1), &world.cause().await).await.unwrap();
        assert_eq!(world.store.all().await.unwrap(), [level(1)], "what was newer is forgotten");
    }
}

#[tokio::test]
async fn what_an_older_program_has_indexed_is_found() {
    let database = sqlite("catalogue", &MIGRATIONS[..1]).await;
    let store = SqlWorld::on(database.clone()).store;
    for (number, title) in TITLES.iter().enumerate() {
        store.commit(vec![new_product(a_product(&format!("p{number}")).titled(title))]).await.unwrap();
    }
    database.migrate("catalogue", MIGRATIONS).await.unwrap();
    for (number, title) in TITLES.iter().enumerate() {
        let Some(words) = SearchWords::parse(title).filter(|words| !words.is_empty()) else { continue };
        let query = ListingQuery { words: Some(words), ..ListingQuery::everything(Audience::Shoppers, Limit::DEFAULT) };
        let found = store.page(&query).await.unwrap();
        assert!(found.items.iter().any(|item| item.product().handle().as_str() == format!("p{number}")), "{title}");
    }
}

#[test]
fn whatever_is_typed_every_adapter_finds_the_same() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (memory, in_sql) = runtime.block_on(async {
        let memory = InMemoryCatalogue::default();
        let mut in_sql = vec![SqlWorld::on(sqlite("catalogue", MIGRATIONS).await).store];
        in_sql.extend(postgres("catalogue", MIGRATIONS).await.map(|database| SqlWorld::on(database).store));
        for (number, title) in TITLES.iter().enumerate() {
            let product = || vec![new_product(a_product(&format!("p{number}")).titled(title))];
            memory.commit(product()).await.unwrap();
            for sql in &in_sql {
                sql.commit(product()).await.unwrap();
            }
        }
        (memory, in_sql)
    });
    let piece = prop_oneof![
        ".{0,8}",
        "[a-zA-Zāōé0-9]{1,3}",
        "[हिनदीकάαλφаёеИİıςσЖ本茶กา한ⅣⒶ½²ﬁµſởệșț\u{301}\u{308}]{1,3}",
        Just("\"".to_owned()),
        Just(" NEAR(".to_owned()),
        Just("*".to_owned())
    ];
    let typed = prop::collection::vec(piece, 1..5).prop_map(|pieces| pieces.concat());
    let mut runner = TestRunner::new(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(150) });
    let outcome = runner.run(&typed, |typed| {
        let Some(words) = SearchWords::parse(&typed).filter(|words| !words.is_empty()) else { return Ok(()) };
        for audience in [Audience::Shoppers, Audience::Staff] {
            let query =
                ListingQuery { words: Some(words.clone()), ..ListingQuery::everything(audience, Limit::DEFAULT) };
            let handles = |page: &Page<ListedProduct>| {
                page.items.iter().map(|item| item.product().handle().to_string()).collect::<Vec<_>>()
            };
            let expected = runtime.block_on(async { handles(&memory.page(&query).await.unwrap()) });
            for sql in &in_sql {
                let found = runtime.block_on(async { handles(&sql.page(&query).await.unwrap()) });
                prop_assert_eq!(&expected, &found);
            }
        }
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}

const TITLES: [&str; 20] = [
    "Kea Notebook 14",
    "Tūī field guide (e-book)",
    "O'Reilly AND \"OR\" NOT",
    "a b c",
    "Ōtaki",
    "ÉCLAIR",
    "日本 茶",
    "x*y^z NEAR",
    "हिन्दी किताब",
    "Άλφα ΟΔΟΣ ὈΔΌΣ",
    "İstanbul ısı",
    "Россия ёлка",
    "กาแฟ ไทย",
    "한국어 책",
    "Ⅳ Ⓐ ½ x² ﬁne",
    "é e\u{301}o\u{308}",
    "µm ſtar ǅ ẞ",
    "שָׁלוֹם",
    "Phở Việt București ǎ",
    "!!! …",
];

struct InMemoryWorld(InMemoryCatalogue);

#[async_trait]
impl World for InMemoryWorld {
    fn products(&self) -> &dyn ProductStore {
        &self.0
    }
    fn listing(&self) -> &dyn ProductListing {
        &self.0
    }
    fn levels(&self) -> &dyn StockLevels {
        &self.0
    }
    fn media(&self) -> &dyn MediaStore {
        &self.0
    }
    async fn published(&self) -> Vec<Envelope> {
        self.0.events()
    }
    async fn cause(&self) -> Cause {
        a_cause("note-stock")
    }
}

pub struct SqlWorld {
    database: Database,
    pub store: SqlCatalogue,
    clock: Arc<dyn Clock>,
    messages: AtomicU64,
}

impl SqlWorld {
    pub fn on(database: Database) -> Self {
        Self::counting_from(0, database)
    }

    /// One of several on a database: their ids must differ.
    pub fn counting_from(first: u64, database: Database) -> Self {
        let clock: Arc<dyn Clock> = Arc::new(FixedClock::at("2026-11-22T12:00:00Z"));
        let recorder = Recorder::new("catalogue", Arc::clone(&clock), Arc::new(CountingIds::from(first)));
        let store = SqlCatalogue::new(database.clone(), recorder, Arc::new(CacheVersion::of(database.outbox_grew())));
        Self { database, store, clock, messages: AtomicU64::new(0) }
    }
}

#[async_trait]
impl World for SqlWorld {
    fn products(&self) -> &dyn ProductStore {
        &self.store
    }
    fn listing(&self) -> &dyn ProductListing {
        &self.store
    }
    fn levels(&self) -> &dyn StockLevels {
        &self.store
    }
    fn media(&self) -> &dyn MediaStore {
        &self.store
    }
    async fn published(&self) -> Vec<Envelope> {
        let messages = SqlMessages::new(self.database.clone(), Arc::clone(&self.clock));
        messages.after(0, 1_000, None).await.unwrap().into_iter().filter_map(|row| row.envelope).collect()
    }
    async fn cause(&self) -> Cause {
        cause_of(self, self.messages.fetch_add(1, Ordering::SeqCst)).await
    }
}

/// A message about a SKU of that number, which has been leased.
pub async fn cause_of(world: &SqlWorld, number: u64) -> Cause {
    let recorder = Recorder::new("fulfilment", Arc::clone(&world.clock), Arc::new(CountingIds::default()));
    let id = MessageId::new(format!("message-{number}"));
    let envelope = recorder.envelope("store.fulfilment.stock_changed.v1", id, &format!("SKU {number}"), json!({}));
    leased(&world.database, "note-stock", envelope).await
}
