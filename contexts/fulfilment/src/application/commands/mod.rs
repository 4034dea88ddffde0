//! What changes something: one use case per file, named after what it does.

mod adjust_stock;
mod anonymise_order;
mod answer_cancellation;
mod close_shipping_order;
mod create_shipping_order;
mod deliver_digital;
mod dispatch_items;
mod import_count;
mod put_digital_file;
mod release_lapsed_reservations;
mod release_stock;
mod reserve_stock;
mod send_waiting_files;
mod set_stock;

pub use adjust_stock::{AdjustStock, AdjustStockCommand};
pub use anonymise_order::AnonymiseOrder;
pub use answer_cancellation::AnswerCancellation;
pub use close_shipping_order::CloseShippingOrder;
pub use create_shipping_order::CreateShippingOrder;
pub use deliver_digital::{DeliverDigital, DeliverDigitalError, DeliveryPolicy, DeliveryPorts};
pub use dispatch_items::{DispatchItems, DispatchItemsCommand};
pub use import_count::ImportCount;
pub use put_digital_file::{PutDigitalFile, PutDigitalFileError};
pub use release_lapsed_reservations::ReleaseLapsedReservations;
pub use release_stock::ReleaseStock;
pub use reserve_stock::ReserveStock;
pub use send_waiting_files::SendWaitingFiles;
pub use set_stock::SetStock;
