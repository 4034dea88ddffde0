//! Texts of the pages: refusals, confirmations, and the stock of a product.

use chassis::web::PageError;
use shared_kernel::format::{count, sentence};

use crate::adapters::inbound::import::picture_archive::{ArchiveError, ArchiveOutcome};
use crate::adapters::inbound::import::{ImportFileError, ImportRunError};
use crate::application::{AddPictureError, RevertImportError, Reverted, SaveProductError, WithdrawProductError};
use crate::domain::{Availability, ImageName, ProductDetails, SaleRules, Status};

pub(super) const WITHDRAWN: &str = "The product is no longer sold.";
pub(super) const PICTURE_ADDED: &str = "The picture is added.";
pub(super) const NOTHING_IMPORTED: &str = "Some products are not right, so nothing was imported.";

/// How many files that were left out, and products that were changed since, are named.
const MAX_NAMED: usize = 10;

/// A refusal that the form shows above itself, or a page of its own for the rest.
pub(super) enum SaveRefusal {
    /// To be corrected in the form.
    InForm(String),
    /// Nothing to be corrected there.
    Page(PageError),
}

impl From<SaveProductError> for SaveRefusal {
    fn from(error: SaveProductError) -> Self {
        match error {
            SaveProductError::HandleTaken(_) | SaveProductError::SkuTaken { .. } | SaveProductError::Refused(_) => {
                Self::InForm(sentence(error))
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

pub(super) fn withdraw_refused(error: WithdrawProductError) -> PageError {
    match error {
        WithdrawProductError::NoSuchProduct(_) => PageError::NotFound,
        WithdrawProductError::Store(error) => error.into(),
    }
}

pub(super) fn add_picture_refused(error: AddPictureError) -> PageError {
    match error {
        AddPictureError::NoSuchProduct(_) => PageError::NotFound,
        AddPictureError::Picture(_) | AddPictureError::Alt(_) => PageError::Refused(sentence(error)),
        AddPictureError::Save(error) => match SaveRefusal::from(error) {
            SaveRefusal::InForm(words) => PageError::Refused(words),
            SaveRefusal::Page(error) => error,
        },
        AddPictureError::Store(error) => error.into(),
    }
}

pub(super) fn archive_refused(error: ArchiveError) -> PageError {
    match error {
        ArchiveError::Store(error) => error.into(),
        ArchiveError::TooLarge | ArchiveError::TooMany | ArchiveError::NoArchive => PageError::Refused(sentence(error)),
    }
}

pub(super) fn import_run_refused(error: ImportRunError) -> PageError {
    match error {
        ImportRunError::File(ImportFileError::Store(error))
        | ImportRunError::Revert(RevertImportError::Store(error)) => error.into(),
        other => PageError::Refused(sentence(other)),
    }
}

/// The cursor in the address belongs to no list.
pub(super) fn no_such_page() -> PageError {
    PageError::Invalid("This page of the list does not exist.".to_owned())
}

/// `missing` are the pictures that the product shows and the shop does not have.
pub(super) fn saved_text(missing: &[ImageName]) -> String {
    if missing.is_empty() {
        return "The product is saved.".to_owned();
    }
    let names = missing.iter().map(ImageName::to_string).collect::<Vec<_>>().join(", ");
    format!("The product is saved. The shop has no picture of this name: {names}.")
}

pub(super) fn archive_text(outcome: &ArchiveOutcome) -> String {
    let mut words = vec![format!("{} kept.", count(outcome.kept, "picture is", "pictures are"))];
    words.extend(outcome.left_out.iter().take(MAX_NAMED).map(|file| format!("{}: {}.", file.name, file.message)));
    if outcome.left_out.len() > MAX_NAMED {
        let more = count(outcome.left_out.len() - MAX_NAMED, "more file was", "more files were");
        words.push(format!("{more} left out."));
    }
    words.join(" ")
}

pub(super) fn reverted_text(reverted: &Reverted) -> String {
    let Reverted { restored, withdrawn, left } = reverted;
    let restored = count(restored, "product is as it was", "products are as they were");
    let withdrawn = count(withdrawn, "new one is", "new ones are");
    let words = format!("The import is taken back: {restored} before, {withdrawn} no longer sold");
    if left.is_empty() {
        return format!("{words}.");
    }
    let names = left.iter().take(MAX_NAMED).map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let left = count(left.len(), "was changed since and stays as it is", "were changed since and stay as they are");
    format!("{words}; {left}: {names}.")
}

/// What a product is sold as otherwise than it says.
pub(super) fn sale_warnings(details: &ProductDetails, rules: SaleRules) -> Vec<&'static str> {
    let mut warnings = Vec::new();
    if details.status == Status::Active && rules.is_taxed_wrongly(details) {
        warnings.push("A variant has a tax class that this shop does not apply: it is taxed like everything else.");
    }
    if rules.is_priced_wrongly(details) {
        warnings.push("A variant is priced in another currency than the shop's, so nobody can buy it. Saving prices it in the shop's currency: \
             enter the right amount.");
    }
    warnings
}

/// What is left of a product or variant, and the class that colours it.
pub(super) struct StockLabel {
    pub text: String,
    pub class: &'static str,
}

pub(super) fn stock_label(left: Availability) -> StockLabel {
    let (text, class) = match left {
        Availability::InStock => ("In stock".to_owned(), "stock stock-good"),
        Availability::Few(left) => (format!("Only {left} left"), "stock stock-good"),
        Availability::SoldOut => ("Sold out".to_owned(), "stock stock-out"),
    };
    StockLabel { text, class }
}
