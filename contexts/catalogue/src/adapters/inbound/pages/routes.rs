//! Which path leads to which page, and the use cases that pages are given.

use std::sync::Arc;

use actix_multipart::form::MultipartFormConfig;
use actix_web::web::{self, Data, ServiceConfig};

use super::{PageSettings, admin_import, admin_pictures, admin_product, admin_products, media, product, products};
use crate::adapters::inbound::import::ImportFile;
use crate::adapters::inbound::import::import_file::MAX_FILE_BYTES;
use crate::adapters::inbound::import::picture_archive::MAX_ARCHIVE_BYTES;
use crate::adapters::inbound::share;
use crate::application::UseCases;
use crate::domain::Media;

/// Registers all routes. Fixed words come before handles.
pub fn configure(
    config: &mut ServiceConfig,
    use_cases: &UseCases,
    import_file: &Arc<ImportFile>,
    settings: &PageSettings,
) {
    share(config, use_cases).app_data(Data::from(Arc::clone(import_file))).app_data(Data::new(settings.clone()));
    shop(config);
    imports(config);
    maintenance(config);
}

fn shop(config: &mut ServiceConfig) {
    config
        .service(web::resource("/products").route(web::get().to(products::show)))
        .service(web::resource("/products/{handle}").route(web::get().to(product::show)))
        .service(web::resource("/media/{name}").route(web::get().to(media::show)));
}

fn imports(config: &mut ServiceConfig) {
    config
        .service(
            web::resource("/admin/products/import")
                .app_data(uploads(MAX_FILE_BYTES + 64 * 1024))
                .route(web::get().to(admin_import::show))
                .route(web::post().to(admin_import::import)),
        )
        .service(
            web::resource("/admin/products/import/pictures")
                .app_data(uploads(MAX_ARCHIVE_BYTES + 64 * 1024))
                .route(web::post().to(admin_pictures::add_archive)),
        )
        .service(web::resource("/admin/products/import/{run}/apply").route(web::post().to(admin_import::apply)))
        .service(web::resource("/admin/products/import/{run}/revert").route(web::post().to(admin_import::revert)))
        .service(web::resource("/admin/products/import/{run}/before.csv").route(web::get().to(admin_import::before)));
}

fn maintenance(config: &mut ServiceConfig) {
    config
        .service(
            web::resource("/admin/products")
                .route(web::get().to(admin_products::show))
                .route(web::post().to(admin_product::create)),
        )
        .service(web::resource("/admin/products/new").route(web::get().to(admin_product::blank)))
        .service(web::resource("/admin/products/export.csv").route(web::get().to(admin_products::export)))
        .service(
            web::resource("/admin/products/{handle}")
                .route(web::get().to(admin_product::edit))
                .route(web::post().to(admin_product::replace)),
        )
        .service(web::resource("/admin/products/{handle}/withdraw").route(web::post().to(admin_product::withdraw)))
        .service(
            web::resource("/admin/products/{handle}/pictures")
                .app_data(uploads(Media::MAX_BYTES + 64 * 1024))
                .route(web::post().to(admin_pictures::add)),
        );
}

fn uploads(max_bytes: usize) -> MultipartFormConfig {
    MultipartFormConfig::default().total_limit(max_bytes).memory_limit(max_bytes)
}
