//! What is asked of the catalogue.

pub mod browse;
pub mod export_products;

pub use browse::Browse;
pub use export_products::ExportProducts;
