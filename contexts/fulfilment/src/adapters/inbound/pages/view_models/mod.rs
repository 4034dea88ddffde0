//! What the templates place: a struct of finished strings for each page, and its rows.

mod digital_files;
mod shipping_orders;
mod stock;

use shared_kernel::Timestamp;

pub(super) use digital_files::{DigitalFilesPage, FileRow};
pub(super) use shipping_orders::{FilterTab, ShippingOrderPage, ShippingOrderRow, ShippingOrdersPage};
pub(super) use stock::{ShelfPage, StockPage, StockRow};

/// The name of the time zone whose clocks pages show, such as `Pacific/Auckland`.
pub(super) struct TimeZone(pub String);

impl TimeZone {
    /// A time such as `22 November 2026, 19:05`; in UTC if there is no such zone.
    fn moment(&self, at: Timestamp) -> String {
        at.format_in(&self.0)
    }
}
