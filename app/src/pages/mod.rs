//! Pages that join contexts: the home page, the back office's first page, dead letters, outgoing mail.
//!
//! They read over the small [`Peers`] port, so that a page need not know whether a context lives in this process.

mod about;
mod dashboard;
mod errors;
mod home;
mod mail;
mod peers;
mod robots;

use std::path::PathBuf;
use std::sync::Arc;

use actix_web::web;
pub use peers::{InProcess, Peers};

use crate::shop::Shop;

/// What pages have to know of the shop.
#[derive(Clone)]
pub struct PageSettings {
    base_url: String,
    /// The folder that mail goes to, unless it really goes out.
    mail_folder: Option<PathBuf>,
}

/// Registers the pages.
pub fn routes(shop: &Arc<Shop>) -> impl FnOnce(&mut web::ServiceConfig) + Clone + use<> {
    let peers: Arc<dyn Peers> = Arc::new(InProcess::new(Arc::clone(shop)));
    let mail_folder = shop.settings.smtp_url.is_none().then(|| shop.mail_folder());
    let settings = PageSettings { base_url: shop.settings.base_url.clone(), mail_folder };
    let letters = shop.dead_letters.clone();
    move |config| {
        config
            .app_data(web::Data::from(peers))
            .app_data(web::Data::new(settings))
            .app_data(web::Data::new(letters))
            .route("/", web::get().to(home::show))
            .route("/about", web::get().to(about::show))
            .route("/robots.txt", web::get().to(robots::robots))
            .route("/sitemap.xml", web::get().to(robots::sitemap))
            .route("/admin", web::get().to(dashboard::show))
            .route("/admin/errors", web::get().to(errors::show))
            .route("/admin/errors/{id}/retry", web::post().to(errors::retry))
            .route("/admin/errors/{id}/discard", web::post().to(errors::discard))
            .route("/admin/mail", web::get().to(mail::list))
            .route("/admin/mail/{name}", web::get().to(mail::show));
    }
}
