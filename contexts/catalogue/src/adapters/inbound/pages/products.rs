//! `/products`: all products, a category of them, or what a search finds.

use actix_web::{HttpResponse, web};
use chassis::web::{PageError, PageFrame, page};
use serde::Deserialize;
use shared_kernel::Limit;

use super::PageSettings;
use super::messages::no_such_page;
use super::view_models::{CategoryLink, ProductCard, ProductsPage};
use crate::adapters::inbound::api::category_of;
use crate::application::Browse;
use crate::domain::{Audience, Category, CategoryCount, ListingCursor, ListingQuery, SearchWords};

#[derive(Deserialize)]
pub(super) struct Query {
    category: Option<String>,
    q: Option<String>,
    cursor: Option<String>,
}

pub(super) async fn show(
    browse: web::Data<Browse>,
    settings: web::Data<PageSettings>,
    frame: PageFrame,
    query: web::Query<Query>,
) -> Result<HttpResponse, PageError> {
    let Query { category, q, cursor } = query.into_inner();
    let (category, search) = (category_of(category.as_deref()), q.unwrap_or_default().trim().to_owned());
    let (after, words) = (place(cursor)?, SearchWords::parse(&search));
    let wanted = ListingQuery { audience: Audience::Shoppers, category, words, after, limit: Limit::DEFAULT };
    let (found, categories) = (browse.page(&wanted).await?, browse.categories().await?);
    let chosen = match &wanted.category {
        Some(asked) => Some(find_category(&categories, asked).ok_or(PageError::NotFound)?),
        None => None,
    };
    page(&ProductsPage {
        frame,
        heading: heading(&search, chosen),
        categories: categories.iter().map(|count| CategoryLink::new(count, chosen)).collect(),
        products: found.items.iter().map(ProductCard::from).collect(),
        canonical: format!("{}{}", settings.base_url, path(chosen)),
        search,
        category: chosen.map(|count| count.slug.clone()).unwrap_or_default(),
        continued: wanted.after.is_some(),
        next_cursor: found.next_cursor.clone(),
    })
}

/// The place in the list after which the page begins; `None` for the first page.
pub(super) fn place(cursor: Option<String>) -> Result<Option<ListingCursor>, PageError> {
    let cursor = cursor.filter(|cursor| !cursor.is_empty());
    cursor.map(|cursor| ListingCursor::parse(&cursor).ok_or_else(no_such_page)).transpose()
}

/// The category that is asked for by slug, by name, or by the slug that it had in an earlier version.
fn find_category<'a>(categories: &'a [CategoryCount], asked: &str) -> Option<&'a CategoryCount> {
    let names: Vec<Category> = categories.iter().map(|count| Category::restore(count.name.clone())).collect();
    let slug = Category::meant_by(asked, &names).first()?.slug();
    categories.iter().find(|count| count.slug == slug)
}

fn path(chosen: Option<&CategoryCount>) -> String {
    chosen.map_or_else(|| "/products".to_owned(), |count| format!("/products?category={}", count.slug))
}

fn heading(search: &str, chosen: Option<&CategoryCount>) -> String {
    if search.is_empty() {
        return chosen.map_or_else(|| "All products".to_owned(), |count| count.name.clone());
    }
    format!("Results for “{search}”")
}
