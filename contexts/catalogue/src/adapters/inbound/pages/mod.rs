//! The pages: public lists and products, maintenance for staff, and the pictures they show.
//!
//! A page is a struct of finished strings in [`view_models`]; its template only places them. Words for people are chosen
//! in `messages`. Adding to the cart is a form that leads to a path of another context.

mod admin_import;
mod admin_pictures;
mod admin_product;
mod admin_products;
mod media;
mod messages;
mod product;
mod products;
pub mod routes;
pub mod view_models;

use crate::domain::SaleRules;

/// What pages have to know of the shop.
#[derive(Clone)]
pub struct PageSettings {
    /// Where the shop is found, without a slash at the end, for canonical links.
    pub base_url: String,
    /// IANA name of the shop's time zone.
    pub time_zone: String,
    /// In what the shop sells, and how that is taxed.
    pub rules: SaleRules,
}
