//! `/admin/shipping-orders`: what there is to send, pending first.

use actix_web::{HttpResponse, web};
use askama::Template;
use chassis::web::{PageError, PageFrame, Staff, page};
use serde::Deserialize;
use shared_kernel::Limit;

use super::{Zone, moment, refunded_words, status};
use crate::domain::{ItemState, Kind, ShippingOrder};
use crate::ports::{RefundBook, StatusFilter, WorkList};

#[derive(Deserialize)]
pub(super) struct ListQuery {
    #[serde(default)]
    status: String,
    cursor: Option<String>,
}

#[derive(Template)]
#[template(path = "fulfilment/shipping_orders.html")]
struct WorkListPage {
    frame: PageFrame,
    filters: Vec<Filter>,
    orders: Vec<OrderRow>,
    next: Option<String>,
}

struct Filter {
    value: &'static str,
    label: &'static str,
    chosen: bool,
}

struct OrderRow {
    href: String,
    number: String,
    created: String,
    recipient: String,
    contents: String,
    status: &'static str,
    badge: &'static str,
    refunded: Option<&'static str>,
    waits_for_file: bool,
}

const FILTERS: [(&str, &str); 4] =
    [("", "All"), ("pending", "Pending"), ("processed", "Processed"), ("cancelled", "Cancelled")];

pub(super) async fn show(
    frame: PageFrame,
    _staff: Staff,
    query: web::Query<ListQuery>,
    (work_list, refunds): (web::Data<dyn WorkList>, web::Data<dyn RefundBook>),
    zone: web::Data<Zone>,
) -> Result<HttpResponse, PageError> {
    let ListQuery { status, cursor } = query.into_inner();
    let filter = StatusFilter::parse(&status).ok_or(PageError::NotFound)?;
    let found = work_list.list(filter, cursor, Limit::DEFAULT).await?.ok_or(PageError::NotFound)?;
    let next = found.next_cursor.map(|cursor| format!("/admin/shipping-orders?status={status}&cursor={cursor}"));
    let filters = FILTERS.map(|(value, label)| Filter { value, label, chosen: value == status });
    let refunded = refunds.of(found.items.iter().map(ShippingOrder::order).collect()).await?;
    let row = |order: &ShippingOrder| OrderRow {
        refunded: refunded.get(&order.order()).copied().map(refunded_words),
        ..OrderRow::of(order, &zone)
    };
    let orders = found.items.iter().map(row).collect();
    page(&WorkListPage { frame, filters: filters.into(), orders, next })
}

impl OrderRow {
    fn of(order: &ShippingOrder, zone: &Zone) -> Self {
        let (status, badge) = status(order.state());
        let count =
            |kind: Kind| order.items().iter().filter(|item| item.kind == kind).map(|item| item.units.get()).sum();
        let recipient = order.address().map_or(order.email(), |address| address.name());
        Self {
            href: format!("/admin/shipping-orders/{}", order.order()),
            number: order.number().to_owned(),
            created: moment(order.created_at(), zone),
            recipient: recipient.to_owned(),
            contents: contents(count(Kind::Physical), count(Kind::Digital)),
            status,
            badge,
            refunded: None,
            waits_for_file: order.items().iter().any(|item| item.state == ItemState::WaitingForFile),
        }
    }
}

fn contents(packed: i64, mailed: i64) -> String {
    match (packed, mailed) {
        (packed, 0) => format!("{packed} to pack"),
        (0, mailed) => format!("{mailed} by e-mail"),
        (packed, mailed) => format!("{packed} to pack, {mailed} by e-mail"),
    }
}
