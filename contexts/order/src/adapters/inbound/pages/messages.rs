//! What pages say to people: why something is refused, and how an order stands. The only file that chooses it.

use chassis::web::{Flash, PageError};
use shared_kernel::Sku;

use crate::application::{
    CheckPaymentError, Checked, ListOrdersError, NotOrderable, OpenCardPageError, PlaceOrderError, RefundOrderError,
    RequestCancellationError, ResolveAttentionError, SetCartItemError, ViewCartError, ViewOrderError,
};
use crate::domain::{
    AttentionReason, CancelRefused, DisputeStatus, FulfilmentStatus, NotChargeable, Order, PaymentAxis, RefundReason,
    RefundState, Status,
};
use crate::ports::PaymentError;

/// The buyer comes back from the card page and nothing was charged.
pub(crate) fn payment_unsuccessful(why: Option<&str>) -> Flash {
    let why = why.map(|why| format!(" {}", why.trim_end_matches('.'))).map(|why| format!(":{why}."));
    let why = why.unwrap_or_else(|| ".".to_owned());
    Flash::error(format!("Payment unsuccessful{why} You were not charged, and your cart is unchanged."))
}

/// The buyer has left the card page of their own accord.
pub(crate) fn payment_left() -> Flash {
    Flash::notice("You left the payment page. Nothing was charged, and your cart is unchanged.")
}

/// The provider has said nothing yet.
pub(crate) fn payment_unconfirmed() -> Flash {
    Flash::notice("The payment provider has not confirmed your payment yet. Refresh this page in a moment.")
}

/// The order has ended before it was paid.
pub(crate) fn not_paid_in_time(order: &Order) -> Flash {
    Flash::error(if order.is_payment_impossible() {
        "We cannot take payments right now. Nothing was charged, and your cart is as you left it. We have told our staff. \
         Please try again later."
    } else {
        "The time to pay this order has run out. Please order again."
    })
}

/// The order is paid.
pub(crate) fn thank_you(order: &Order) -> Flash {
    let to = order.buyer().email.as_deref().unwrap_or("you");
    Flash::notice(format!("Thank you! Your order {} is paid. The receipt is on its way to {to}.", order.number()))
}

/// There was no stock.
pub(crate) fn sold_out(order: &Order, skus: &[Sku]) -> Flash {
    let titles: Vec<&str> =
        order.lines().iter().filter(|line| skus.contains(&line.sku)).map(|line| line.title.as_str()).collect();
    Flash::error(format!("Sorry, there is not enough of {} left. Nothing was ordered.", titles.join(", ")))
}

/// Why an order cannot be cancelled.
pub(crate) fn not_cancellable(why: &CancelRefused) -> Flash {
    Flash::error(match why {
        CancelRefused::NotPaid(_) => "Only a paid order can be cancelled.",
        CancelRefused::HasDigitalItems => "An order with things that come by e-mail cannot be cancelled.",
        CancelRefused::AlreadyFulfilled => "A part of this order has been sent already, so it cannot be cancelled.",
        CancelRefused::Imported => "This order was placed in another shop and cannot be cancelled here.",
    })
}

/// Why nothing was ordered, and on which page that is said; `Err` for what is nobody's decision.
pub(crate) fn not_placed(error: PlaceOrderError) -> Result<(&'static str, Flash), PageError> {
    let (path, text) = match error {
        PlaceOrderError::EmailNotVerified => ("/checkout", "Please confirm your e-mail address first."),
        PlaceOrderError::AddressRequired => ("/checkout", "Please say where to send it."),
        PlaceOrderError::NoSuchCart | PlaceOrderError::EmptyCart => ("/cart", "Your cart is empty."),
        PlaceOrderError::NotForSale(_) => {
            ("/cart", "Something in your cart is not for sale any more. Please remove it.")
        }
        PlaceOrderError::PriceChanged(_) => {
            ("/cart", "A price has changed since you looked. Nothing was ordered; please look at the new total.")
        }
        PlaceOrderError::NotChargeable(why) => return Ok(("/cart", Flash::error(not_chargeable(why)))),
        PlaceOrderError::TooManyOpen => (
            "/orders",
            "Several of your orders still wait to be paid. Please pay one of them first, or let it run out.",
        ),
        PlaceOrderError::TooManyPieces => (
            "/cart",
            "That is more than can be held for you at a time. Please order less, or pay one of your open orders first.",
        ),
        PlaceOrderError::KeyReused => ("/cart", "That form had been used before. Please check out again."),
        PlaceOrderError::Store(error) => return Err(error.into()),
    };
    Ok((path, Flash::error(text)))
}

