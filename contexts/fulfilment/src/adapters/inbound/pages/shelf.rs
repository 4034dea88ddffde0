//! `/admin/stock/{sku}`: one shelf: its numbers, counting it, what comes and goes without an order, and its history.

use actix_web::{HttpResponse, web};
use askama::Template;
use chassis::web::{CsrfForm, Flash, PageError, PageFrame, Staff, page, see_other_with};
use serde::Deserialize;
use shared_kernel::{Ids, Limit, Sku};

use super::errors::sentence;
use super::{Zone, moment};
use crate::application::adjust_stock::{AdjustStock, AdjustStockCommand};
use crate::application::set_stock::SetStockError;
use crate::domain::{Adjustment, AdjustmentReason, Person, Reference, StockItem};
use crate::ports::{StockBook, StockChange, StockLine};

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

#[derive(Template)]
#[template(path = "fulfilment/shelf.html")]
struct ShelfPage {
    frame: PageFrame,
    path: String,
    sku: String,
    title: String,
    on_hand: i64,
    reserved: i64,
    committed: i64,
    available: i64,
    key: String,
    reasons: [(&'static str, &'static str); 6],
    changes: Vec<ChangeRow>,
    next: Option<String>,
}

struct ChangeRow {
    at: String,
    what: String,
    order: Option<String>,
    on_hand: String,
    available: String,
    by: String,
    note: String,
}

/// A shelf that nobody has filled yet is shown empty, if there is such a product.
pub(super) async fn show(
    frame: PageFrame,
    _staff: Staff,
    path: web::Path<String>,
    query: web::Query<HistoryQuery>,
    stock: web::Data<dyn StockBook>,
    (zone, ids): (web::Data<Zone>, web::Data<dyn Ids>),
) -> Result<HttpResponse, PageError> {
    let sku = Sku::parse(&path).map_err(|_| PageError::NotFound)?;
    let line = match stock.find(&sku).await? {
        Some(line) => line,
        None if stock.is_known(&sku).await? => {
            StockLine { item: StockItem::empty(sku.clone()), title: None, kind: None }
        }
        None => return Err(PageError::NotFound),
    };
    let history = stock.history(&sku, query.before, Limit::DEFAULT).await?;
    let path = shelf_path(sku.as_str());
    let item = &line.item;
    page(&ShelfPage {
        frame,
        sku: sku.to_string(),
        on_hand: item.on_hand(),
        reserved: item.reserved(),
        committed: item.committed(),
        available: item.available(),
        title: line.title.unwrap_or_default(),
        key: ids.uuid().to_string(),
        reasons: AdjustmentReason::ALL.map(|reason| (reason.name(), words(reason.name()))),
        next: history.next_cursor.map(|before| format!("{path}?before={before}")),
        changes: history.items.into_iter().map(|change| ChangeRow::of(change, &zone)).collect(),
        path,
    })
}

pub(super) async fn adjust(
    staff: Staff,
    path: web::Path<String>,
    form: CsrfForm<AdjustForm>,
    adjust: web::Data<AdjustStock>,
    stock: web::Data<dyn StockBook>,
) -> Result<HttpResponse, PageError> {
    let sku = Sku::parse(&path).map_err(|_| PageError::NotFound)?;
    if !stock.is_known(&sku).await? {
        return Err(PageError::NotFound);
    }
    let back = shelf_path(sku.as_str());
    let form = form.into_inner();
    let adjustment = match adjustment(&form) {
        Ok(adjustment) => adjustment,
        Err(problem) => return Ok(see_other_with(&back, Flash::error(problem))),
    };
    let request = Some(form.key).filter(|key| (1..=255).contains(&key.len()));
    let flash = match adjust.execute(AdjustStockCommand { sku, adjustment, by: by(&staff), request }).await {
        Ok(item) => {
            Flash::notice(format!("{}: {} on hand, {} available.", item.sku(), item.on_hand(), item.available()))
        }
        Err(SetStockError::Refused(refusal)) => Flash::error(sentence(&refusal)),
        Err(SetStockError::Store(error)) => return Err(error.into()),
    };
    Ok(see_other_with(&back, flash))
}

/// Anyone who writes "3" and chooses "Damaged" means three fewer.
fn adjustment(form: &AdjustForm) -> Result<Adjustment, String> {
    let reason = AdjustmentReason::parse(&form.reason).ok_or("Choose a reason.")?;
    let quantity: i64 = form.quantity.trim().parse().map_err(|_| "A quantity is a whole number, such as 20 or -3.")?;
    let quantity = match reason {
        AdjustmentReason::Damaged | AdjustmentReason::Lost => -quantity.saturating_abs(),
        AdjustmentReason::Received
        | AdjustmentReason::CustomerReturn
        | AdjustmentReason::Found
        | AdjustmentReason::Correction => quantity,
    };
    Adjustment::new(quantity, reason, Some(&form.note)).map_err(|error| sentence(&error))
}

pub(super) fn by(Staff(identity): &Staff) -> Reference {
    Reference::Staff(Some(Person { id: identity.customer, name: identity.first_name.clone() }))
}

/// The address of a shelf's page.
pub(super) fn shelf_path(sku: &str) -> String {
    ShelfPath { sku }.render().unwrap_or_else(|_| "/admin/stock".to_owned())
}

#[derive(Template)]
#[template(source = "/admin/stock/{{ sku|urlencode_strict }}", ext = "txt")]
struct ShelfPath<'a> {
    sku: &'a str,
}

/// The reason of a change in words; one that a newer version has written is shown as it is.
fn words(reason: &str) -> &str {
    match reason {
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

impl ChangeRow {
    fn of(change: StockChange, zone: &Zone) -> Self {
        let import = change.reference.strip_prefix("import:").map(|_| "Import".to_owned());
        Self {
            at: moment(change.at, zone),
            what: words(&change.reason).to_owned(),
            order: change.reference.strip_prefix("order:").map(str::to_owned),
            on_hand: signed(change.on_hand),
            available: signed(change.available),
            by: change.by.or(import).unwrap_or_default(),
            note: change.note.unwrap_or_default(),
        }
    }
}

fn signed(delta: i64) -> String {
    if delta == 0 { String::new() } else { format!("{delta:+}") }
}
