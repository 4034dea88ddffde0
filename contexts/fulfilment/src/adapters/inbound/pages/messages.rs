//! What pages say to staff: states and reasons in words, and what came of a form.

use chassis::web::{Flash, PageError};
use shared_kernel::format::sentence;

use crate::application::UpdateError;
use crate::domain::{ItemState, Refunded, Refusal, ShippingOrder, ShippingState, StockItem};

/// More problems than this are not told one by one.
const PROBLEMS_SHOWN: usize = 3;

/// A refusal that is shown on the page where it happened; whatever else goes wrong gets a page of its own.
pub(super) fn refused(error: UpdateError) -> Result<String, PageError> {
    match error {
        UpdateError::Refused(Refusal::NoSuchShippingOrder(_)) => Err(PageError::NotFound),
        UpdateError::Refused(refusal) => Ok(sentence(refusal)),
        UpdateError::Store(error) => Err(error.into()),
    }
}

pub(super) fn dispatched(order: &ShippingOrder) -> Flash {
    Flash::notice(match order.state() {
        ShippingState::Pending => "Dispatched. Some items are still pending.",
        ShippingState::Processed(_) | ShippingState::Cancelled(_) => "Dispatched. Nothing is left to be sent.",
    })
}

pub(super) fn closed(order: &ShippingOrder) -> Flash {
    Flash::notice(if order.is_partly_sent() {
        "Closed. The rest is not sent, and can be sold again."
    } else {
        "Closed. Nothing of this order is sent, and the order is cancelled."
    })
}

pub(super) fn stock_now(item: &StockItem) -> String {
    format!("{}: {} on hand, {} available.", item.sku(), item.on_hand(), item.available())
}

/// What came of a form with the counts of any number of shelves.
pub(super) fn counted(saved: &[StockItem], problems: &[String]) -> Flash {
    let done = match saved {
        [] if problems.is_empty() => "Nothing was changed.".to_owned(),
        [] => String::new(),
        [item] => stock_now(item),
        many => format!("{} counts saved.", many.len()),
    };
    if problems.is_empty() {
        return Flash::notice(done);
    }
    let more = problems.len().saturating_sub(PROBLEMS_SHOWN);
    let more = if more > 0 { format!(" {more} more were not saved.") } else { String::new() };
    let shown = problems.iter().take(PROBLEMS_SHOWN).map(String::as_str).collect::<Vec<_>>().join(" ");
    Flash::error(format!("{shown}{more} {done}").trim_end().to_owned())
}

/// A status in words, and the CSS class of its badge.
pub(super) fn status(state: ShippingState) -> (&'static str, &'static str) {
    match state {
        ShippingState::Pending => ("Pending", "badge badge-warn"),
        ShippingState::Processed(_) => ("Processed", "badge badge-good"),
        ShippingState::Cancelled(_) => ("Cancelled", "badge"),
    }
}

/// The same for one item.
pub(super) fn item_status(state: &ItemState) -> (&'static str, &'static str) {
    match state {
        ItemState::Pending => ("Pending", "badge badge-warn"),
        ItemState::WaitingForFile => ("Waiting for file", "badge badge-bad"),
        ItemState::Processed { .. } => ("Processed", "badge badge-good"),
        ItemState::NotSent { .. } => ("Not sent", "badge"),
    }
}

/// How much of an order's money went back.
pub(super) fn refunded(refunded: Refunded) -> &'static str {
    match refunded {
        Refunded::Partly => "Partly refunded",
        Refunded::Whole => "Refunded",
        Refunded::Unknown => "Refund made",
    }
}

/// What there is to send, by pieces.
pub(super) fn contents(packed: i64, mailed: i64) -> String {
    match (packed, mailed) {
        (packed, 0) => format!("{packed} to pack"),
        (0, mailed) => format!("{mailed} by e-mail"),
        (packed, mailed) => format!("{packed} to pack, {mailed} by e-mail"),
    }
}

/// The reason of a change in words; one that a newer version has written is shown as it is.
pub(super) fn reason(name: &str) -> &str {
    match name {
        "reserved" => "Reserved for an order",
        "released" => "Reservation released",
        "taken" => "Sold",
        "returned" => "Order cancelled",
        "dispatched" => "Sent",
        "counted" => "Counted",
        "counted_below_reserved" => "Counted; raised to what is promised to orders",
        "received" => "Received",
        "customer_return" => "Returned by a customer",
        "found" => "Found",
        "damaged" => "Damaged",
        "lost" => "Lost",
        "correction" => "Correction",
        other => other,
    }
}
