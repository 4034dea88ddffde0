//! `/admin/products`: all products, for staff.

use actix_web::{HttpResponse, web};
use chassis::web::{PageError, PageFrame, Staff, page};
use serde::Deserialize;
use shared_kernel::Limit;

use super::products::place;
use super::view_models::{AdminProductRow, AdminProductsPage};
use crate::adapters::inbound::api::csv_answer;
use crate::application::{Browse, ExportProducts};
use crate::domain::{Audience, ListingQuery, SearchWords};

#[derive(Deserialize)]
pub(super) struct Query {
    q: Option<String>,
    cursor: Option<String>,
}

pub(super) async fn show(
    _staff: Staff,
    browse: web::Data<Browse>,
    frame: PageFrame,
    query: web::Query<Query>,
) -> Result<HttpResponse, PageError> {
    let Query { q, cursor } = query.into_inner();
    let search = q.unwrap_or_default().trim().to_owned();
    let after = place(cursor)?;
    let continued = after.is_some();
    let limit = Limit::new(50).unwrap_or(Limit::DEFAULT);
    let words = SearchWords::parse(&search);
    let found = browse.page(&ListingQuery { audience: Audience::Staff, category: None, words, after, limit }).await?;
    let products = found.items.iter().map(AdminProductRow::from).collect();
    page(&AdminProductsPage { frame, search, products, continued, next_cursor: found.next_cursor.clone() })
}

/// `/admin/products/export.csv`: all of them as a file.
pub(super) async fn export(_staff: Staff, export: web::Data<ExportProducts>) -> Result<HttpResponse, PageError> {
    Ok(csv_answer(&export).await?)
}
