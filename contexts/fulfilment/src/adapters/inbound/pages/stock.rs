//! `/admin/stock`: the shelves, and counting them.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use chassis::web::{CsrfForm, Flash, PageError, PageFrame, Staff, page_with, see_other_with};
use serde::Deserialize;
use shared_kernel::{Limit, Sku};

use super::errors::sentence;
use crate::application::set_stock::{SetStock, SetStockError};
use crate::domain::{Count, Kind};
use crate::ports::{StockBook, StockLine, StockQuery};

#[derive(Deserialize)]
pub(super) struct ListQuery {
    #[serde(default)]
    q: String,
    after: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct CountForm {
    sku: String,
    on_hand: String,
    /// What was searched for, so that the same list comes back.
    #[serde(default)]
    q: String,
}

#[derive(Template)]
#[template(path = "fulfilment/stock.html")]
struct StockPage {
    frame: PageFrame,
    search: String,
    lines: Vec<LineRow>,
    next: Option<Next>,
}

struct Next {
    search: String,
    after: String,
}

struct LineRow {
    sku: String,
    title: String,
    digital: bool,
    on_hand: i64,
    reserved: i64,
    available: i64,
}

pub(super) async fn show(
    frame: PageFrame,
    _staff: Staff,
    query: web::Query<ListQuery>,
    stock: web::Data<dyn StockBook>,
) -> Result<HttpResponse, PageError> {
    let ListQuery { q, after } = query.into_inner();
    let text: String = q.chars().take(100).collect();
    let found = stock.list(StockQuery { text: text.clone(), after }, Limit::DEFAULT).await?;
    let next = found.next_cursor.map(|after| Next { search: text.clone(), after });
    let lines = found.items.into_iter().map(LineRow::from).collect();
    page_with(StatusCode::OK, &StockPage { frame, search: text, lines, next })
}

pub(super) async fn count(
    _staff: Staff,
    form: CsrfForm<CountForm>,
    set_stock: web::Data<SetStock>,
) -> Result<HttpResponse, PageError> {
    let CountForm { sku, on_hand, q } = form.into_inner();
    let back = back_to(&q);
    let sku = match Sku::parse(sku.trim()) {
        Ok(sku) => sku,
        Err(error) => return Ok(see_other_with(&back, Flash::error(sentence(&error)))),
    };
    let Some(count) = Count::parse(on_hand.trim()) else {
        return Ok(see_other_with(&back, Flash::error("A count is a whole number from 0 to 1000000000.")));
    };
    let flash = match set_stock.execute(sku, count).await {
        Ok(item) => {
            Flash::notice(format!("{}: {} on hand, {} available.", item.sku(), item.on_hand(), item.available()))
        }
        Err(SetStockError::Refused(refusal)) => Flash::error(sentence(&refusal)),
        Err(SetStockError::Store(error)) => return Err(error.into()),
    };
    Ok(see_other_with(&back, flash))
}

fn back_to(search: &str) -> String {
    let search: String = search.chars().take(100).collect();
    let page = BackToStock { search: &search };
    page.render().unwrap_or_else(|_| "/admin/stock".to_owned())
}

/// An address is text with rules, too: the template engine knows how to quote a query.
#[derive(Template)]
#[template(source = "/admin/stock{% if !search.is_empty() %}?q={{ search|urlencode_strict }}{% endif %}", ext = "txt")]
struct BackToStock<'a> {
    search: &'a str,
}

impl From<StockLine> for LineRow {
    fn from(line: StockLine) -> Self {
        let item = line.item;
        let (on_hand, reserved, available) = (item.on_hand(), item.reserved(), item.available());
        let title = line.title.unwrap_or_default();
        Self {
            sku: item.sku().to_string(),
            title,
            digital: line.kind == Some(Kind::Digital),
            on_hand,
            reserved,
            available,
        }
    }
}
