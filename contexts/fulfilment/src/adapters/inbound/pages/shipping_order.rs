//! `/admin/shipping-orders/{id}`: what is in it, where it goes, and the form that says it has left.

use std::collections::BTreeSet;

use actix_web::{HttpResponse, web};
use chassis::web::{ConfirmedStaff, CsrfForm, Flash, PageError, PageFrame, Staff, page, see_other_with};
use serde::Deserialize;
use shared_kernel::format::sentence;
use shared_kernel::{OrderId, Sku, SkuError};

use super::messages;
use super::paths;
use super::view_models::{ShippingOrderPage, TimeZone};
use crate::application::{CloseShippingOrder, DispatchItems, DispatchItemsCommand, ShippingOrderQueries};
use crate::domain::{Consignment, ConsignmentError, NotSentReason};

pub(super) async fn show(
    frame: PageFrame,
    _staff: Staff,
    id: web::Path<String>,
    orders: web::Data<ShippingOrderQueries>,
    zone: web::Data<TimeZone>,
) -> Result<HttpResponse, PageError> {
    let order = orders.find(order_id(&id)?).await?.ok_or(PageError::NotFound)?;
    page(&ShippingOrderPage::new(frame, &order, &zone))
}

/// The form's fields: `carrier`, `tracking`, and `item` once for each SKU that is in the parcel.
pub(super) async fn dispatch(
    _staff: Staff,
    id: web::Path<String>,
    form: CsrfForm<Vec<(String, String)>>,
    dispatch: web::Data<DispatchItems>,
) -> Result<HttpResponse, PageError> {
    let order = order_id(&id)?;
    let path = paths::shipping_order(order);
    let command = match parse_form(order, &form.into_inner()) {
        Ok(command) => command,
        Err(why) => return Ok(see_other_with(&path, Flash::error(why.to_string()))),
    };
    let flash = match dispatch.execute(command).await {
        Ok(order) => messages::dispatched(&order),
        Err(error) => Flash::error(messages::refused(error)?),
    };
    Ok(see_other_with(&path, flash))
}

/// The form that closes the order without the rest.
#[derive(Deserialize)]
pub(super) struct CloseForm {
    reason: String,
}

pub(super) async fn close(
    _staff: ConfirmedStaff,
    id: web::Path<String>,
    form: CsrfForm<CloseForm>,
    close: web::Data<CloseShippingOrder>,
) -> Result<HttpResponse, PageError> {
    let order = order_id(&id)?;
    let path = paths::shipping_order(order);
    let Some(reason) = NotSentReason::parse(&form.into_inner().reason) else {
        return Ok(see_other_with(&path, Flash::error("Choose a reason.")));
    };
    let flash = match close.execute(order, reason).await {
        Ok(order) => messages::closed(&order),
        Err(error) => Flash::error(messages::refused(error)?),
    };
    Ok(see_other_with(&path, flash))
}

/// Why a form sends nothing.
#[derive(Debug, thiserror::Error)]
enum NothingToSend {
    #[error("{}", sentence(.0))]
    Consignment(#[from] ConsignmentError),
    #[error("{}", sentence(.0))]
    Sku(#[from] SkuError),
    #[error("Choose at least one item.")]
    NoItem,
}

fn parse_form(order: OrderId, fields: &[(String, String)]) -> Result<DispatchItemsCommand, NothingToSend> {
    let value = |wanted: &str| fields.iter().find(|(name, _)| name == wanted).map_or("", |(_, value)| value);
    let consignment = Consignment::parse(value("carrier"), Some(value("tracking")))?;
    let chosen = fields.iter().filter(|(name, _)| name == "item").map(|(_, sku)| Sku::parse(sku));
    let skus = chosen.collect::<Result<BTreeSet<Sku>, _>>()?;
    if skus.is_empty() {
        return Err(NothingToSend::NoItem);
    }
    Ok(DispatchItemsCommand { order, skus: Some(skus), consignment })
}

pub(super) fn order_id(text: &str) -> Result<OrderId, PageError> {
    OrderId::parse(text).map_err(|_| PageError::NotFound)
}
