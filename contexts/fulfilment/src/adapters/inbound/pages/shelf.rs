//! `/admin/stock/{sku}`: one shelf: its numbers, counting it, what comes and goes without an order, and its history.

use actix_web::{HttpResponse, web};
use chassis::web::{CsrfForm, Flash, PageError, PageFrame, Staff, page, see_other_with};
use serde::Deserialize;
use shared_kernel::format::sentence;
use shared_kernel::{Ids, Limit, Sku};

use super::messages;
use super::paths;
use super::view_models::{ShelfPage, TimeZone};
use crate::adapters::inbound::reference_to;
use crate::application::{AdjustStock, AdjustStockCommand, StockQueries};
use crate::domain::{Adjustment, AdjustmentError, AdjustmentReason};

#[derive(Deserialize)]
pub(super) struct HistoryQuery {
    before: Option<i64>,
}

#[derive(Deserialize)]
pub(super) struct AdjustForm {
    quantity: String,
    reason: String,
    #[serde(default)]
    note: String,
    /// Made with the page: a form that is sent twice has its effect once.
    key: String,
}

pub(super) async fn show(
    frame: PageFrame,
    _staff: Staff,
    path: web::Path<String>,
    query: web::Query<HistoryQuery>,
    stock: web::Data<StockQueries>,
    (zone, ids): (web::Data<TimeZone>, web::Data<dyn Ids>),
) -> Result<HttpResponse, PageError> {
    let sku = Sku::parse(&path).map_err(|_| PageError::NotFound)?;
    let shelf = stock.shelf(&sku, query.before, Limit::DEFAULT).await?.ok_or(PageError::NotFound)?;
    page(&ShelfPage::new(frame, shelf, ids.uuid().to_string(), &zone))
}

pub(super) async fn adjust(
    staff: Staff,
    path: web::Path<String>,
    form: CsrfForm<AdjustForm>,
    adjust: web::Data<AdjustStock>,
    stock: web::Data<StockQueries>,
) -> Result<HttpResponse, PageError> {
    let sku = Sku::parse(&path).map_err(|_| PageError::NotFound)?;
    if !stock.is_known(&sku).await? {
        return Err(PageError::NotFound);
    }
    let back = paths::shelf(sku.as_str());
    let form = form.into_inner();
    let adjustment = match adjustment(&form) {
        Ok(adjustment) => adjustment,
        Err(why) => return Ok(see_other_with(&back, Flash::error(why.to_string()))),
    };
    let request = Some(form.key).filter(|key| (1..=255).contains(&key.len()));
    let flash = match adjust.execute(AdjustStockCommand { sku, adjustment, by: reference_to(&staff), request }).await {
        Ok(item) => Flash::notice(messages::stock_now(&item)),
        Err(error) => Flash::error(messages::refused(error)?),
    };
    Ok(see_other_with(&back, flash))
}

/// Why a form is no adjustment.
#[derive(Debug, thiserror::Error)]
enum NoAdjustment {
    #[error("Choose a reason.")]
    NoReason,
    #[error("A quantity is a whole number, such as 20 or -3.")]
    NotANumber(#[from] std::num::ParseIntError),
    #[error("{}", sentence(.0))]
    Refused(#[from] AdjustmentError),
}

/// "3" with "Damaged" means three fewer.
fn adjustment(form: &AdjustForm) -> Result<Adjustment, NoAdjustment> {
    let reason = AdjustmentReason::parse(&form.reason).ok_or(NoAdjustment::NoReason)?;
    let quantity: i64 = form.quantity.trim().parse()?;
    let quantity = match reason {
        AdjustmentReason::Damaged | AdjustmentReason::Lost => -quantity.saturating_abs(),
        AdjustmentReason::Received
        | AdjustmentReason::CustomerReturn
        | AdjustmentReason::Found
        | AdjustmentReason::Correction => quantity,
    };
    Ok(Adjustment::new(quantity, reason, Some(&form.note))?)
}
