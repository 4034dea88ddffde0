//! What pages show, as finished strings: the structs of the templates and their rows.

mod import;
mod product;
mod product_card;
mod product_form;
mod product_list;

pub use import::{ImportPage, ImportRow};
pub use product::ProductPage;
pub use product_card::ProductCard;
pub use product_form::{AdminProductPage, ProductForm};
pub use product_list::{AdminProductRow, AdminProductsPage, CategoryLink, ProductsPage};
