//! The pages: shelves and products for everybody, maintenance for staff, and the pictures they show.
//!
//! A page is a struct of finished strings; its template only places them. Adding to the cart is a form that leads to a
//! path of another context.

mod admin_archive;
mod admin_form;
mod admin_import;
mod admin_list;
mod admin_picture;
mod admin_save;
mod card;
mod listing;
mod media;
mod product;
mod refusals;

use actix_multipart::form::MultipartFormConfig;
use actix_web::web;

pub use self::card::{ProductCard, tone};
use super::api::Api;
use super::archive::MAX_ARCHIVE_BYTES;
use super::importing::MAX_FILE_BYTES;
use crate::domain::{Media, SaleRules};

/// What pages have to know of the shop.
#[derive(Clone)]
pub struct Pages {
    /// The use cases, the same ones as the API's.
    pub api: Api,
    /// Where the shop is found, without a slash at the end, for canonical links.
    pub base_url: String,
    /// IANA name of the shop's time zone.
    pub time_zone: String,
    /// In what the shop sells, and how that is taxed.
    pub rules: SaleRules,
}

impl Pages {
    /// Registers all routes. Fixed words come before handles.
    pub fn register(self, config: &mut web::ServiceConfig) {
        let Api { browse, save_product, withdraw_product, import_file, export_products, keep_media, .. } =
            self.api.clone();
        config
            .app_data(web::Data::new(self))
            .app_data(web::Data::new(browse))
            .app_data(web::Data::new(save_product))
            .app_data(web::Data::new(withdraw_product))
            .app_data(web::Data::new(import_file))
            .app_data(web::Data::new(export_products))
            .app_data(web::Data::new(keep_media))
            .service(web::resource("/products").route(web::get().to(listing::show)))
            .service(web::resource("/products/{handle}").route(web::get().to(product::show)))
            .service(web::resource("/media/{name}").route(web::get().to(media::show)))
            .service(
                web::resource("/admin/products")
                    .route(web::get().to(admin_list::show))
                    .route(web::post().to(admin_save::create)),
            )
            .service(web::resource("/admin/products/new").route(web::get().to(admin_form::blank)))
            .service(web::resource("/admin/products/export.csv").route(web::get().to(admin_list::export)))
            .service(
                web::resource("/admin/products/import")
                    .app_data(uploads(MAX_FILE_BYTES + 64 * 1024))
                    .route(web::get().to(admin_import::show))
                    .route(web::post().to(admin_import::import)),
            )
            .service(
                web::resource("/admin/products/import/pictures")
                    .app_data(uploads(MAX_ARCHIVE_BYTES + 64 * 1024))
                    .route(web::post().to(admin_archive::add)),
            )
            .service(web::resource("/admin/products/import/{run}/apply").route(web::post().to(admin_import::apply)))
            .service(web::resource("/admin/products/import/{run}/revert").route(web::post().to(admin_import::revert)))
            .service(
                web::resource("/admin/products/import/{run}/before.csv").route(web::get().to(admin_import::before)),
            )
            .service(
                web::resource("/admin/products/{handle}")
                    .route(web::get().to(admin_form::edit))
                    .route(web::post().to(admin_save::replace)),
            )
            .service(web::resource("/admin/products/{handle}/withdraw").route(web::post().to(admin_save::withdraw)))
            .service(
                web::resource("/admin/products/{handle}/pictures")
                    .app_data(uploads(Media::MAX_BYTES + 64 * 1024))
                    .route(web::post().to(admin_picture::add)),
            );
    }
}

fn uploads(most: usize) -> MultipartFormConfig {
    MultipartFormConfig::default().total_limit(most).memory_limit(most)
}
