//! `/admin/stock` and one shelf of it.

use askama::Template;
use chassis::web::PageFrame;
use shared_kernel::Page;

use super::super::{messages, paths};
use super::TimeZone;
use crate::domain::{AdjustmentReason, Kind};
use crate::ports::{StockChange, StockLine};

#[derive(Template)]
#[template(path = "fulfilment/stock.html")]
pub(crate) struct StockPage {
    pub frame: PageFrame,
    pub search: String,
    pub after: String,
    pub lines: Vec<StockRow>,
    pub next: Option<String>,
}

pub(crate) struct StockRow {
    sku: String,
    title: String,
    digital: bool,
    unknown: bool,
    on_hand: i64,
    reserved: i64,
    committed: i64,
    available: i64,
}

impl From<StockLine> for StockRow {
    fn from(line: StockLine) -> Self {
        let item = &line.item;
        Self {
            sku: item.sku().to_string(),
            digital: line.kind == Some(Kind::Digital),
            unknown: !line.is_known(),
            on_hand: item.on_hand(),
            reserved: item.reserved(),
            committed: item.committed(),
            available: item.available(),
            title: line.title.unwrap_or_default(),
        }
    }
}

#[derive(Template)]
#[template(path = "fulfilment/shelf.html")]
pub(crate) struct ShelfPage {
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

impl ShelfPage {
    /// `key` names the adjustment that the form of this page makes.
    pub(crate) fn new(
        frame: PageFrame,
        (line, history): (StockLine, Page<StockChange>),
        key: String,
        zone: &TimeZone,
    ) -> Self {
        let item = &line.item;
        let path = paths::shelf(item.sku().as_str());
        Self {
            frame,
            sku: item.sku().to_string(),
            on_hand: item.on_hand(),
            reserved: item.reserved(),
            committed: item.committed(),
            available: item.available(),
            title: line.title.unwrap_or_default(),
            key,
            reasons: AdjustmentReason::ALL.map(|reason| (reason.name(), messages::reason(reason.name()))),
            next: history.next_cursor.map(|before| format!("{path}?before={before}")),
            changes: history.items.into_iter().map(|change| ChangeRow::new(change, zone)).collect(),
            path,
        }
    }
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

impl ChangeRow {
    fn new(change: StockChange, zone: &TimeZone) -> Self {
        let import = change.reference.strip_prefix("import:").map(|_| "Import".to_owned());
        Self {
            at: zone.moment(change.at),
            what: messages::reason(&change.reason).to_owned(),
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
