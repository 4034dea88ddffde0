//! What a product is and may become. Pure: no clock, no chance, no input or output.
//!
//! Reading order: [`text`] and [`facts`] (values that are parsed once), [`variant`], [`product`] (the aggregate),
//! [`sale`] (what this shop can sell), [`patch`] (a change as a file states it), [`difference`] (what a change changes),
//! [`stock`], [`search_words`] (folding, search words), [`address`] (texts in addresses), [`listing`] (lists and their order),
//! [`media`] (pictures), [`import_run`] (files that came in).

pub mod address;
pub mod difference;
pub mod facts;
pub mod import_run;
pub mod listing;
pub mod media;
pub mod patch;
pub mod product;
pub mod sale;
pub mod search_words;
pub mod stock;
pub mod text;
pub mod variant;

pub use difference::{FieldChange, differences};
pub use facts::{Attributes, Image};
pub use import_run::{ImportRun, ImportRunId, ImportState, Touched};
pub use listing::{Audience, Availability, CategoryCount, LOW_STOCK, ListedProduct, ListingCursor, ListingQuery};
pub use media::{Media, MediaError, MediaKind};
pub use patch::{FileHandle, ProductPatch, VariantPatch};
pub use product::{Product, ProductDetails, ProductEvent, ProductId, ProductRefused, Status};
pub use sale::SaleRules;
pub use search_words::SearchWords;
pub use stock::{StockCount, StockLevel};
pub use text::{Category, Description, FieldError, Handle, ImageName, TaxClass, Title, WrittenHandle};
pub use variant::{Grams, Kind, Options, Variant, parse_kind};
