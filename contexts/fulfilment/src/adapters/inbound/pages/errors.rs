//! What staff is told when something is refused.

use chassis::web::PageError;

use crate::application::close_shipping_order::CloseShippingOrderError;
use crate::application::dispatch_items::DispatchItemsError;
use crate::domain::Refusal;

/// A refusal that is shown on the page where it happened; whatever else goes wrong gets a page of its own.
pub(super) fn dispatch(error: DispatchItemsError) -> Result<String, PageError> {
    match error {
        DispatchItemsError::Refused(Refusal::NoSuchShippingOrder(_)) => Err(PageError::NotFound),
        DispatchItemsError::Refused(refusal) => Ok(sentence(&refusal)),
        DispatchItemsError::Store(error) => Err(error.into()),
    }
}

/// The same for closing.
pub(super) fn close(error: CloseShippingOrderError) -> Result<String, PageError> {
    match error {
        CloseShippingOrderError::Refused(Refusal::NoSuchShippingOrder(_)) => Err(PageError::NotFound),
        CloseShippingOrderError::Refused(refusal) => Ok(sentence(&refusal)),
        CloseShippingOrderError::Store(error) => Err(error.into()),
    }
}

pub(super) fn sentence(text: &impl ToString) -> String {
    let text = text.to_string();
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| format!("{}{}.", first.to_uppercase(), letters.as_str()))
}
