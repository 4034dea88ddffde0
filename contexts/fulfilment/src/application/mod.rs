//! What can be done with stock and shipping orders, one use case per file: [`commands`] change something, [`queries`] answer
//! questions, [`use_cases`] makes them all once. A command reads what it needs, lets the domain decide, and commits; none
//! touches the bus.
//!
//! Reading order of the commands follows an order: [`ReserveStock`], [`ReleaseStock`], [`CreateShippingOrder`],
//! [`DispatchItems`], [`DeliverDigital`], [`CloseShippingOrder`], [`AnswerCancellation`], [`AnonymiseOrder`]. Then what staff
//! and catalogue do: [`SetStock`], [`AdjustStock`], [`ImportCount`], [`PutDigitalFile`]; and what timers do:
//! [`ReleaseLapsedReservations`], [`SendWaitingFiles`]. Copies of what other contexts state (names, refunds) are kept by the
//! consumers themselves: there is nothing to decide.

pub mod commands;
pub mod queries;
mod update;
pub mod use_cases;

pub use commands::{
    AdjustStock, AdjustStockCommand, AnonymiseOrder, AnswerCancellation, CloseShippingOrder, CreateShippingOrder,
    DeliverDigital, DeliverDigitalError, DeliveryPolicy, DeliveryPorts, DispatchItems, DispatchItemsCommand,
    ImportCount, PutDigitalFile, PutDigitalFileError, ReleaseLapsedReservations, ReleaseStock, ReserveStock,
    SendWaitingFiles, SetStock,
};
pub use queries::{DigitalFileQueries, ShippingOrderQueries, ShippingOrderWithRefund, StockQueries};
pub use update::UpdateError;
pub use use_cases::{Ports, UseCases};
