//! The JSON API under `/api/fulfilment/v1`, for staff. Handlers parse, call one use case or look something up, and
//! render; `problems` chooses status and words, `shapes` are the bodies.

mod digital_files;
mod problems;
mod shapes;
mod shipping_orders;
mod stock;

use std::sync::Arc;

use actix_web::web;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::application::adjust_stock::AdjustStock;
use crate::application::close_shipping_order::CloseShippingOrder;
use crate::application::dispatch_items::DispatchItems;
use crate::application::put_digital_file::PutDigitalFile;
use crate::application::set_stock::SetStock;
use crate::ports::{RefundBook, StockBook, WorkList};

/// What the API needs.
#[derive(Clone)]
pub struct Api {
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
    /// Dispatches.
    pub dispatch: DispatchItems,
    /// Closes what is not sent any more.
    pub close: CloseShippingOrder,
    /// Uploads.
    pub put_file: PutDigitalFile,
}

impl Api {
    /// Registers the routes.
    pub fn configure(self, config: &mut ServiceConfig) {
        config
            .app_data(web::Data::from(self.stock))
            .app_data(web::Data::from(self.work_list))
            .app_data(web::Data::from(self.refunds))
            .app_data(web::Data::new(self.set_stock))
            .app_data(web::Data::new(self.adjust_stock))
            .app_data(web::Data::new(self.dispatch))
            .app_data(web::Data::new(self.close))
            .app_data(web::Data::new(self.put_file))
            .service(shipping_orders::list)
            .service(shipping_orders::show)
            .service(shipping_orders::dispatch)
            .service(shipping_orders::close)
            .service(stock::list)
            .service(stock::show)
            .service(stock::count)
            .service(stock::adjust)
            .service(stock::movements)
            .service(digital_files::put);
    }
}
