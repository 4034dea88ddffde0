//! What changes the catalogue.

pub mod add_picture;
pub mod import_products;
pub mod keep_picture;
pub mod revert_import;
pub mod save_product;
pub mod withdraw_product;

pub use add_picture::{AddPicture, AddPictureCommand, AddPictureError};
pub use import_products::ImportProducts;
pub use keep_picture::{KeepPicture, KeepPictureError};
pub use revert_import::{RevertImport, RevertImportError, Reverted};
pub use save_product::{SaveMode, SaveProduct, SaveProductCommand, SaveProductError, Saved};
pub use withdraw_product::{WithdrawProduct, WithdrawProductError};
