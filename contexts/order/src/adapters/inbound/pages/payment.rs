//! The way to the card page and back. What the browser brings back is a hint for how long to wait, and never believed:
//! an order is paid when the provider has said so to the shop itself.

use actix_web::{HttpRequest, HttpResponse, web};
use chassis::Site;
use chassis::web::{PageError, PageFrame, SignedIn, page, see_other, see_other_with};
use serde::Deserialize;

use super::cart::find_browser_cart;
use super::cart_cookie::remembering;
use super::messages::{not_paid_in_time, payment_left, payment_unconfirmed, payment_unsuccessful, sold_out, thank_you};
use super::orders::order_id;
use super::view_models::{LeavingPage, PendingPage};
use crate::application::{
    OpenCardPage, OpenCardPageError, OpenCardPageQuery, ViewCart, ViewOrder, ViewOrderQuery, WaitForPayment,
    WaitUntilPayable,
};
use crate::domain::{AttemptHint, AttemptOutcome, NextStep, Order};

/// What the card page says about how it went.
#[derive(Deserialize)]
pub(super) struct ReturnQuery {
    #[serde(default)]
    redirect_status: String,
}

impl ReturnQuery {
    fn hint(&self) -> AttemptHint {
        match self.redirect_status.as_str() {
            "succeeded" => AttemptHint::WentWell,
            "failed" => AttemptHint::Failed,
            "canceled" => AttemptHint::Left,
            _ => AttemptHint::None,
        }
    }
}

/// Sends the buyer to the card page.
pub(super) async fn pay(
    pages: web::Data<OpenCardPage>,
    wait: web::Data<WaitUntilPayable>,
    orders: web::Data<ViewOrder>,
    site: web::Data<Site>,
    SignedIn(who): SignedIn,
    id: web::Path<String>,
    frame: PageFrame,
) -> Result<HttpResponse, PageError> {
    let id = order_id(&id)?;
    let view = || ViewOrderQuery { order: id, by: who.clone() };
    let order = orders.execute(view()).await?;
    if order.next_step().is_before_payment() {
        wait.execute(id).await?;
    }
    match pages.execute(OpenCardPageQuery { order: id, by: who.clone() }).await {
        Ok(url) => to_card_page(url, &order, &site, frame),
        Err(OpenCardPageError::NotPayable(_)) => not_payable(&orders.execute(view()).await?, frame),
        Err(error) => Err(error.into()),
    }
}

/// A page of ours is named by its path, so that a browser that knows us by another name keeps its session.
fn to_card_page(url: String, order: &Order, site: &Site, frame: PageFrame) -> Result<HttpResponse, PageError> {
    match url.strip_prefix(&site.base_url).filter(|path| path.starts_with('/')) {
        Some(own) => Ok(see_other(own)),
        None => page(&LeavingPage { frame, url, amount: order.totals().gross.to_string() }),
    }
}

/// The buyer comes back from the card page.
pub(super) async fn come_back(
    req: HttpRequest,
    wait: web::Data<WaitForPayment>,
    carts: web::Data<ViewCart>,
    SignedIn(who): SignedIn,
    id: web::Path<String>,
    query: web::Query<ReturnQuery>,
) -> Result<HttpResponse, PageError> {
    let (customer, hint) = (who.customer, query.hint());
    let order = wait.execute(ViewOrderQuery { order: order_id(&id)?, by: who }, hint).await?;
    let here = format!("/orders/{}", order.id());
    let answer = match order.attempt_outcome(hint) {
        AttemptOutcome::Paid => see_other_with("/", thank_you(&order)),
        AttemptOutcome::SoldOut(skus) => see_other_with("/cart", sold_out(&order, skus)),
        AttemptOutcome::Left => see_other_with("/cart", payment_left()),
        AttemptOutcome::Declined(reason) => see_other_with("/cart", payment_unsuccessful(reason)),
        AttemptOutcome::Unconfirmed => see_other_with(&here, payment_unconfirmed()),
        AttemptOutcome::Ended => see_other(&here),
    };
    let cart = find_browser_cart(&req, &carts, Some(customer)).await?;
    Ok(match cart {
        Some(cart) => remembering(answer, &cart),
        None => answer,
    })
}

fn not_payable(order: &Order, frame: PageFrame) -> Result<HttpResponse, PageError> {
    let here = format!("/orders/{}", order.id());
    match order.next_step() {
        step @ (NextStep::WaitForStock | NextStep::WaitForPayment) => {
            page(&PendingPage::new(frame, order, step == NextStep::WaitForPayment))
        }
        NextStep::SoldOut(skus) => Ok(see_other_with("/cart", sold_out(order, skus))),
        NextStep::OrderAgain { .. } => Ok(see_other_with(&here, not_paid_in_time(order))),
        NextStep::Pay | NextStep::Close | NextStep::Send | NextStep::Cancel | NextStep::Done => Ok(see_other(&here)),
    }
}
