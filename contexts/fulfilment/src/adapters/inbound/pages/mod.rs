//! Pages for staff: the work list, one shipping order, the shelves, one shelf, the files; and the one page that a buyer meets, the download.
//!
//! A page is a struct of finished strings; the templates only place them. `errors` chooses the words of refusals.

mod downloads;
mod errors;
mod files;
mod shelf;
mod shipping_order;
mod stock;
mod work_list;

use std::sync::Arc;

use actix_web::web::{self, ServiceConfig};
use shared_kernel::{Clock, Ids, Timestamp};

use crate::application::adjust_stock::AdjustStock;
use crate::application::close_shipping_order::CloseShippingOrder;
use crate::application::dispatch_items::DispatchItems;
use crate::application::put_digital_file::PutDigitalFile;
use crate::application::set_stock::SetStock;
use crate::domain::{ItemState, Refunded, ShippingState};
use crate::ports::{DigitalFiles, RefundBook, StockBook, WorkList};

/// What the pages need.
#[derive(Clone)]
pub struct Pages {
    /// Looks at the shelves.
    pub stock: Arc<dyn StockBook>,
    /// Looks at what there is to send.
    pub work_list: Arc<dyn WorkList>,
    /// Knows what went back of orders' money.
    pub refunds: Arc<dyn RefundBook>,
    /// Counts.
    pub set_stock: SetStock,
    /// Adds and takes off.
    pub adjust_stock: AdjustStock,
    pub dispatch: DispatchItems,
    /// Closes what is not sent any more.
    pub close: CloseShippingOrder,
    /// Uploads.
    pub put_file: PutDigitalFile,
    /// Serves downloads.
    pub files: Arc<dyn DigitalFiles>,
    /// The present, for the validity of links.
    pub clock: Arc<dyn Clock>,
    /// Names what a form does, so that it is not done twice.
    pub ids: Arc<dyn Ids>,
    /// Whose clocks pages show.
    pub time_zone: Zone,
}

/// The name of a time zone, such as `Pacific/Auckland`.
#[derive(Clone)]
pub struct Zone(pub String);

impl Pages {
    /// Registers the routes.
    pub fn configure(self, config: &mut ServiceConfig) {
        config
            .app_data(web::Data::from(self.stock))
            .app_data(web::Data::from(self.work_list))
            .app_data(web::Data::from(self.refunds))
            .app_data(web::Data::from(self.files))
            .app_data(web::Data::from(self.clock))
            .app_data(web::Data::new(self.time_zone))
            .app_data(web::Data::new(self.set_stock))
            .app_data(web::Data::new(self.adjust_stock))
            .app_data(web::Data::from(self.ids))
            .app_data(web::Data::new(self.dispatch))
            .app_data(web::Data::new(self.close))
            .app_data(web::Data::new(self.put_file))
            .route("/admin/shipping-orders", web::get().to(work_list::show))
            .route("/admin/shipping-orders/{id}", web::get().to(shipping_order::show))
            .route("/admin/shipping-orders/{id}/dispatch", web::post().to(shipping_order::dispatch))
            .route("/admin/shipping-orders/{id}/close", web::post().to(shipping_order::close))
            .service(files::resource())
            .route("/admin/stock", web::get().to(stock::show))
            .route("/admin/stock", web::post().to(stock::count))
            .route("/admin/stock/{sku}", web::get().to(shelf::show))
            .route("/admin/stock/{sku}", web::post().to(shelf::adjust))
            .route("/downloads/{token}", web::get().to(downloads::fetch));
    }
}

/// A time as the clocks of the shop's zone show it, such as `22 November 2026, 19:05`; in UTC if there is no such zone.
fn moment(at: Timestamp, zone: &Zone) -> String {
    at.format_in(&zone.0)
}

/// A status in words, and the CSS class of its badge.
fn status(state: ShippingState) -> (&'static str, &'static str) {
    match state {
        ShippingState::Pending => ("Pending", "badge badge-warn"),
        ShippingState::Processed(_) => ("Processed", "badge badge-good"),
        ShippingState::Cancelled(_) => ("Cancelled", "badge"),
    }
}

/// What of its money went back, in words.
fn refunded_words(refunded: Refunded) -> &'static str {
    match refunded {
        Refunded::Partly => "Partly refunded",
        Refunded::Whole => "Refunded",
        Refunded::Unknown => "Refund made",
    }
}

/// The same for one item.
fn item_status(state: &ItemState) -> (&'static str, &'static str) {
    match state {
        ItemState::Pending => ("Pending", "badge badge-warn"),
        ItemState::WaitingForFile => ("Waiting for file", "badge badge-bad"),
        ItemState::Processed { .. } => ("Processed", "badge badge-good"),
        ItemState::NotSent { .. } => ("Not sent", "badge"),
    }
}
