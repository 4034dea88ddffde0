//! Every suite with every adapter.

use std::sync::Arc;

use chassis::messaging::{Rebuild, Recorder};
use fulfilment::adapters::outbound::sql::{MIGRATIONS, SqlProductBook};
use fulfilment::domain::Kind;
use fulfilment::ports::{Product, ProductVariant};
use fulfilment::testing::{Bench, sku, suites};

macro_rules! suites_on {
    ($adapter:ident, $bench:expr) => {
        suites_on!($adapter, $bench,
            a_reservation_becomes_a_shipping_order, a_cause_has_its_effect_once, a_refusal_changes_nothing,
            two_hundred_buyers_share_a_hundred, a_replaced_order_frees_its_stock_first, overdue_reservations_are_found,
            shelves_are_listed_by_sku, products_have_names_and_shelves, an_import_counts_once,
            the_work_list_is_read_page_by_page, cancelled_goods_return_to_the_shelf,
            a_file_is_served_to_whoever_was_granted_it, a_missing_file_is_mailed_when_it_arrives, digital_things_are_listed_with_their_files);
    };
    ($adapter:ident, $bench:expr, $($suite:ident),*) => {
        mod $adapter {
            use super::*;
            $(#[tokio::test] async fn $suite() { suites::$suite(&$bench).await; })*
        }
    };
}

suites_on!(in_memory, Bench::in_memory());
suites_on!(sqlite, Bench::sqlite().await);

#[tokio::test]
async fn a_rebuild_forgets_names_and_keeps_shelves() {
    let database = chassis::testing::sqlite("fulfilment", MIGRATIONS).await;
    let bench = Bench::sql(database.clone());
    let kea = ProductVariant { sku: sku("KEA"), title: "The Kea".to_owned(), kind: Kind::Physical };
    let product = Product { id: "p".to_owned(), variants: vec![kea] };
    bench.products.learn(product, bench.cause().await).await.unwrap();
    let recorder = Recorder::new("fulfilment", bench.clock.clone(), bench.ids.clone());
    let book = Arc::new(SqlProductBook::new(database.clone(), recorder));
    let reset = database.write(move |tx| {
        let book = Arc::clone(&book);
        Box::pin(async move { book.reset(tx).await })
    });
    reset.await.unwrap();
    let shelf = bench.stock.find(&sku("KEA")).await.unwrap().unwrap();
    assert_eq!((shelf.title, shelf.item.on_hand()), (None, 0));
}
