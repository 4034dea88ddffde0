//! Pages for staff: the work list, one shipping order, the shelves, one shelf, the files; and the one page that a buyer
//! meets, the download.
//!
//! A page is a struct of finished strings in `view_models`; the templates only place them. `messages` chooses the words.

mod digital_files;
mod downloads;
mod messages;
mod paths;
pub mod routes;
mod shelf;
mod shipping_order;
mod shipping_orders;
mod stock;
mod view_models;
