//! `/admin/shipping-orders/{id}`: what is in it, where it goes, and the form that says it has left.

use std::collections::BTreeSet;

use actix_web::{HttpResponse, web};
use askama::Template;
use chassis::web::{ConfirmedStaff, CsrfForm, Flash, PageError, PageFrame, Staff, page, see_other_with};
use serde::Deserialize;
use shared_kernel::{OrderId, Sku};

use super::{Zone, errors, item_status, moment, refunded_words, status};
use crate::application::close_shipping_order::CloseShippingOrder;
use crate::application::dispatch_items::{DispatchItems, DispatchItemsCommand};
use crate::domain::{Consignment, Item, ItemState, Kind, NotSentReason, ShippingOrder, ShippingState};
use crate::ports::{RefundBook, WorkList};

#[derive(Template)]
#[template(path = "fulfilment/shipping_order.html")]
struct ShippingOrderPage {
    frame: PageFrame,
    id: String,
    path: String,
    number: String,
    created: String,
    status: &'static str,
    badge: &'static str,
    /// What of its money went back.
    refunded: Option<&'static str>,
    email: String,
    label: Vec<String>,
    items: Vec<ItemRow>,
    can_dispatch: bool,
    can_close: bool,
    has_left: bool,
    reasons: [NotSentReason; NotSentReason::ALL.len()],
    missing_files: Vec<ItemRow>,
}

#[derive(Clone)]
struct ItemRow {
    sku: String,
    title: String,
    kind: &'static str,
    quantity: i64,
    status: &'static str,
    badge: &'static str,
    sent: Option<String>,
    can_be_packed: bool,
}

pub(super) async fn show(
    frame: PageFrame,
    _staff: Staff,
    id: web::Path<String>,
    (work_list, refunds): (web::Data<dyn WorkList>, web::Data<dyn RefundBook>),
    zone: web::Data<Zone>,
) -> Result<HttpResponse, PageError> {
    let order = work_list.find(order_id(&id)?).await?.ok_or(PageError::NotFound)?;
    let refunded = refunds.of(vec![order.order()]).await?.remove(&order.order());
    page(&ShippingOrderPage { refunded: refunded.map(refunded_words), ..ShippingOrderPage::of(frame, &order, &zone) })
}

/// The form's fields: `carrier`, `tracking`, and `item` once for each SKU that is in the parcel.
pub(super) async fn dispatch(
    _staff: Staff,
    id: web::Path<String>,
    form: CsrfForm<Vec<(String, String)>>,
    dispatch: web::Data<DispatchItems>,
) -> Result<HttpResponse, PageError> {
    let order = order_id(&id)?;
    let path = path(order);
    let command = match command(order, &form.into_inner()) {
        Ok(command) => command,
        Err(problem) => return Ok(see_other_with(&path, Flash::error(problem))),
    };
    let flash = match dispatch.execute(command).await {
        Ok(shipped) if shipped.state() == ShippingState::Pending => {
            Flash::notice("Dispatched. Some items are still pending.")
        }
        Ok(_) => Flash::notice("Dispatched. Nothing is left to be sent."),
        Err(error) => Flash::error(errors::dispatch(error)?),
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
    let path = path(order);
    let Some(reason) = NotSentReason::parse(&form.into_inner().reason) else {
        return Ok(see_other_with(&path, Flash::error("Choose a reason.")));
    };
    let flash = match close.execute(order, reason).await {
        Ok(closed) if closed.is_partly_sent() => Flash::notice("Closed. The rest is not sent, and can be sold again."),
        Ok(_) => Flash::notice("Closed. Nothing of this order is sent, and the order is cancelled."),
        Err(error) => Flash::error(errors::close(error)?),
    };
    Ok(see_other_with(&path, flash))
}

fn command(order: OrderId, fields: &[(String, String)]) -> Result<DispatchItemsCommand, String> {
    let value = |wanted: &str| fields.iter().find(|(name, _)| name == wanted).map_or("", |(_, value)| value);
    let consignment =
        Consignment::parse(value("carrier"), Some(value("tracking"))).map_err(|error| errors::sentence(&error))?;
    let chosen = fields.iter().filter(|(name, _)| name == "item").map(|(_, sku)| Sku::parse(sku));
    let skus = chosen.collect::<Result<BTreeSet<Sku>, _>>().map_err(|error| errors::sentence(&error))?;
    if skus.is_empty() {
        return Err("Choose at least one item.".to_owned());
    }
    Ok(DispatchItemsCommand { order, skus: Some(skus), consignment })
}

pub(super) fn order_id(text: &str) -> Result<OrderId, PageError> {
    OrderId::parse(text).map_err(|_| PageError::NotFound)
}

pub(super) fn path(order: OrderId) -> String {
    format!("/admin/shipping-orders/{order}")
}

impl ShippingOrderPage {
    fn of(frame: PageFrame, order: &ShippingOrder, zone: &Zone) -> Self {
        let (status, badge) = status(order.state());
        let open = order.state() == ShippingState::Pending;
        let items: Vec<ItemRow> = order.items().iter().map(|item| ItemRow::of(item, open, zone)).collect();
        let waits = |item: &&Item| open && item.state == ItemState::WaitingForFile;
        Self {
            frame,
            id: order.order().to_string(),
            path: path(order.order()),
            number: order.number().to_owned(),
            created: moment(order.created_at(), zone),
            status,
            badge,
            refunded: None,
            email: order.email().to_owned(),
            label: order.address().map(shared_kernel::Address::label).unwrap_or_default(),
            can_dispatch: order.can_be_dispatched(),
            can_close: open,
            has_left: order.items().iter().any(Item::has_left),
            reasons: NotSentReason::ALL,
            missing_files: order.items().iter().filter(waits).map(|item| ItemRow::of(item, open, zone)).collect(),
            items,
        }
    }
}

impl ItemRow {
    fn of(item: &Item, open: bool, zone: &Zone) -> Self {
        let (status, badge) = item_status(&item.state);
        let sent = match &item.state {
            ItemState::Processed { at, consignment: Some(with) } => {
                let tracking = with.tracking().map(|tracking| format!(", {tracking}")).unwrap_or_default();
                Some(format!("{} by {}{tracking}", moment(*at, zone), with.carrier()))
            }
            ItemState::Processed { at, consignment: None } => Some(format!("{} by e-mail", moment(*at, zone))),
            ItemState::NotSent { at, reason } => Some(format!("{}, {}", moment(*at, zone), reason.words())),
            ItemState::Pending | ItemState::WaitingForFile => None,
        };
        Self {
            sku: item.sku.to_string(),
            title: item.title.clone(),
            kind: match item.kind {
                Kind::Physical => "Parcel",
                Kind::Digital => "E-mail",
            },
            quantity: item.units.get(),
            status,
            badge,
            sent,
            can_be_packed: open && item.kind == Kind::Physical && item.is_pending(),
        }
    }
}
