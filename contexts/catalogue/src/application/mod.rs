//! What can be done with the catalogue, one use case per file: load, decide, commit.

pub mod browse;
pub mod export_products;
pub mod import_products;
pub mod keep_media;
pub mod note_stock;
pub mod save_product;
pub mod withdraw_product;

pub use browse::Browse;
pub use export_products::ExportProducts;
pub use import_products::{DraftedProduct, ImportOptions, ImportProducts, ImportReport, RowProblem};
pub use keep_media::KeepMedia;
pub use note_stock::NoteStock;
pub use save_product::{SaveMode, SaveProduct, SaveProductCommand, SaveProductError, Saved};
pub use withdraw_product::{WithdrawProduct, WithdrawProductError};

/// How often a use case decides again when somebody else's change came first.
const ATTEMPTS: u32 = 3;
