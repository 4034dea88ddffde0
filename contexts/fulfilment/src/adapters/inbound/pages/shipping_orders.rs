//! `/admin/shipping-orders`: what there is to send, pending first.

use actix_web::{HttpResponse, web};
use chassis::web::{PageError, PageFrame, Staff, page};
use serde::Deserialize;
use shared_kernel::Limit;

use super::view_models::{FilterTab, ShippingOrderRow, ShippingOrdersPage, TimeZone};
use crate::application::ShippingOrderQueries;
use crate::ports::StatusFilter;

#[derive(Deserialize)]
pub(super) struct ListQuery {
    #[serde(default)]
    status: String,
    cursor: Option<String>,
}

const FILTERS: [(&str, &str); 4] =
    [("", "All"), ("pending", "Pending"), ("processed", "Processed"), ("cancelled", "Cancelled")];

pub(super) async fn show(
    frame: PageFrame,
    _staff: Staff,
    query: web::Query<ListQuery>,
    orders: web::Data<ShippingOrderQueries>,
    zone: web::Data<TimeZone>,
) -> Result<HttpResponse, PageError> {
    let ListQuery { status, cursor } = query.into_inner();
    let filter = StatusFilter::parse(&status).ok_or(PageError::NotFound)?;
    let found = orders.list(filter, cursor, Limit::DEFAULT).await?.ok_or(PageError::NotFound)?;
    let next = found.next_cursor.map(|cursor| format!("/admin/shipping-orders?status={status}&cursor={cursor}"));
    let filters = FILTERS.map(|(value, label)| FilterTab { value, label, chosen: value == status });
    let orders = found.items.iter().map(|order| ShippingOrderRow::new(order, &zone)).collect();
    page(&ShippingOrdersPage { frame, filters: filters.into(), orders, next })
}
