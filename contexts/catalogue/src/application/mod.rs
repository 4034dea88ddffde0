//! What can be done with the catalogue, one use case per file: load, decide, commit.

pub mod browse;
pub mod decide_import;
pub mod export_products;
pub mod import_products;
pub mod import_report;
pub mod import_seen;
pub mod keep_media;
pub mod name_products;
pub mod note_stock;
pub mod revert_import;
pub mod save_product;
pub mod withdraw_product;

pub use browse::Browse;
pub use decide_import::DecideImport;
pub use export_products::ExportProducts;
pub use import_products::ImportProducts;
pub use import_report::{Changed, DraftedProduct, ImportOptions, ImportReport, Place, RepeatedSkus, RowProblem};
pub use keep_media::KeepMedia;
pub use name_products::NameProducts;
pub use note_stock::NoteStock;
pub use revert_import::{RevertImport, RevertImportError, Reverted};
pub use save_product::{SaveMode, SaveProduct, SaveProductCommand, SaveProductError, Saved};
pub use withdraw_product::{WithdrawProduct, WithdrawProductError};

/// How often a use case decides again when somebody else's change came first.
const MAX_ATTEMPTS: u32 = 3;