/// Why a cart leads to no order.
pub(crate) fn not_orderable(why: NotOrderable) -> Flash {
    Flash::error(match why {
        NotOrderable::Empty => "Your cart is empty.".to_owned(),
        NotOrderable::NotForSale => "An item in your cart is no longer available. Please remove it.".to_owned(),
        NotOrderable::NotEnough => {
            "There is not enough stock of the marked items. Please change the quantity or remove them.".to_owned()
        }
        NotOrderable::NotChargeable(why) => not_chargeable(why),
    })
}

/// Why a cart cannot be paid by card.
pub(crate) fn not_chargeable(why: NotChargeable) -> String {
    match why {
        NotChargeable::TooSmall { least } => {
            format!("We can take card payments of {least} or more. Please add something to your cart.")
        }
        NotChargeable::TooLarge { most } => {
            format!("We can take card payments of up to {most} at once. Please split your order.")
        }
        NotChargeable::BetweenSteps { step } => {
            format!("We can only take card payments in steps of {step}. Please change a quantity or contact us.")
        }
    }
}

/// Why a line was not changed; `Err` for what is nobody's decision.
pub(crate) fn not_changed(error: SetCartItemError) -> Result<Flash, PageError> {
    match error {
        SetCartItemError::NoSuchCart => Ok(Flash::error("That cart is not there any more.")),
        SetCartItemError::UnknownSku(_) => Ok(Flash::error("Sorry, that is not for sale any more.")),
        SetCartItemError::Refused(why) => Ok(Flash::error(format!("Sorry, {why}."))),
        SetCartItemError::Store(error) => Err(error.into()),
    }
}

/// `None` for a cart that is not there, which looks like an empty one.
pub(crate) fn if_there<T>(found: Result<T, ViewCartError>) -> Result<Option<T>, PageError> {
    match found {
        Ok(cart) => Ok(Some(cart)),
        Err(ViewCartError::NoSuchCart) => Ok(None),
        Err(ViewCartError::Store(error)) => Err(error.into()),
    }
}

impl From<ViewOrderError> for PageError {
    fn from(error: ViewOrderError) -> Self {
        match error {
            ViewOrderError::NoSuchOrder(_) => Self::NotFound,
            ViewOrderError::Store(error) => error.into(),
        }
    }
}

impl From<ListOrdersError> for PageError {
    fn from(error: ListOrdersError) -> Self {
        match error {
            ListOrdersError::BadCursor => Self::NotFound,
            ListOrdersError::Store(error) => error.into(),
        }
    }
}

impl From<OpenCardPageError> for PageError {
    fn from(error: OpenCardPageError) -> Self {
        match error {
            OpenCardPageError::NoSuchOrder(_) => Self::NotFound,
            OpenCardPageError::NotPayable(_) => Self::Conflict("This order is not waiting to be paid.".to_owned()),
            OpenCardPageError::Payment(PaymentError::Refused { .. }) => Self::Refused(
                "We cannot take this payment right now. Nothing was charged. Please try again later.".to_owned(),
            ),
            OpenCardPageError::Payment(error) => Self::Unavailable(Box::new(error)),
            OpenCardPageError::Store(error) => error.into(),
        }
    }
}

