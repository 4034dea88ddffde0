//! Lists of products, for shoppers and for staff.

use askama::Template;
use chassis::web::PageFrame;

use super::ProductCard;
use crate::domain::{CategoryCount, ListedProduct};

#[derive(Template)]
#[template(path = "catalogue/products.html")]
pub struct ProductsPage {
    pub frame: PageFrame,
    pub heading: String,
    pub search: String,
    pub category: String,
    pub categories: Vec<CategoryLink>,
    pub products: Vec<ProductCard>,
    pub canonical: String,
    pub continued: bool,
    pub next_cursor: Option<String>,
}

pub struct CategoryLink {
    slug: String,
    name: String,
    products: u64,
    current: bool,
}

impl CategoryLink {
    pub fn new(count: &CategoryCount, chosen: Option<&CategoryCount>) -> Self {
        let current = chosen.is_some_and(|chosen| chosen.slug == count.slug);
        Self { slug: count.slug.clone(), name: count.name.clone(), products: count.products, current }
    }
}

#[derive(Template)]
#[template(path = "catalogue/admin_products.html")]
pub struct AdminProductsPage {
    pub frame: PageFrame,
    pub search: String,
    pub products: Vec<AdminProductRow>,
    pub continued: bool,
    pub next_cursor: Option<String>,
}

pub struct AdminProductRow {
    handle: String,
    title: String,
    category: String,
    status: &'static str,
    price: String,
    variants: usize,
    in_stock: bool,
}

impl From<&ListedProduct> for AdminProductRow {
    fn from(listed: &ListedProduct) -> Self {
        let product = listed.product();
        let details = product.details();
        Self {
            handle: product.handle().to_string(),
            title: details.title.to_string(),
            category: details.category.to_string(),
            status: details.status.name(),
            price: product.price_from().map_or_else(String::new, |(price, _)| price.to_string()),
            variants: product.variants().len(),
            in_stock: listed.in_stock(),
        }
    }
}
