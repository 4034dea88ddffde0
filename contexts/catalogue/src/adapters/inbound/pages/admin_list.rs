//! `/admin/products`: all products, for staff.

use actix_web::{HttpResponse, web};
use askama::Template;
use chassis::web::{PageError, PageFrame, Staff, page};
use serde::Deserialize;
use shared_kernel::Limit;

use crate::adapters::inbound::api::csv_answer;
use crate::application::{Browse, ExportProducts};
use crate::domain::{Audience, ListedProduct, ListingCursor, ListingQuery, SearchWords};

#[derive(Deserialize)]
pub struct Query {
    q: Option<String>,
    cursor: Option<String>,
}

#[derive(Template)]
#[template(path = "catalogue/admin_products.html")]
struct AdminProductsPage {
    frame: PageFrame,
    search: String,
    products: Vec<Line>,
    continued: bool,
    next_cursor: Option<String>,
}

struct Line {
    handle: String,
    title: String,
    category: String,
    status: &'static str,
    price: String,
    variants: usize,
    in_stock: bool,
}

impl From<&ListedProduct> for Line {
    fn from(shelved: &ListedProduct) -> Self {
        let product = shelved.product();
        let details = product.details();
        Self {
            handle: product.handle().to_string(),
            title: details.title.to_string(),
            category: details.category.to_string(),
            status: details.status.name(),
            price: product.price_from().map_or_else(String::new, |(price, _)| price.to_string()),
            variants: product.variants().len(),
            in_stock: shelved.in_stock(),
        }
    }
}

pub async fn show(
    _staff: Staff,
    browse: web::Data<Browse>,
    frame: PageFrame,
    query: web::Query<Query>,
) -> Result<HttpResponse, PageError> {
    let Query { q, cursor } = query.into_inner();
    let search = q.unwrap_or_default().trim().to_owned();
    let lost = || PageError::Invalid("This page of the list does not exist.".to_owned());
    let cursor = cursor.filter(|cursor| !cursor.is_empty());
    let after = cursor.map(|cursor| ListingCursor::parse(&cursor).ok_or_else(lost)).transpose()?;
    let continued = after.is_some();
    let limit = Limit::new(50).unwrap_or(Limit::DEFAULT);
    let words = SearchWords::parse(&search);
    let found = browse.page(&ListingQuery { audience: Audience::Staff, category: None, words, after, limit }).await?;
    let products = found.items.iter().map(Line::from).collect();
    page(&AdminProductsPage { frame, search, products, continued, next_cursor: found.next_cursor.clone() })
}

/// `/admin/products/export.csv`: all of them as a file.
pub async fn export(_staff: Staff, export: web::Data<ExportProducts>) -> Result<HttpResponse, PageError> {
    Ok(csv_answer(&export).await?)
}
