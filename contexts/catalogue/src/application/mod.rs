//! What can be done with the catalogue: one use case per file in [`commands`] and [`queries`], and beside them what an
//! import needs.
//!
//! A command loads, lets the domain decide, and commits. Importing: [`import_report`] is what it is given and answers,
//! [`name_products`] finds out which product a file means, [`decide_import`] what becomes of it, and [`import_seen`]
//! remembers what the file has named so far. [`UseCases`] puts all of it together once.

pub mod commands;
pub mod decide_import;
pub mod import_report;
pub mod import_seen;
pub mod name_products;
pub mod queries;
mod use_cases;

pub use commands::{
    AddPicture, AddPictureCommand, AddPictureError, ImportProducts, KeepPicture, KeepPictureError, RevertImport,
    RevertImportError, Reverted, SaveMode, SaveProduct, SaveProductCommand, SaveProductError, Saved, WithdrawProduct,
    WithdrawProductError,
};
pub use decide_import::DecideImport;
pub use import_report::{Changed, DraftedProduct, ImportOptions, ImportReport, Place, RepeatedSkus, RowProblem};
pub use name_products::NameProducts;
pub use queries::{Browse, ExportProducts};
pub use use_cases::{Ports, UseCases};

/// How often a use case decides, in all, when other changes come first.
const MAX_ATTEMPTS: u32 = 3;
