//! The way to the card page and back. What the browser brings back is a hint for how long to wait, and never believed:
//! an order is paid when the provider has said so to the shop itself.

use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, web};
use chassis::Site;
use chassis::web::{Flash, PageError, PageFrame, SignedIn, page, see_other, see_other_with};
use serde::Deserialize;
use shared_kernel::{Identity, OrderId};

use super::cart::find_browser_cart;
use super::cart_cookie::remembering;
use super::messages::{payment_left, payment_unsuccessful, sold_out, thank_you};
use super::orders::order_id;
use super::view_models::{LeavingPage, PendingPage};
use crate::application::{
    OpenCardPage, OpenCardPageError, OpenCardPageQuery, ViewCart, ViewOrder, ViewOrderQuery, WaitUntilPayable,
};
use crate::domain::{Order, OrderState, PaymentAxis, Status};

/// What the card page says of an attempt that went well.
const WENT_WELL: &str = "succeeded";
/// What it says of one that did not.
const FAILED: &str = "failed";
/// What it says when the buyer has left it.
const LEFT: &str = "canceled";

/// How long, and how often, a buyer who comes back is kept waiting for the provider's word.
#[derive(Debug, Clone, Copy)]
pub struct PaymentWaitPolicy {
    /// Looks before giving up.
    pub looks: u32,
    /// The pause between two of them.
    pub pause: Duration,
}

impl Default for PaymentWaitPolicy {
    fn default() -> Self {
        Self { looks: 20, pause: Duration::from_millis(250) }
    }
}

/// What the card page says about how it went.
#[derive(Deserialize)]
pub struct ReturnQuery {
    #[serde(default)]
    redirect_status: String,
}

/// Sends the buyer to the card page.
pub async fn pay(
    pages: web::Data<OpenCardPage>,
    wait: web::Data<WaitUntilPayable>,
    orders: web::Data<ViewOrder>,
    site: web::Data<Site>,
    SignedIn(who): SignedIn,
    id: web::Path<String>,
    frame: PageFrame,
) -> Result<HttpResponse, PageError> {
    let id = order_id(&id)?;
    let ask = || OpenCardPageQuery { order: id, by: who.clone() };
    let mut opened = pages.execute(ask()).await;
    if matches!(opened, Err(OpenCardPageError::NotPayable(Status::AwaitingStock))) {
        wait.execute(id).await?;
        opened = pages.execute(ask()).await;
    }
    let order = orders.execute(ViewOrderQuery { order: id, by: who.clone() }).await?;
    // A page of ours is named by its path, so that a browser that knows us by another name keeps its session.
    let own = |url: &str| url.strip_prefix(&site.base_url).filter(|path| path.starts_with('/')).map(see_other);
    match opened {
        Ok(url) => match own(&url) {
            Some(there) => Ok(there),
            None => page(&LeavingPage { frame, url, amount: order.totals().gross.to_string() }),
        },
        Err(OpenCardPageError::NotPayable(_)) => not_payable(&order, frame),
        Err(error) => Err(error.into()),
    }
}

/// The buyer comes back from the card page.
pub async fn come_back(
    req: HttpRequest,
    orders: web::Data<ViewOrder>,
    carts: web::Data<ViewCart>,
    wait_policy: web::Data<PaymentWaitPolicy>,
    SignedIn(who): SignedIn,
    id: web::Path<String>,
    hint: web::Query<ReturnQuery>,
) -> Result<HttpResponse, PageError> {
    let order = wait_for_payment(&orders, &who, order_id(&id)?, &hint.redirect_status, **wait_policy).await?;
    let answer = match (order.state(), order.payment_axis()) {
        (OrderState::Paid(_) | OrderState::Shipped { .. } | OrderState::Completed { .. }, _) => {
            see_other_with("/", thank_you(&order))
        }
        (OrderState::Rejected { skus }, _) => see_other_with("/cart", sold_out(&order, skus)),
        // First, for a refusal on record may be of an earlier attempt.
        (OrderState::AwaitingPayment { .. }, _) if hint.redirect_status == LEFT => {
            see_other_with("/cart", payment_left())
        }
        (OrderState::AwaitingPayment { .. }, PaymentAxis::Declined) if hint.redirect_status != WENT_WELL => {
            let reason = order.payments().iter().rev().find_map(|payment| payment.last_error.as_deref());
            see_other_with("/cart", payment_unsuccessful(reason))
        }
        (OrderState::AwaitingPayment { .. }, _) if hint.redirect_status == FAILED => {
            see_other_with("/cart", payment_unsuccessful(None))
        }
        (OrderState::AwaitingPayment { .. } | OrderState::AwaitingStock { .. }, _) => {
            let text = "The payment provider has not confirmed your payment yet. Refresh this page in a moment.";
            see_other_with(&format!("/orders/{}", order.id()), Flash::notice(text))
        }
        (OrderState::CancelPending { .. } | OrderState::Cancelled { .. } | OrderState::Expired { .. }, _) => {
            see_other(&format!("/orders/{}", order.id()))
        }
    };
    let cart = find_browser_cart(&req, &carts, Some(who.customer)).await?;
    Ok(match cart {
        Some(cart) => remembering(answer, &cart),
        None => answer,
    })
}

/// The order as soon as the provider's word about this attempt is in, or as it is when the wait is over.
async fn wait_for_payment(
    orders: &ViewOrder,
    who: &Identity,
    id: OrderId,
    hint: &str,
    wait_policy: PaymentWaitPolicy,
) -> Result<Order, PageError> {
    let mut looks = 1;
    loop {
        let order = orders.execute(ViewOrderQuery { order: id, by: who.clone() }).await?;
        // A refusal on record may be of an earlier attempt if this one is said to have gone well.
        let declined = order.payment_axis() == PaymentAxis::Declined && hint != WENT_WELL;
        if !order.state().is_open() || declined || hint == LEFT || looks >= wait_policy.looks {
            return Ok(order);
        }
        looks += 1;
        tokio::time::sleep(wait_policy.pause).await;
    }
}

fn not_payable(order: &Order, frame: PageFrame) -> Result<HttpResponse, PageError> {
    let here = format!("/orders/{}", order.id());
    match order.state() {
        OrderState::AwaitingStock { reserved } => page(&PendingPage {
            frame,
            heading: if order.is_payment_impossible() {
                "We cannot take payments right now"
            } else {
                "One moment please"
            },
            text: match (order.is_payment_impossible(), reserved) {
                (true, _) => "You were not charged. Our staff have been notified. Please try again later.",
                (false, true) => "Your items are reserved. We are getting the payment ready.",
                (false, false) => "We are still checking that everything is in stock.",
            },
            number: order.number().to_string(),
            again: format!("{here}/pay"),
            order_href: here,
        }),
        OrderState::Rejected { skus } => Ok(see_other_with("/cart", sold_out(order, skus))),
        OrderState::Expired { .. } if order.is_payment_impossible() => {
            let text = "We cannot take payments right now. Nothing was charged, and your cart is as you left it. We have \
                        told our staff. Please try again later.";
            Ok(see_other_with(&here, Flash::error(text)))
        }
        OrderState::Expired { .. } => {
            Ok(see_other_with(&here, Flash::error("The time to pay this order has run out. Please order again.")))
        }
        _ => Ok(see_other(&here)),
    }
}
