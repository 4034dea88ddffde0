//! Which status and which words a refusal has on this API. The only file that chooses them.

use actix_web::http::StatusCode;
use chassis::web::{Problem, query};
use serde_json::json;
use shared_kernel::Sku;
use shared_kernel::address::AddressError;

use super::dto::CartJson;
use crate::application::{
    ClaimCartError, ListOrdersError, PlaceOrderError, RefundOrderError, RequestCancellationError, SetCartItemError,
    ViewCartError, ViewOrderError,
};
use crate::domain::{CartRefused, NotChargeable, RefundRefused};

/// No such code is sold.
pub(super) fn unknown_sku(sku: &str) -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "unknown-sku", "Unknown SKU")
        .detail(format!("nothing is sold as {sku:?}"))
        .with("sku", sku)
}

/// The number cannot be a line's quantity.
pub(super) fn invalid_quantity() -> Problem {
    invalid("invalid-quantity", "Invalid quantity", "a quantity is a whole number from 0 to 99")
}

/// There is not enough of these.
pub(super) fn out_of_stock(skus: &[Sku]) -> Problem {
    let named: Vec<&str> = skus.iter().map(Sku::as_str).collect();
    Problem::new(StatusCode::CONFLICT, "out-of-stock", "Out of stock")
        .detail(format!("there is not enough of {}", named.join(", ")))
        .with("skus", json!(named))
}

/// Something about a request does not fit.
pub(super) fn invalid(name: &'static str, title: &'static str, detail: impl Into<String>) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, name, title).detail(detail)
}

/// The address is not one.
pub(super) fn invalid_address(error: &AddressError) -> Problem {
    invalid("invalid-address", "Invalid address", error.to_string()).with("field", error.field)
}

/// A parameter in the address of the request does not fit: `invalid-limit` and so on.
pub(super) fn invalid_query(parameter: &str, given: &str) -> Problem {
    query::invalid_parameter(parameter, format!("`{parameter}` cannot be {given:?}"))
}

fn key_reused() -> Problem {
    let detail = "this Idempotency-Key was used for another request";
    invalid("idempotency-key-reused", "Idempotency-Key reused", detail)
}

impl From<ViewCartError> for Problem {
    fn from(error: ViewCartError) -> Self {
        match error {
            ViewCartError::NoSuchCart => Self::not_found(),
            ViewCartError::Store(error) => error.into(),
        }
    }
}

impl From<ClaimCartError> for Problem {
    fn from(error: ClaimCartError) -> Self {
        match error {
            ClaimCartError::NoSuchCart => Self::not_found(),
            ClaimCartError::Store(error) => error.into(),
        }
    }
}

impl From<SetCartItemError> for Problem {
    fn from(error: SetCartItemError) -> Self {
        match error {
            SetCartItemError::NoSuchCart => Self::not_found(),
            SetCartItemError::UnknownSku(sku) => unknown_sku(sku.as_str()),
            SetCartItemError::Refused(CartRefused::Full) => {
                Self::new(StatusCode::CONFLICT, "cart-full", "The cart is full").detail(CartRefused::Full.to_string())
            }
            SetCartItemError::Refused(CartRefused::TooMany(_)) => invalid_quantity(),
            SetCartItemError::Store(error) => error.into(),
        }
    }
}

impl From<PlaceOrderError> for Problem {
    fn from(error: PlaceOrderError) -> Self {
        let said = error.to_string();
        match error {
            PlaceOrderError::EmailNotVerified => {
                Self::new(StatusCode::FORBIDDEN, "email-not-verified", "E-mail address not verified")
                    .detail("open the link in the mail that was sent to it")
            }
            PlaceOrderError::NoSuchCart => Self::not_found(),
            PlaceOrderError::EmptyCart => invalid("cart-empty", "The cart is empty", said),
            PlaceOrderError::NotForSale(skus) => {
                Self::new(StatusCode::CONFLICT, "not-for-sale", "Not for sale any more")
                    .detail(said)
                    .with("skus", json!(skus))
            }
            PlaceOrderError::NotChargeable(why) => not_chargeable(why, said),
            PlaceOrderError::TooManyOpen => {
                Self::new(StatusCode::CONFLICT, "too-many-open-orders", "Too many orders wait to be paid").detail(said)
            }
            PlaceOrderError::TooManyPieces => {
                Self::new(StatusCode::CONFLICT, "too-many-open-pieces", "Too many pieces wait to be paid").detail(said)
            }
            PlaceOrderError::AddressRequired => invalid("address-required", "A delivery address is needed", said),
            PlaceOrderError::PriceChanged(cart) => {
                Self::new(StatusCode::CONFLICT, "price-changed", "The total has changed")
                    .detail("nothing was placed; look at the cart and order again")
                    .with("cart", json!(CartJson::from(cart.as_ref())))
            }
            PlaceOrderError::KeyReused => key_reused(),
            PlaceOrderError::Store(error) => error.into(),
        }
    }
}

fn not_chargeable(why: NotChargeable, said: String) -> Problem {
    let (name, title, field, limit) = match why {
        NotChargeable::TooSmall { least } => ("order-too-small", "Too little for a card payment", "least", least),
        NotChargeable::TooLarge { most } => ("order-too-large", "Too much for one payment", "most", most),
        NotChargeable::BetweenSteps { step } => {
            ("order-between-steps", "Not an amount that a card can pay", "step", step)
        }
    };
    invalid(name, title, said).with(field, json!(limit))
}

impl From<ViewOrderError> for Problem {
    fn from(error: ViewOrderError) -> Self {
        match error {
            ViewOrderError::NoSuchOrder(_) => Self::not_found(),
            ViewOrderError::Store(error) => error.into(),
        }
    }
}

impl From<ListOrdersError> for Problem {
    fn from(error: ListOrdersError) -> Self {
        match error {
            ListOrdersError::BadCursor => invalid_query("cursor", "anything but a `next_cursor` of ours"),
            ListOrdersError::Store(error) => error.into(),
        }
    }
}

impl From<RequestCancellationError> for Problem {
    fn from(error: RequestCancellationError) -> Self {
        match error {
            RequestCancellationError::NoSuchOrder(_) => Self::not_found(),
            RequestCancellationError::Refused(why) => {
                Self::new(StatusCode::CONFLICT, "order-not-cancellable", "The order cannot be cancelled")
                    .detail(why.to_string())
            }
            RequestCancellationError::KeyReused => key_reused(),
            RequestCancellationError::Store(error) => error.into(),
        }
    }
}

impl From<RefundOrderError> for Problem {
    fn from(error: RefundOrderError) -> Self {
        match error {
            RefundOrderError::Forbidden => Self::of_status(StatusCode::FORBIDDEN),
            RefundOrderError::NoSuchOrder(_) => Self::not_found(),
            RefundOrderError::Refused(why @ RefundRefused::NotAnAmount) => {
                invalid("invalid-amount", "Invalid amount", why.to_string())
            }
            RefundOrderError::Refused(why @ (RefundRefused::NothingLeft | RefundRefused::TooMuch { .. })) => {
                Self::new(StatusCode::CONFLICT, "refund-exceeds-payment", "Not that much is left to refund")
                    .detail(why.to_string())
            }
            RefundOrderError::Refused(why @ RefundRefused::Disputed { .. }) => {
                Self::new(StatusCode::CONFLICT, "payment-disputed", "The payment is disputed").detail(why.to_string())
            }
            RefundOrderError::KeyReused => key_reused(),
            RefundOrderError::Store(error) => error.into(),
        }
    }
}
