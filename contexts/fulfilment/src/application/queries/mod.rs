//! What answers questions: one struct for each group of pages and calls that ask the same books.

mod digital_file_queries;
mod shipping_order_queries;
mod stock_queries;

pub use digital_file_queries::DigitalFileQueries;
pub use shipping_order_queries::{ShippingOrderQueries, ShippingOrderWithRefund};
pub use stock_queries::StockQueries;
