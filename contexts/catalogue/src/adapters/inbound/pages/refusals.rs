//! What people are told when something cannot be done.

use chassis::web::PageError;

use crate::application::{SaveProductError, WithdrawProductError};

/// A refusal that the form shows above itself, or a page of its own for the rest.
pub enum SaveRefusal {
    /// To be corrected in the form.
    InForm(String),
    /// Nothing to be corrected there.
    Page(PageError),
}

impl From<SaveProductError> for SaveRefusal {
    fn from(error: SaveProductError) -> Self {
        match error {
            SaveProductError::HandleTaken(_) | SaveProductError::SkuTaken { .. } | SaveProductError::Refused(_) => {
                Self::InForm(sentence(&error.to_string()))
            }
            SaveProductError::ChangedMeanwhile(_) => Self::InForm(
                "Somebody else saved this product while the form was open. Open it again and repeat your change."
                    .to_owned(),
            ),
            SaveProductError::NoSuchProduct(_) => Self::Page(PageError::NotFound),
            SaveProductError::Store(error) => Self::Page(error.into()),
        }
    }
}

/// Where a product cannot be withdrawn.
pub fn withdraw_refused(error: WithdrawProductError) -> PageError {
    match error {
        WithdrawProductError::NoSuchProduct(_) => PageError::NotFound,
        WithdrawProductError::Store(error) => error.into(),
    }
}

/// An error's words with a capital and a full stop.
pub fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}
