//! What is asked of the catalogue.

pub mod audit_catalogue;
pub mod browse;
pub mod export_products;

pub use audit_catalogue::AuditCatalogue;
pub use browse::Browse;
pub use export_products::ExportProducts;
