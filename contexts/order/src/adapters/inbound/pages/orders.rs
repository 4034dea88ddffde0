//! A customer's own orders: the list, one of them, and its cancellation.

use actix_web::{HttpResponse, web};
use chassis::Site;
use chassis::web::{CsrfForm, Flash, PageError, PageFrame, SignedIn, page, see_other_with};
use serde::Deserialize;
use shared_kernel::{Ids, OrderId};

use super::format::when;
use super::messages::not_cancelled;
use super::view_models::{OrderPage, OrderRow, OrderView, OrdersPage};
use crate::application::{
    ListOrders, ListOrdersQuery, RequestCancellation, RequestCancellationCommand, ViewOrder, ViewOrderQuery,
};
use crate::domain::{NextStep, Order, Reason};

/// Where in the list to go on.
#[derive(Deserialize)]
pub(super) struct ListQuery {
    cursor: Option<String>,
}

/// The cancel button's form.
#[derive(Deserialize)]
pub(super) struct CancelForm {
    idempotency_key: String,
    #[serde(default)]
    reason: Option<String>,
}

impl CancelForm {
    /// The wish as a command's parts: its key, and why.
    pub(super) fn parts(self) -> Result<(String, Option<Reason>), PageError> {
        Ok((key(self.idempotency_key)?, self.reason.as_deref().and_then(reason_of)))
    }
}

/// The last six months, newest first.
pub(super) async fn list(
    orders: web::Data<ListOrders>,
    site: web::Data<Site>,
    SignedIn(who): SignedIn,
    query: web::Query<ListQuery>,
    frame: PageFrame,
) -> Result<HttpResponse, PageError> {
    let query = ListOrdersQuery { cursor: query.into_inner().cursor, ..ListOrdersQuery::default() };
    let found = orders.of_customer(who.customer, query).await?;
    page(&OrdersPage {
        frame,
        orders: found.items.iter().map(|order| OrderRow::new(order, "/orders", &site)).collect(),
        next: found.next_cursor.map(|cursor| format!("/orders?cursor={cursor}")),
    })
}

/// One order.
pub(super) async fn show(
    orders: web::Data<ViewOrder>,
    site: web::Data<Site>,
    ids: web::Data<dyn Ids>,
    SignedIn(who): SignedIn,
    id: web::Path<String>,
    frame: PageFrame,
) -> Result<HttpResponse, PageError> {
    let order = orders.execute(ViewOrderQuery { order: order_id(&id)?, by: who.clone() }).await?;
    let own = order.belongs_to(who.customer);
    page(&OrderPage {
        frame,
        notice: notice(&order, &site),
        pay_href: order.payable().filter(|_| own).map(|_| format!("/orders/{}/pay", order.id())),
        can_cancel: order.may_be_cancelled().is_ok(),
        idempotency_key: ids.uuid().to_string(),
        order: OrderView::new(&order, &site),
    })
}

/// The buyer changed their mind.
pub(super) async fn cancel(
    cancellations: web::Data<RequestCancellation>,
    SignedIn(who): SignedIn,
    id: web::Path<String>,
    CsrfForm(form): CsrfForm<CancelForm>,
) -> Result<HttpResponse, PageError> {
    let order = order_id(&id)?;
    let (key, reason) = form.parts()?;
    let here = format!("/orders/{order}");
    match cancellations.execute(RequestCancellationCommand { order, by: who, reason, key }).await {
        Ok(_) => Ok(see_other_with(&here, Flash::notice("Your order is being cancelled. You will be refunded."))),
        Err(error) => Ok(see_other_with(&here, not_cancelled(error)?)),
    }
}

/// What the buyer should know at this moment.
fn notice(order: &Order, site: &Site) -> Option<String> {
    let text = match order.next_step() {
        NextStep::WaitForStock | NextStep::WaitForPayment => "We are checking that everything is in stock.",
        NextStep::Pay => {
            let until = when(order.expires_at(), &site.time_zone).text;
            return Some(format!("This order is awaiting payment. Your items are reserved until {until}."));
        }
        NextStep::Close => "The time to pay has run out; the order is being closed.",
        NextStep::Cancel => "This order is being cancelled.",
        NextStep::SoldOut(_) => "There was not enough stock for this order. Nothing was charged.",
        NextStep::OrderAgain { replaced: true } => "A newer order has taken the place of this one.",
        NextStep::OrderAgain { replaced: false } => "This order was not paid in time. Nothing was charged.",
        NextStep::Send | NextStep::Done => return None,
    };
    Some(text.to_owned())
}

/// A text that is no order's name names no page.
pub(super) fn order_id(text: &str) -> Result<OrderId, PageError> {
    OrderId::parse(text).map_err(|_| PageError::NotFound)
}

/// The key of a form, which our own pages fill in.
pub(super) fn key(key: String) -> Result<String, PageError> {
    let plain = (1..=255).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
    if plain { Ok(key) } else { Err(PageError::Invalid("This form is not complete.".to_owned())) }
}

/// One line, cut to what is kept of it.
pub(super) fn short(text: &str) -> String {
    text.chars().filter(|character| !character.is_control()).take(Reason::MAX_CHARS).collect()
}

/// What a form says of why; its field takes no more than is kept of it.
pub(super) fn reason_of(text: &str) -> Option<Reason> {
    Reason::parse(&short(text)).ok().flatten()
}
