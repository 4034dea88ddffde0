//! Many at the same time, at two handles on one database, as two processes would be.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use catalogue::adapters::outbound::sql::MIGRATIONS;
use catalogue::application::{SaveMode, SaveProduct, SaveProductCommand, SaveProductError, Saved};
use catalogue::domain::{Handle, SaleRules, StockLevel};
use catalogue::ports::{ProductStore, StockLevels};
use catalogue::testing::{ProductBuilder, a_product, a_variant};
use chassis::sql::Database;
use chassis::testing::{CountingIds, FixedClock, eventually, on_two_handles, platform_on, two_on_postgres};
use shared_kernel::{Clock, Currency, Sku, StoreError, TaxRate};

use crate::ports::SqlWorld;
use crate::shop::TestShop;

const CROWD: u64 = 30;

/// Two handles on one database.
type Two = [Database; 2];

/// Runs `act` with each number of the crowd, by turns in the one and in the other process.
async fn crowd<T: Send + 'static, F: Future<Output = T> + Send + 'static>(
    two: &Two,
    act: impl Fn(Arc<SqlWorld>, u64) -> F,
) -> Vec<T> {
    let [one, other] = two.clone();
    let worlds = [SqlWorld::counting_from(1_000_000, one), SqlWorld::counting_from(2_000_000, other)].map(Arc::new);
    chassis::testing::crowd(CROWD, &worlds, act).await
}

async fn save(
    world: Arc<SqlWorld>,
    number: u64,
    product: ProductBuilder,
    mode: SaveMode,
) -> Result<Saved, SaveProductError> {
    let products: Arc<dyn ProductStore> = Arc::new(world.store.clone());
    let (handle, details) = (product.clone().build().handle().clone(), product.details());
    let use_case = SaveProduct::new(products, Arc::new(CountingIds::from(number * 1_000)), rules());
    use_case.execute(SaveProductCommand { handle, details, mode }).await
}

async fn a_handle_is_given_once(two: Two) {
    let answers = crowd(&two, |world, number| {
        let product = a_product("kea").variant(a_variant(&format!("KEA-{number}")));
        save(world, number, product, SaveMode::Create)
    });
    let (made, refused): (Vec<_>, Vec<_>) = answers.await.into_iter().partition(Result::is_ok);
    assert_eq!(made.len(), 1);
    assert!(refused.iter().all(|answer| matches!(answer, Err(SaveProductError::HandleTaken(_)))), "{refused:?}");
}

async fn a_code_has_one_owner(two: Two) {
    let answers = crowd(&two, |world, number| {
        let product = a_product(&format!("p{number}")).variant(a_variant("SAME"));
        save(world, number, product, SaveMode::Put)
    });
    let (made, refused): (Vec<_>, Vec<_>) = answers.await.into_iter().partition(Result::is_ok);
    assert_eq!(made.len(), 1);
    assert!(refused.iter().all(|answer| matches!(answer, Err(SaveProductError::SkuTaken { .. }))), "{refused:?}");
}

async fn of_many_who_saw_the_same_version_one_saves(two: Two) {
    save(Arc::new(SqlWorld::on(two[0].clone())), 99, a_product("kea"), SaveMode::Create).await.unwrap();
    let answers = crowd(&two, |world, number| {
        let product = a_product("kea").titled(&format!("Kea {number}"));
        save(world, number, product, SaveMode::ReplaceVersion(1))
    });
    let (made, refused): (Vec<_>, Vec<_>) = answers.await.into_iter().partition(Result::is_ok);
    assert_eq!(made.len(), 1);
    let late = |answer: &Result<Saved, SaveProductError>| matches!(answer, Err(SaveProductError::ChangedMeanwhile(_)));
    assert!(refused.iter().all(late), "{refused:?}");
}

async fn the_highest_of_many_stock_levels_stays(two: Two) {
    let sku = Sku::parse("KEA").unwrap();
    let (world, mut causes) = (SqlWorld::on(two[0].clone()), vec![]);
    for number in 1..=CROWD {
        causes.push(crate::ports::cause_of(&world, number).await);
    }
    let answers = crowd(&two, |world, number| {
        let (sku, cause) = (sku.clone(), causes[usize::try_from(number).unwrap() - 1].clone());
        async move {
            let on_hand = i64::try_from(number).unwrap();
            world.store.note(StockLevel { sku, on_hand, available: on_hand, sequence: number }, &cause).await
        }
    });
    answers.await.into_iter().for_each(|noted| noted.unwrap());
    let kept = world.store.all().await.unwrap();
    assert_eq!(kept.iter().map(|level| (level.sequence, level.available)).collect::<Vec<_>>(), [(CROWD, 30)]);
}

/// A shop in each of two processes.
async fn shops([one, other]: Two) -> [TestShop; 2] {
    let (one, mut other) = (platform_on(one), platform_on(other));
    other.ids = Arc::new(CountingIds::from(1_000_000));
    [TestShop::over(one).await, TestShop::over(other).await]
}

