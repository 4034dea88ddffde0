//! Which path leads to which handler, and the use cases that handlers are given.

use std::sync::Arc;

use actix_web::web::Data;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{ResponseCache, categories, exports, featured, imports, media, paths, products};
use crate::adapters::inbound::import::ImportFile;
use crate::adapters::inbound::share;
use crate::application::UseCases;

/// Registers all routes. Fixed words come before handles.
pub fn configure(
    config: &mut ServiceConfig<'_>,
    use_cases: &UseCases,
    import_file: &Arc<ImportFile>,
    response_cache: &Arc<ResponseCache>,
) {
    config
        .map(|config| share(config, use_cases))
        .app_data(Data::from(Arc::clone(import_file)))
        .app_data(Data::from(Arc::clone(response_cache)))
        .service(products::list_products)
        .service(products::create_product)
        .service(products::show_product)
        .service(products::put_product)
        .service(products::withdraw_product)
        .service(categories::list_categories)
        .service(featured::list_featured)
        .service(paths::list_paths)
        .service(imports::import_products)
        .service(exports::export_products)
        .service(media::put_media)
        .service(media::put_media_archive);
}
