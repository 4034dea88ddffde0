//! Every suite of `order::testing::suites` on every adapter. A new engine is one line in `every_adapter!`.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

use std::sync::Arc;

use chassis::messaging::Recorder;
use chassis::sql::transfer::RESTORED;
use chassis::testing::{CountingIds, FixedClock, a_cause, leased};
use order::adapters::outbound::sql::{
    OrderChangeNotifier, SqlCartStore, SqlOrderStore, SqlPriceList, SqlRestoration, SqlWebhookInbox,
};
use order::testing::{MemoryShop, suites};
use shared_kernel::{Cause, Clock, Ids, Timestamp};

use crate::shop::fact;
use crate::storage::Storage;

struct Stores<O, C, P, I, R> {
    orders: O,
    carts: C,
    prices: P,
    inbox: I,
    /// Has gone back to [`restore_point`].
    restoration: R,
    cause: Cause,
}

fn restore_point() -> Timestamp {
    Timestamp::parse("2026-11-22T11:00:00Z").unwrap()
}

fn fixtures() -> (Arc<dyn Clock>, Arc<dyn Ids>) {
    (Arc::new(FixedClock::at("2026-11-22T12:00:00Z")), Arc::new(CountingIds::default()))
}

fn in_memory() -> Stores<MemoryShop, MemoryShop, MemoryShop, MemoryShop, MemoryShop> {
    let (clock, ids) = fixtures();
    let shop = MemoryShop::new(clock, ids);
    shop.set_restore_point(restore_point());
    let cause = a_cause("a-consumer");
    let [orders, carts, prices, inbox] = std::array::from_fn(|_| shop.clone());
    Stores { orders, carts, prices, inbox, restoration: shop, cause }
}

type SqlStores = Stores<SqlOrderStore, SqlCartStore, SqlPriceList, SqlWebhookInbox, SqlRestoration>;

async fn on(storage: Option<Storage>) -> Option<SqlStores> {
    let (clock, ids) = fixtures();
    let database = storage?.database().await;
    database.mark(RESTORED, restore_point()).await.unwrap();
    let recorder = Recorder::new("order", Arc::clone(&clock), ids);
    let cause = leased(&database, "a-consumer", fact("store.test.v1", "/test", "s", serde_json::json!({}))).await;
    Some(Stores {
        orders: SqlOrderStore::new(database.clone(), recorder.clone(), clock, "BS-", OrderChangeNotifier::default()),
        carts: SqlCartStore::new(database.clone()),
        prices: SqlPriceList::new(database.clone(), recorder.clone()),
        inbox: SqlWebhookInbox::new(database.clone(), recorder),
        restoration: SqlRestoration::new(database),
        cause,
    })
}

macro_rules! every_adapter {
    ($($name:ident($stores:ident) $suite:expr;)*) => {
        every_adapter!(@on memory std::future::ready(Some(in_memory())) ;{ $($name($stores) $suite;)* });
        every_adapter!(@on sqlite on(Some(Storage::Sqlite)) ;{ $($name($stores) $suite;)* });
        every_adapter!(@on postgres on(Storage::postgres()) ;{ $($name($stores) $suite;)* });
    };
    (@on $engine:ident $open:expr ;{ $($name:ident($stores:ident) $suite:expr;)* }) => {
        mod $engine {
            use super::*;
            $(#[tokio::test] async fn $name() { if let Some($stores) = $open.await { $suite.await; } })*
        }
    };
}

every_adapter! {
    carts_remember_the_last_version(s) suites::carts::remembers_the_last_version_and_refuses_a_stale_one(&s.carts);
    carts_are_forgotten(s) suites::carts::forgets_what_nobody_touched(&s.carts);
    request_keys_are_forgotten(s) suites::placement::forgets_old_keys(&s.orders, &s.carts);
    prices_follow_the_newest_snapshot(s) suites::prices::keeps_the_newest_snapshot_of_each_product(&s.prices);
    prices_know_where_products_are_found(s) suites::prices::knows_where_products_are_found(&s.prices);
    prices_are_withdrawn(s) suites::prices::withdraws_what_is_named(&s.prices);
    prices_carry_stock_hints(s) suites::prices::remembers_stock_hints(&s.prices);
    orders_are_kept_whole(s) suites::orders::keeps_every_part_of_an_order(&s.orders);
    orders_say_what_became_of_a_change(s) suites::orders::says_what_became_of_a_change(&s.orders);
    orders_carry_a_cause_out_once(s) suites::orders::carries_a_cause_out_once(&s.orders, s.cause.clone());
    orders_carry_a_key_out_once(s) suites::orders::carries_a_key_out_once(&s.orders);
    orders_empty_their_cart_when_paid(s) suites::orders::takes_what_was_paid_for_out_of_its_cart(&s.orders, &s.carts);
    orders_are_found(s) suites::orders::finds_orders_by_intent_deadline_and_open_money(&s.orders);
    orders_are_found_by_time(s) suites::orders::finds_orders_by_the_time_they_were_placed(&s.orders);
    placement_numbers_in_sequence(s) suites::placement::numbers_orders_in_sequence(&s.orders);
    placement_answers_a_repeated_key(s) suites::placement::answers_a_repeated_key_with_its_order(&s.orders);
    placement_keeps_one_open_order_per_cart(s) suites::placement::keeps_one_open_order_per_cart(&s.orders);
    placement_limits_open_pieces(s) suites::placement::holds_back_nobody_more_pieces_than_they_may(s.orders.clone());
    placement_limits_open_orders(s) suites::placement::keeps_no_customer_more_open_orders_than_allowed(s.orders.clone());
    placement_bears_a_crowd(s) suites::placement::places_many_at_once_without_mixing_them_up(s.orders.clone());
    placement_counts_on_behind_imports(s) suites::placement::counts_on_behind_imported_numbers(&s.orders);
    import_takes_each_number_once(s) suites::placement::imports_each_number_once(&s.orders);
    restorations_are_caught_up_with(s)
        suites::restoration::is_known_until_it_is_caught_up_with(&s.restoration, &s.orders, restore_point());
    history_pages_newest_first(s) suites::history::pages_from_the_newest_to_the_oldest(&s.orders);
    history_finds_what_is_asked_for(s) suites::history::finds_what_is_asked_for(&s.orders);
    webhook_inbox_keeps_each_event_once(s) suites::webhook_inbox::keeps_each_event_once(&s.inbox);
    history_is_walked_page_by_page(s) suites::paging::walks_every_list_page_by_page(&s.orders);
    history_of_attention_is_walked_page_by_page(s) suites::paging::walks_what_needs_attention_page_by_page(&s.orders);
    history_is_walked_by_id(s) suites::paging::walks_all_orders_by_id(&s.orders);
    customers_are_forgotten(s) suites::personal_data::forgets_a_customer_and_nobody_else(&s.orders, &s.cause);
    accounts_are_known(s) suites::personal_data::knows_accounts(&s.orders, &s.cause);
    orders_under_way_are_not(s) suites::personal_data::leaves_an_order_under_way_as_it_is(&s.orders);
    imported_buyers_are_found(s) suites::personal_data::finds_imported_orders_by_the_digest_of_an_address(&s.orders);
    history_lists_what_needs_attention(s) suites::history::lists_what_needs_attention(&s.orders);
}
