//! Lists of orders: a customer's own, and those of the staff.

use askama::Template;
use chassis::Site;
use chassis::web::PageFrame;
use shared_kernel::Address;

use super::order::{StatusView, buyer, no_address};
use crate::adapters::inbound::pages::format::{DisplayTime, when};
use crate::adapters::inbound::pages::messages::attention_words;
use crate::adapters::inbound::pages::messages::{refunded, status_words};
use crate::domain::{Order, Status};

/// An order as lists show it.
pub(crate) struct OrderRow {
    pub href: String,
    pub number: String,
    pub placed: DisplayTime,
    pub status: StatusView,
    pub refunded: Option<&'static str>,
    pub delivery: String,
    pub email: String,
    pub attention: Option<String>,
    pub net: String,
    pub gross: String,
}

impl OrderRow {
    /// An order in a list. `base` is the path before its id.
    pub(crate) fn new(order: &Order, base: &str, site: &Site) -> Self {
        let delivery = |address: &Address| format!("{}, {}", address.name(), address.city());
        Self {
            href: format!("{base}/{}", order.id()),
            number: order.number().to_string(),
            placed: when(order.placed_at(), &site.time_zone),
            status: StatusView::from(order),
            refunded: refunded(order),
            delivery: order.address().map_or_else(|| no_address(order), delivery),
            email: buyer(order),
            attention: order.attention().map(|attention| attention_words(attention.reason).to_owned()),
            net: order.totals().net.to_string(),
            gross: order.totals().gross.to_string(),
        }
    }
}

#[derive(Template)]
#[template(path = "order/orders.html")]
pub(crate) struct OrdersPage {
    pub frame: PageFrame,
    pub orders: Vec<OrderRow>,
    pub next: Option<String>,
}

#[derive(Template)]
#[template(path = "order/admin_orders.html")]
pub(crate) struct AdminOrdersPage {
    pub frame: PageFrame,
    /// Those that wait for a person, longest waiting first.
    pub attention: Vec<OrderRow>,
    pub orders: Vec<OrderRow>,
    pub q: String,
    pub statuses: Vec<ChoiceView>,
    pub next: Option<String>,
}

/// One choice of a list.
pub(crate) struct ChoiceView {
    pub value: &'static str,
    pub text: &'static str,
    pub selected: bool,
}

impl ChoiceView {
    /// All statuses, with `chosen` selected; the first choice is all orders.
    pub(crate) fn of_statuses(chosen: &str) -> Vec<Self> {
        let all = Self { value: "", text: "All", selected: chosen.is_empty() };
        let each = Status::ALL.into_iter().map(|one| Self {
            value: one.name(),
            text: status_words(one),
            selected: one.name() == chosen,
        });
        std::iter::once(all).chain(each).collect()
    }
}
