//! What the warehouse needs of the outside, in its own words: places to remember things, and a post.

#![warn(missing_docs)]

pub mod digital_files;
pub mod file_post;
pub mod personal_data;
pub mod product_book;
pub mod refund_book;
pub mod stock_book;
pub mod warehouse;
pub mod work_list;

pub use digital_files::{DigitalFiles, DigitalLine};
pub use file_post::{Enclosure, FileMail, FilePost, PostError};
pub use personal_data::PersonalData;
pub use product_book::{Product, ProductBook, ProductVariant};
pub use refund_book::{MoneyFact, RefundBook};
pub use stock_book::{StockBook, StockChange, StockLine, StockQuery};
pub use warehouse::{Decide, Keys, StockRequest, Warehouse};
pub use work_list::{StatusFilter, WorkList};