/// Why a cancellation was not taken up; `Err` where there is no order to say it of.
pub(crate) fn not_cancelled(error: RequestCancellationError) -> Result<Flash, PageError> {
    match error {
        RequestCancellationError::NoSuchOrder(_) => Err(PageError::NotFound),
        RequestCancellationError::Refused(why) => Ok(not_cancellable(&why)),
        RequestCancellationError::KeyReused => Ok(Flash::error("That form had been used before. Please try again.")),
        RequestCancellationError::Store(error) => Err(error.into()),
    }
}

/// Why money was not given back; `Err` where there is no order to say it of.
pub(crate) fn not_refunded(error: RefundOrderError) -> Result<Flash, PageError> {
    match error {
        RefundOrderError::Forbidden => Err(PageError::Forbidden),
        RefundOrderError::NoSuchOrder(_) => Err(PageError::NotFound),
        RefundOrderError::Refused(why) => Ok(Flash::error(format!("Not refunded: {why}."))),
        RefundOrderError::KeyReused => Ok(Flash::error("That form had been used before. Please try again.")),
        RefundOrderError::Store(error) => Err(error.into()),
    }
}

/// What comparing with the payment provider has brought.
pub(crate) fn payment_checked(checked: &Checked) -> Flash {
    if checked.changes.is_empty() {
        return Flash::notice("The payment provider's books agree with ours.");
    }
    Flash::notice(format!("New from the payment provider: {}.", checked.changes.join("; ")))
}

/// Why a payment could not be compared; `Err` where there is no order to say it of.
pub(crate) fn payment_not_checked(error: CheckPaymentError) -> Result<Flash, PageError> {
    match error {
        CheckPaymentError::Forbidden => Err(PageError::Forbidden),
        CheckPaymentError::NoSuchOrder(_) => Err(PageError::NotFound),
        CheckPaymentError::Provider(_) => {
            Ok(Flash::error("The payment provider does not answer. Please try again in a few minutes."))
        }
        CheckPaymentError::Busy => Ok(Flash::error("The order is changing just now. Please try again.")),
        CheckPaymentError::NotOurs | CheckPaymentError::Forgotten { .. } => {
            Ok(Flash::error("The payment provider has other things to say of this payment than we have."))
        }
        CheckPaymentError::Store(error) => Err(error.into()),
    }
}

impl From<ResolveAttentionError> for PageError {
    fn from(error: ResolveAttentionError) -> Self {
        match error {
            ResolveAttentionError::Forbidden => Self::Forbidden,
            ResolveAttentionError::NoSuchOrder(_) => Self::NotFound,
            ResolveAttentionError::Store(error) => error.into(),
        }
    }
}

/// A status in words: that of all orders of this status.
pub(crate) fn status_words(status: Status) -> &'static str {
    match status {
        Status::AwaitingStock => "Checking stock",
        Status::Initial => "Awaiting payment",
        Status::Paid => "Paid",
        Status::Shipped => "Shipped",
        Status::Completed => "Completed",
        Status::CancelPending => "Being cancelled",
        Status::Cancelled => "Cancelled",
        Status::Rejected => "Out of stock",
        Status::Expired => "Expired",
    }
}

/// What of its money went back, where the status does not say so.
pub(crate) fn refunded(order: &Order) -> Option<&'static str> {
    match order.payment_axis() {
        PaymentAxis::PartiallyRefunded => Some("Partly refunded"),
        PaymentAxis::Refunded if order.status() != Status::Cancelled => Some("Refunded"),
        PaymentAxis::Refunded
        | PaymentAxis::NotReady
        | PaymentAxis::Open
        | PaymentAxis::Declined
        | PaymentAxis::Processing
        | PaymentAxis::Paid
        | PaymentAxis::RefundDue
        | PaymentAxis::Canceled => None,
    }
}

/// What of an order was sent.
pub(crate) fn fulfilment_words(order: &Order) -> &'static str {
    match order.fulfilment().status() {
        FulfilmentStatus::NotStarted => "Nothing has been sent yet.",
        FulfilmentStatus::Pending => "We are getting it ready.",
        FulfilmentStatus::PartiallyProcessed if order.fulfilment().not_sent().next().is_some() => {
            "A part has been sent. The rest will not be sent."
        }
        FulfilmentStatus::PartiallyProcessed => "A part has been sent.",
        FulfilmentStatus::Processed => "Everything has been sent.",
        FulfilmentStatus::Cancelled => "Nothing will be sent.",
    }
}

