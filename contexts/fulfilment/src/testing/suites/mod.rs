//! The obligations of the ports as tests: every adapter passes every suite. A suite takes a fresh [`super::Bench`].

mod crowds;
mod digital_files;
mod stock;
mod warehouse;
mod work_list;

pub use crowds::{
    a_file_that_arrives_is_mailed_once, a_message_has_one_effect, a_new_shelf_is_made_once,
    an_import_counts_once_in_a_crowd, an_order_heard_of_in_many_ways_is_served_once,
    an_order_that_ends_while_it_is_paid_keeps_nothing, everybody_is_given_the_same_link,
    goods_come_back_once_or_leave_once, lines_in_any_order_share_what_there_is, orders_of_one_cart_hold_one_unit,
    products_may_swap_their_articles, the_last_unit_goes_to_one,
};
pub use digital_files::{
    a_file_is_served_to_whoever_was_granted_it, a_missing_file_is_mailed_when_it_arrives,
    digital_things_are_listed_with_their_files,
};
pub use stock::{an_import_counts_once, products_have_names_and_shelves, shelves_are_listed_by_sku};
pub use warehouse::{
    a_cause_has_its_effect_once, a_refusal_changes_nothing, a_replaced_order_frees_its_stock_first,
    a_reservation_becomes_a_shipping_order, overdue_reservations_are_found, two_hundred_buyers_share_a_hundred,
};
pub use work_list::{cancelled_goods_return_to_the_shelf, the_work_list_is_read_page_by_page};

use std::sync::Arc;

use shared_kernel::{Limit, OrderId};

use super::Bench;
use crate::application::create_shipping_order::CreateShippingOrder;
use crate::application::reserve_stock::ReserveStock;
use crate::application::set_stock::SetStock;
use crate::domain::{Count, Line, PaidOrder, PlacedOrder};
use crate::testing::{paid, placed, sku};

impl Bench {
    /// On hand, reserved, available.
    async fn shelf(&self, code: &str) -> (i64, i64, i64) {
        let found = self.stock.find(&sku(code)).await.expect("the stock book answers");
        found.map_or((0, 0, 0), |line| (line.item.on_hand(), line.item.reserved(), line.item.available()))
    }

    async fn count(&self, code: &str, on_hand: i64) {
        let set = SetStock { warehouse: Arc::clone(&self.warehouse), clock: Arc::clone(&self.clock) as _ };
        let count = Count::new(on_hand).expect("a possible count");
        set.execute(sku(code), count).await.expect("the count is kept");
    }

    async fn place(&self, placed: PlacedOrder) {
        let reserve = ReserveStock { warehouse: Arc::clone(&self.warehouse), clock: Arc::clone(&self.clock) as _ };
        reserve.execute(placed, self.cause().await).await.expect("the order is answered");
    }

    async fn pay(&self, paid: PaidOrder) {
        let ship = CreateShippingOrder { warehouse: Arc::clone(&self.warehouse), clock: Arc::clone(&self.clock) as _ };
        ship.execute(paid, self.cause().await).await.expect("the order is answered");
    }

    async fn sell(&self, number: u128, lines: &[Line]) -> OrderId {
        self.place(placed(number, lines)).await;
        self.pay(paid(number, lines)).await;
        crate::testing::order(number)
    }
}

fn limit(limit: i64) -> Limit {
    Limit::new(limit).expect("a possible limit")
}