/// A file of products in this order, counted.
fn file(numbers: impl Iterator<Item = u64>, title: &str) -> String {
    numbers.fold("handle,title,sku,price,stock\n".to_owned(), |mut file, number| {
        let _ = writeln!(file, "p{number},{title} {number},S{number},1.00,{number}");
        file
    })
}

async fn the_same_file_brought_in_at_once_comes_in_once(two: Two) {
    let shops = shops(two).await;
    let csv = file(1..=120, "Product");
    let bring = |process: usize| shops[process].module.import_products(csv.clone().into_bytes(), false);
    let outcomes = tokio::join!(bring(0), bring(1), bring(0), bring(1));
    let outcomes: Vec<_> =
        [outcomes.0, outcomes.1, outcomes.2, outcomes.3].into_iter().map(|outcome| outcome.unwrap()).collect();
    assert_eq!(outcomes.iter().map(|outcome| outcome.created).sum::<u64>(), 120, "{outcomes:?}");
    assert_eq!(outcomes.iter().map(|outcome| outcome.failed + outcome.updated).sum::<u64>(), 0, "{outcomes:?}");
    let facts = shops[0].published().await;
    let counted = |kind: &str| facts.iter().filter(|fact| fact.event_type.contains(kind)).count();
    assert_eq!((counted("product_changed"), counted("stock_counted")), (120, 120));
}

async fn files_in_opposite_order_do_not_hold_each_other_up(two: Two) {
    let (store, shops) = (SqlWorld::on(two[0].clone()).store, shops(two).await);
    let (up, down) = (file(1..=100, "Up"), file((1..=100).rev(), "Down"));
    let bring = |process: usize, csv: &str| shops[process].module.import_products(csv.to_owned().into_bytes(), false);
    let outcomes = tokio::join!(bring(0, &up), bring(1, &down), bring(1, &up), bring(0, &down));
    for outcome in [outcomes.0, outcomes.1, outcomes.2, outcomes.3] {
        let outcome = outcome.unwrap();
        let decided_again_too_often = outcome.errors.iter().all(|note| note.message.contains("somebody else"));
        assert!(decided_again_too_often, "{outcome}");
    }
    for number in 1..=100 {
        let kept = store.find(&Handle::parse(&format!("p{number}")).unwrap()).await.unwrap().unwrap();
        assert!([format!("Up {number}"), format!("Down {number}")].contains(&kept.title().to_string()));
    }
}

on_two_handles! {
    "catalogue", MIGRATIONS:
    a_handle_is_given_once
    a_code_has_one_owner
    of_many_who_saw_the_same_version_one_saves
    the_highest_of_many_stock_levels_stays
    the_same_file_brought_in_at_once_comes_in_once
    files_in_opposite_order_do_not_hold_each_other_up
}

/// The clocks of both processes stand still: what is seen is seen because of the news, not because an answer is old.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_another_process_changes_is_seen() {
    let Some(two) = two_on_postgres("catalogue", MIGRATIONS).await else { return };
    let [here, there] = shops(two).await;
    let title_there = async || {
        let featured = there.module.featured(1).await.unwrap();
        featured.first().map(|card| card.title.clone())
    };
    assert_eq!(title_there().await, None);
    for title in ["Kea", "Tui", "Weka"] {
        let csv = format!("handle,title,sku,price\np1,{title},S1,1.00\n");
        here.module.import_products(csv.into_bytes(), false).await.unwrap();
        let titles = here.module.featured(1).await.unwrap();
        assert_eq!(titles[0].title, title, "at once where it was changed");
        eventually(Duration::from_secs(5), async || title_there().await.filter(|seen| seen == title)).await;
    }
}

/// A change of stock writes no fact, so that there is no notification; but no answer is older than a second.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_another_process_hears_of_stock_is_seen_after_a_second() {
    let Some([one, other]) = two_on_postgres("catalogue", MIGRATIONS).await else { return };
    let mut platform = platform_on(one);
    let clock = Arc::new(FixedClock::at("2026-11-22T12:00:00Z"));
    platform.clock = Arc::clone(&clock) as Arc<dyn Clock>;
    let here = TestShop::over(platform).await;
    here.module.import_products(b"handle,title,sku,price\np1,Kea,S1,1.00\n".to_vec(), false).await.unwrap();
    let sold_out = async || !here.module.featured(1).await.unwrap()[0].in_stock;
    assert!(sold_out().await);
    let world = SqlWorld::on(other);
    let cause = crate::ports::cause_of(&world, 1).await;
    let level = StockLevel { sku: Sku::parse("S1").unwrap(), on_hand: 1, available: 1, sequence: 1 };
    let noted: Result<(), StoreError> = world.store.note(level, &cause).await;
    noted.unwrap();
    clock.advance(Duration::from_secs(1));
    assert!(!sold_out().await);
}

fn rules() -> SaleRules {
    SaleRules { currency: Currency::NZD, tax: TaxRate::from_basis_points(1_500) }
}
