//! `/products`: the shelves.

use actix_web::{HttpResponse, web};
use askama::Template;
use chassis::web::{PageError, PageFrame, page};
use serde::Deserialize;
use shared_kernel::Limit;

use super::{Pages, ProductCard};
use crate::adapters::inbound::api::category_of;
use crate::application::Browse;
use crate::domain::{Audience, Category, CategoryCount, ListingCursor, ListingQuery, SearchWords};

#[derive(Deserialize)]
pub struct Query {
    category: Option<String>,
    q: Option<String>,
    cursor: Option<String>,
}

#[derive(Template)]
#[template(path = "catalogue/products.html")]
struct ProductsPage {
    frame: PageFrame,
    heading: String,
    search: String,
    category: String,
    categories: Vec<CategoryLink>,
    products: Vec<ProductCard>,
    canonical: String,
    continued: bool,
    next_cursor: Option<String>,
}

struct CategoryLink {
    slug: String,
    name: String,
    products: u64,
    current: bool,
}

pub async fn show(
    browse: web::Data<Browse>,
    pages: web::Data<Pages>,
    frame: PageFrame,
    query: web::Query<Query>,
) -> Result<HttpResponse, PageError> {
    let Query { category, q, cursor } = query.into_inner();
    let category = category_of(category.as_deref());
    let search = q.unwrap_or_default().trim().to_owned();
    let cursor = cursor.filter(|cursor| !cursor.is_empty());
    let lost = || PageError::Invalid("This page of the list does not exist.".to_owned());
    let after = cursor.map(|cursor| ListingCursor::parse(&cursor).ok_or_else(lost)).transpose()?;
    let continued = after.is_some();
    let words = SearchWords::parse(&search);
    let wanted =
        ListingQuery { audience: Audience::Shoppers, category: category.clone(), words, after, limit: Limit::DEFAULT };
    let (found, categories) = (browse.page(&wanted).await?, browse.categories().await?);
    let chosen = category.as_deref().and_then(|asked| find_category(&categories, asked));
    if category.is_some() && chosen.is_none() {
        return Err(PageError::NotFound);
    }
    let category = chosen.map(|count| count.slug.clone());
    let path = chosen.map_or_else(|| "/products".to_owned(), |count| format!("/products?category={}", count.slug));
    page(&ProductsPage {
        frame,
        heading: heading(&search, chosen),
        categories: categories.iter().map(|count| link(count, category.as_deref())).collect(),
        products: found.items.iter().map(ProductCard::from).collect(),
        canonical: format!("{}{path}", pages.base_url),
        search,
        category: category.unwrap_or_default(),
        continued,
        next_cursor: found.next_cursor.clone(),
    })
}

/// The category that is asked for by slug, by name, or by the slug that it had in an earlier version.
fn find_category<'a>(categories: &'a [CategoryCount], asked: &str) -> Option<&'a CategoryCount> {
    let names: Vec<Category> = categories.iter().map(|count| Category::restore(count.name.clone())).collect();
    let slug = Category::meant_by(asked, &names).first()?.slug();
    categories.iter().find(|count| count.slug == slug)
}

fn heading(search: &str, chosen: Option<&CategoryCount>) -> String {
    if search.is_empty() {
        return chosen.map_or_else(|| "All products".to_owned(), |count| count.name.clone());
    }
    format!("Results for “{search}”")
}

fn link(count: &CategoryCount, category: Option<&str>) -> CategoryLink {
    let current = category == Some(count.slug.as_str());
    CategoryLink { slug: count.slug.clone(), name: count.name.clone(), products: count.products, current }
}
