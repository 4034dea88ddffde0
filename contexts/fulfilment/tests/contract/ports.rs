//! Every suite with every adapter.

use fulfilment::testing::{Bench, suites};

macro_rules! suites_on {
    ($adapter:ident, $bench:expr) => {
        suites_on!($adapter, $bench,
            a_reservation_becomes_a_shipping_order, a_cause_has_its_effect_once, a_refusal_changes_nothing,
            two_hundred_buyers_share_a_hundred, a_replaced_order_frees_its_stock_first, overdue_reservations_are_found,
            shelves_are_listed_by_sku, products_have_names_and_shelves, an_import_counts_once,
            the_work_list_is_read_page_by_page, cancelled_goods_return_to_the_shelf,
            a_file_is_served_to_whoever_was_granted_it, a_missing_file_is_mailed_when_it_arrives);
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