/// How the money of an order stands.
pub(crate) fn payment_words(order: &Order) -> String {
    match order.payment_axis() {
        PaymentAxis::NotReady => "The payment is being prepared.".to_owned(),
        PaymentAxis::Open => "Not paid yet.".to_owned(),
        PaymentAxis::Declined => {
            let reason = order.payments().iter().rev().find_map(|payment| payment.last_error.as_deref());
            format!("Declined: {}", reason.unwrap_or("no reason was given"))
        }
        PaymentAxis::Processing => "The payment is under way.".to_owned(),
        PaymentAxis::Paid => "Paid.".to_owned(),
        PaymentAxis::PartiallyRefunded => "Paid, and partly refunded.".to_owned(),
        PaymentAxis::Refunded => "Refunded.".to_owned(),
        PaymentAxis::Canceled => "Not paid.".to_owned(),
        PaymentAxis::RefundDue => "Not paid. Money that came for it is owed back.".to_owned(),
    }
}

/// How a dispute stands.
pub(crate) fn dispute_words(status: DisputeStatus) -> &'static str {
    match status {
        DisputeStatus::Inquiry => "the bank asks about it",
        DisputeStatus::InquiryClosed => "the bank asks no more",
        DisputeStatus::NeedsResponse => "needs an answer",
        DisputeStatus::UnderReview => "the bank decides",
        DisputeStatus::Won => "won",
        DisputeStatus::Lost => "lost",
    }
}

/// How a refund stands.
pub(crate) fn refund_words(state: &RefundState) -> &'static str {
    match state {
        RefundState::Pending => "under way",
        RefundState::Succeeded { .. } => "done",
        RefundState::Failed { .. } => "failed",
    }
}

/// Why a person has to look at an order.
pub(crate) fn attention_words(reason: AttentionReason) -> &'static str {
    match reason {
        AttentionReason::AmountDiffers => "the amount or currency paid differs from the order; it is being returned",
        AttentionReason::IntentNotCreated => "the payment provider cannot prepare the payment",
        AttentionReason::IntentNotCancelled => "the payment provider cannot cancel the payment",
        AttentionReason::RefundFailed => "a refund failed",
        AttentionReason::RefundNotAccepted => "the payment provider has not accepted a refund yet",
        AttentionReason::ReceiptNotSent => "the receipt cannot be delivered",
        AttentionReason::PaymentDisputed => "the buyer disputes the payment with the bank",
        AttentionReason::ShippedUnpaid => "goods were sent although the order is not paid",
        AttentionReason::StockRejectedAfterShipping => "fulfilment reports missing stock although goods were sent",
        AttentionReason::PaymentNotSettled => "the payment is neither made nor cancelled, long after the deadline",
        AttentionReason::NotFulfilled => "fulfilment has not taken up the paid order",
        AttentionReason::CancellationStuck => "the cancellation does not get through",
        AttentionReason::RefundForgotten => {
            "the shop has returned money and, restored from a backup, forgot why; look before it is sent"
        }
        AttentionReason::DisputeLost => "a dispute was lost; the bank has returned the money to the buyer",
        AttentionReason::RefundNotExplained => {
            "the payment provider reports a refund that the payment cannot explain; it is not in the books"
        }
        AttentionReason::PaymentUnknown => "the payment provider does not know a payment of this order",
    }
}

/// Why money goes back, if nobody has written a reason.
pub(crate) fn refund_reason_words(reason: RefundReason) -> &'static str {
    match reason {
        RefundReason::Cancelled => "order cancelled",
        RefundReason::NotExpected => "payment not expected",
        RefundReason::AmountDiffers => "amount differs",
        RefundReason::Staff => "refunded by staff",
        RefundReason::Provider => "refunded at the payment provider",
    }
}
