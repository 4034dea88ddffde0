//! The obligations of the ports as tests: every adapter passes every suite. A suite takes a fresh [`super::TestStore`].

mod crowds;
mod digital_files;
mod paging;
mod personal_data;
mod refunds;
mod stock;
mod warehouse;
mod work_list;

pub use crowds::{
    a_file_that_arrives_is_mailed_once, a_message_has_one_effect, a_new_shelf_is_made_once,
    an_import_counts_once_in_a_crowd, an_order_heard_of_in_many_ways_is_served_once,
    an_order_that_ends_while_it_is_paid_keeps_nothing, counts_and_deliveries_meet_sales,
    everybody_is_given_the_same_link, goods_come_back_once_or_leave_once, lines_in_any_order_share_what_there_is,
    orders_of_one_cart_hold_one_unit, products_may_swap_their_articles, the_last_unit_goes_to_one,
    the_rest_of_an_order_leaves_or_is_left_out,
};
pub use digital_files::{
    a_file_is_served_to_anyone_who_was_granted_it, a_missing_file_is_mailed_when_it_arrives,
    digital_things_are_listed_with_their_files,
};
pub use paging::{
    a_history_is_walked_page_by_page, digital_files_are_walked_page_by_page, shelves_are_walked_page_by_page,
    the_work_list_is_walked_page_by_page,
};
pub use personal_data::{a_buyer_is_forgotten_and_no_other, a_late_message_does_not_bring_the_buyer_back};
pub use refunds::refunds_are_added_up;
pub use stock::{
    a_shelf_has_a_history, an_adjustment_is_made_once, an_import_counts_once, empty_shelves_of_nothing_are_not_listed,
    products_have_names_and_shelves, shelves_are_listed_by_sku,
};
pub use warehouse::{
    a_cause_has_its_effect_once, a_refusal_changes_nothing, a_replaced_order_frees_its_stock_first,
    a_reservation_becomes_a_shipping_order, goods_leave_the_shelf_with_their_parcel, overdue_reservations_are_found,
    two_hundred_buyers_share_a_hundred,
};
pub use work_list::{cancelled_goods_return_to_the_shelf, the_work_list_is_read_page_by_page};

use shared_kernel::{Limit, OrderId};

use super::TestStore;
use crate::domain::{Count, Line, PaidOrder, PersonsCount, PlacedOrder, Reference};
use crate::testing::{paid, placed, sku};

impl TestStore {
    /// On hand, reserved, available. What is neither of the latter two is committed.
    async fn shelf(&self, code: &str) -> (i64, i64, i64) {
        let found = self.ports.stock.find(&sku(code)).await.expect("the stock book answers");
        found.map_or((0, 0, 0), |line| (line.item.on_hand(), line.item.reserved(), line.item.available()))
    }

    /// On hand, reserved, committed.
    async fn stock_counts(&self, code: &str) -> (i64, i64, i64) {
        let found = self.ports.stock.find(&sku(code)).await.expect("the stock book answers").expect("a shelf");
        (found.item.on_hand(), found.item.reserved(), found.item.committed())
    }

    async fn count(&self, code: &str, on_hand: i64) {
        let set = &self.use_cases.set_stock;
        set.execute(sku(code), a_count(on_hand)).await.expect("the count is kept");
    }

    async fn place(&self, placed: PlacedOrder) {
        let reserve = &self.use_cases.reserve_stock;
        reserve.execute(placed, self.cause().await).await.expect("the order is answered");
    }

    async fn pay(&self, paid: PaidOrder) {
        let ship = &self.use_cases.create_shipping_order;
        ship.execute(paid, self.cause().await).await.expect("the order is answered");
    }

    async fn sell(&self, number: u128, lines: &[Line]) -> OrderId {
        self.place(placed(number, lines)).await;
        self.pay(paid(number, lines)).await;
        crate::testing::order(number)
    }
}

fn a_count(on_hand: i64) -> PersonsCount {
    let on_hand = Count::new(on_hand).expect("a possible count");
    PersonsCount { on_hand, expected: None, by: Reference::Staff(None) }
}

fn limit(limit: i64) -> Limit {
    Limit::new(limit).expect("a possible limit")
}
