//! Pages that join contexts: the home page, the back office's first page, dead letters, outgoing mail, how facts flow.
//!
//! They ask the contexts through [`Peers`], so that a page need not know whether a context lives in this process.

mod about;
mod dashboard;
mod errors;
mod home;
mod mail;
mod robots;
mod security;
mod topology;
mod topology_drawing;

use std::path::PathBuf;

use actix_web::web;

use crate::config::settings::Settings;
use crate::peers::Peers;

/// What pages have to know of the shop.
#[derive(Clone)]
pub struct PageSettings {
    base_url: String,
    /// IANA name of the shop's time zone.
    time_zone: String,
    /// The folder that mail goes to, unless it really goes out.
    mail_folder: Option<PathBuf>,
}

/// Registers the pages.
pub fn routes(settings: &Settings, peers: Peers) -> impl FnOnce(&mut web::ServiceConfig) + use<> {
    let mail_folder = settings.mail.smtp.is_none().then(|| settings.mail.dir.clone());
    let settings = PageSettings {
        base_url: settings.site.base_url.clone(),
        time_zone: settings.site.time_zone.clone(),
        mail_folder,
    };
    move |config| {
        config
            .app_data(web::Data::new(peers))
            .app_data(web::Data::new(settings))
            .route("/", web::get().to(home::show))
            .route("/about", web::get().to(about::show))
            .route("/robots.txt", web::get().to(robots::robots))
            .route("/sitemap.xml", web::get().to(robots::sitemap))
            .route("/sitemap/{number:[0-9]{1,6}}.xml", web::get().to(robots::sitemap_file))
            .route("/admin", web::get().to(dashboard::show))
            .route("/admin/security", web::get().to(security::show))
            .route("/admin/topology", web::get().to(topology::show))
            .route("/admin/errors", web::get().to(errors::show))
            .route("/admin/errors/{id}/retry", web::post().to(errors::retry))
            .route("/admin/errors/{id}/discard", web::post().to(errors::discard))
            .route("/admin/mail", web::get().to(mail::list))
            .route("/admin/mail/{name}", web::get().to(mail::show));
    }
}
