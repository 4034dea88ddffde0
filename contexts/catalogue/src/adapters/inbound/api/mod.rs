//! The JSON API under `/api/catalogue/v1`.
//!
//! Reads are for everybody, writes for staff. A handler parses, calls one use case, renders; words and status codes of
//! refusals are chosen in `problems`.

mod files;
mod front;
mod maintain;
mod problems;
mod read;
mod response_cache;
pub mod views;

use std::sync::Arc;

use actix_web::web;
pub(super) use files::csv_answer;
pub(super) use read::category_of;
pub use response_cache::ResponseCache;
pub(super) use response_cache::has_it;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::adapters::inbound::importing::ImportFile;
use crate::application::{Browse, ExportProducts, KeepMedia, SaveProduct, WithdrawProduct};

/// The use cases that the API offers.
#[derive(Clone)]
pub struct Api {
    /// Looking around.
    pub browse: Browse,
    /// Making and replacing products.
    pub save_product: SaveProduct,
    /// Withdrawing products.
    pub withdraw_product: WithdrawProduct,
    /// Importing files.
    pub import_file: ImportFile,
    /// Exporting all products.
    pub export_products: ExportProducts,
    /// Keeping pictures.
    pub keep_media: KeepMedia,
    /// Lists that were written before; shared by all workers.
    pub rendered: Arc<ResponseCache>,
}

impl Api {
    /// Registers all routes.
    pub fn register(self, config: &mut ServiceConfig<'_>) {
        config
            .app_data(web::Data::new(self.browse))
            .app_data(web::Data::new(self.save_product))
            .app_data(web::Data::new(self.withdraw_product))
            .app_data(web::Data::new(self.import_file))
            .app_data(web::Data::new(self.export_products))
            .app_data(web::Data::new(self.keep_media))
            .app_data(web::Data::from(self.rendered))
            .service(read::list_products)
            .service(maintain::create_product)
            .service(read::show_product)
            .service(maintain::put_product)
            .service(maintain::withdraw_product)
            .service(read::list_categories)
            .service(front::list_featured)
            .service(front::list_paths)
            .service(files::import_products)
            .service(files::export_products)
            .service(files::put_media)
            .service(files::put_media_archive);
    }
}
