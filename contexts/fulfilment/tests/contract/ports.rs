//! Every suite with every adapter.

use std::sync::Arc;

use chassis::messaging::{Rebuild, Recorder};
use chassis::sql::Database;
use fulfilment::adapters::outbound::sql::{MIGRATIONS, SqlProductBook};
use fulfilment::domain::Kind;
use fulfilment::ports::{Product, ProductVariant};
use fulfilment::testing::{TestStore, sku, suites};

macro_rules! suites_on {
    ($adapter:ident, $store:expr) => {
        suites_on!($adapter, $store,
            a_reservation_becomes_a_shipping_order, a_cause_has_its_effect_once, a_refusal_changes_nothing,
            goods_leave_the_shelf_with_their_parcel, two_hundred_buyers_share_a_hundred, a_replaced_order_frees_its_stock_first, overdue_reservations_are_found,
            shelves_are_listed_by_sku, a_shelf_has_a_history, an_adjustment_is_made_once, refunds_are_added_up,
            shelves_are_walked_page_by_page, a_history_is_walked_page_by_page, the_work_list_is_walked_page_by_page,
            digital_files_are_walked_page_by_page,
            empty_shelves_of_nothing_are_not_listed, products_have_names_and_shelves, an_import_counts_once,
            a_buyer_is_forgotten_and_no_other, a_late_message_does_not_bring_the_buyer_back,
            the_work_list_is_read_page_by_page, cancelled_goods_return_to_the_shelf,
            a_file_is_served_to_anyone_who_was_granted_it, a_missing_file_is_mailed_when_it_arrives, digital_things_are_listed_with_their_files);
    };
    ($adapter:ident, $store:expr, $($suite:ident),*) => {
        mod $adapter {
            use super::*;
            $(#[tokio::test] async fn $suite() {
                if let Some(store) = $store { suites::$suite(&store).await; }
            })*
        }
    };
}

suites_on!(in_memory, Some(TestStore::in_memory()));
suites_on!(sqlite, Some(TestStore::sqlite().await));
suites_on!(postgres, TestStore::postgres().await);

/// The same for crowds, which meet over two stores; on PostgreSQL these are as two processes have them.
macro_rules! crowds_on {
    ($adapter:ident, $stores:expr) => {
        crowds_on!($adapter, $stores,
            the_last_unit_goes_to_one, lines_in_any_order_share_what_there_is,
            an_order_heard_of_in_many_ways_is_served_once, an_order_that_ends_while_it_is_paid_keeps_nothing,
            goods_come_back_once_or_leave_once, the_rest_of_an_order_leaves_or_is_left_out, a_new_shelf_is_made_once, an_import_counts_once_in_a_crowd,
            everybody_is_given_the_same_link, a_message_has_one_effect, a_file_that_arrives_is_mailed_once,
            orders_of_one_cart_hold_one_unit, counts_and_deliveries_meet_sales, products_may_swap_their_articles);
    };
    ($adapter:ident, $stores:expr, $($suite:ident),*) => {
        mod $adapter {
            use super::*;
            $(#[tokio::test] async fn $suite() {
                let open = $stores;
                if let Some((here, there)) = open(stringify!($suite)).await { suites::$suite(&here, &there).await; }
            })*
        }
    };
}

crowds_on!(a_crowd_in_memory, async |_| Some(TestStore::in_memory()).map(|store| (store.clone(), store)));
crowds_on!(a_crowd_on_sqlite, async |_| Some(TestStore::sqlite().await).map(|store| (store.clone(), store)));
crowds_on!(a_crowd_on_postgres, TestStore::postgres_twice);

#[tokio::test]
async fn a_rebuild_forgets_names_and_keeps_shelves() {
    forgets_names_and_keeps_shelves(chassis::testing::sqlite("fulfilment", MIGRATIONS).await).await;
    if let Some(database) = chassis::testing::postgres("fulfilment", MIGRATIONS).await {
        forgets_names_and_keeps_shelves(database).await;
    }
}

async fn forgets_names_and_keeps_shelves(database: Database) {
    let store = TestStore::sql(database.clone());
    let kea = ProductVariant { sku: sku("KEA"), title: "The Kea".to_owned(), kind: Kind::Physical };
    let product = Product { id: "p".to_owned(), variants: vec![kea] };
    store.ports.products.learn(product, store.cause().await).await.unwrap();
    let recorder = Recorder::new("fulfilment", store.clock.clone(), store.ids.clone());
    let book = Arc::new(SqlProductBook::new(database.clone(), recorder));
    let reset = database.write(move |tx| {
        let book = Arc::clone(&book);
        Box::pin(async move { book.reset(tx).await })
    });
    reset.await.unwrap();
    let shelf = store.ports.stock.find(&sku("KEA")).await.unwrap().unwrap();
    assert_eq!((shelf.title, shelf.item.on_hand()), (None, 0));
}
