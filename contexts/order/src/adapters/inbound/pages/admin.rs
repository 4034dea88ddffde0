//! Everybody's orders, for the staff: look, search, refund, cancel, and take the mark off what was looked after.

use actix_web::{HttpResponse, web};
use chassis::Site;
use chassis::security::{SecurityEvent, SecurityTrail};
use chassis::web::{ConfirmedStaff, CsrfForm, Flash, PageError, PageFrame, Staff, page, see_other_with};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use shared_kernel::{Ids, Limit, Money};

use super::messages::{not_cancelled, not_refunded, payment_checked, payment_not_checked};
use super::orders::{CancelForm, key, order_id, reason_of, short};
use super::view_models::{AdminOrderPage, AdminOrdersPage, ChoiceView, OrderRow, OrderView};
use crate::application::{
    CheckPayment, ListOrders, ListOrdersQuery, RefundOrder, RefundOrderCommand, RequestCancellation,
    RequestCancellationCommand, ResolveAttention, ViewOrder, ViewOrderQuery,
};
use crate::domain::{AttentionReason, Status};

/// Which orders.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct SearchQuery {
    q: String,
    status: String,
    cursor: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct RefundForm {
    idempotency_key: String,
    amount: String,
    #[serde(default)]
    reason: String,
}

/// What was looked after: one reason, or all of them.
#[derive(Deserialize)]
pub(super) struct ResolveForm {
    reason: Option<String>,
}

/// No fields but the token.
#[derive(Deserialize)]
pub(super) struct NoFields {}

/// Those that need attention first, then all, newest first.
pub(super) async fn list(
    orders: web::Data<ListOrders>,
    site: web::Data<Site>,
    Staff(_): Staff,
    query: web::Query<SearchQuery>,
    frame: PageFrame,
) -> Result<HttpResponse, PageError> {
    let SearchQuery { q, status: chosen, cursor } = query.into_inner();
    let first = q.trim().is_empty() && chosen.is_empty() && cursor.is_none();
    let attention = if first { orders.needing_attention(None, Limit::DEFAULT).await?.items } else { Vec::new() };
    let query =
        ListOrdersQuery { status: Status::parse(&chosen), text: Some(short(&q)), cursor, ..ListOrdersQuery::default() };
    let found = orders.of_everybody(query).await?;
    let row = |order| OrderRow::new(order, "/admin/orders", &site);
    page(&AdminOrdersPage {
        frame,
        attention: attention.iter().map(row).collect(),
        orders: found.items.iter().map(row).collect(),
        statuses: ChoiceView::of_statuses(&chosen),
        next: found.next_cursor.map(|cursor| next_page(&q, &chosen, &cursor)),
        q,
    })
}

/// One order.
pub(super) async fn show(
    (orders, lists): (web::Data<ViewOrder>, web::Data<ListOrders>),
    site: web::Data<Site>,
    ids: web::Data<dyn Ids>,
    Staff(who): Staff,
    id: web::Path<String>,
    frame: PageFrame,
) -> Result<HttpResponse, PageError> {
    let order = orders.execute(ViewOrderQuery { order: order_id(&id)?, by: who }).await?;
    page(&AdminOrderPage {
        frame,
        refunded_unsent: order.is_refunded_and_unsent(),
        refundable: order.refundable_by_staff().map(|(_, left)| left.to_string()),
        can_cancel: order.may_be_cancelled().is_ok(),
        can_check_payment: !order.payments().is_empty(),
        currency: order.totals().gross.currency().code(),
        idempotency_key: ids.uuid().to_string(),
        trace: lists.trace(order.id()).await?,
        order: OrderView::new(&order, &site),
    })
}

/// Gives money back.
pub(super) async fn refund(
    refunds: web::Data<RefundOrder>,
    orders: web::Data<ViewOrder>,
    ConfirmedStaff(who): ConfirmedStaff,
    trail: SecurityTrail,
    id: web::Path<String>,
    CsrfForm(form): CsrfForm<RefundForm>,
) -> Result<HttpResponse, PageError> {
    let order = order_id(&id)?;
    let here = format!("/admin/orders/{order}");
    let currency = orders.execute(ViewOrderQuery { order, by: who.clone() }).await?.totals().gross.currency();
    let amount = match Money::parse_decimal(&form.amount, currency) {
        Ok(amount) => Some(amount),
        Err(error) => return Ok(see_other_with(&here, Flash::error(format!("Not refunded: {error}.")))),
    };
    let (reason, key) = (reason_of(&form.reason), key(form.idempotency_key)?);
    match refunds.execute(RefundOrderCommand { order, by: who, amount, reason, key }).await {
        Ok(_) => {
            trail.note(SecurityEvent::RefundRequested, &format!("order/{order}")).await;
            Ok(see_other_with(&here, Flash::notice("The refund is under way.")))
        }
        Err(error) => Ok(see_other_with(&here, not_refunded(error)?)),
    }
}

/// Cancels for the buyer.
pub(super) async fn cancel(
    cancellations: web::Data<RequestCancellation>,
    Staff(who): Staff,
    id: web::Path<String>,
    CsrfForm(form): CsrfForm<CancelForm>,
) -> Result<HttpResponse, PageError> {
    let order = order_id(&id)?;
    let (key, reason) = form.parts()?;
    let here = format!("/admin/orders/{order}");
    match cancellations.execute(RequestCancellationCommand { order, by: who, reason, key }).await {
        Ok(_) => Ok(see_other_with(&here, Flash::notice("The order is being cancelled."))),
        Err(error) => Ok(see_other_with(&here, not_cancelled(error)?)),
    }
}

/// Asks the payment provider how the order's payments stand, and takes the answer in.
pub(super) async fn check_payment(
    payments: web::Data<CheckPayment>,
    Staff(who): Staff,
    id: web::Path<String>,
    CsrfForm(NoFields {}): CsrfForm<NoFields>,
) -> Result<HttpResponse, PageError> {
    let order = order_id(&id)?;
    let said = match payments.of_order(order, &who).await {
        Ok(checked) => payment_checked(&checked),
        Err(error) => payment_not_checked(error)?,
    };
    Ok(see_other_with(&format!("/admin/orders/{order}"), said))
}

/// Somebody has looked after it.
pub(super) async fn resolve(
    attention: web::Data<ResolveAttention>,
    Staff(who): Staff,
    id: web::Path<String>,
    CsrfForm(form): CsrfForm<ResolveForm>,
) -> Result<HttpResponse, PageError> {
    let reason = form.reason.as_deref().and_then(AttentionReason::parse);
    let order = attention.execute(order_id(&id)?, reason, &who).await?;
    Ok(see_other_with(&format!("/admin/orders/{}", order.id()), Flash::notice("Marked as resolved.")))
}

/// What is encoded in a parameter of an address: all but letters, digits, hyphen, dot and underscore.
const IN_QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_');

fn next_page(q: &str, status: &str, cursor: &str) -> String {
    let parameters = [("q", q), ("status", status), ("cursor", cursor)];
    let encoded = |value| utf8_percent_encode(value, IN_QUERY);
    let query: Vec<String> = parameters.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    format!("/admin/orders?{}", query.join("&"))
}
