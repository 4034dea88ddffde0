//! What a product is and may become. Pure: no clock, no chance, no input or output.
//!
//! Reading order: [`text`] (values that are parsed once), [`variant`], [`product`] (the aggregate), [`patch`] (a change
//! as a file states it), [`stock`], [`words`] (folding, slugs, search words), [`shelf`] (lists and their order),
//! [`media`] (pictures).

pub mod media;
pub mod patch;
pub mod product;
pub mod shelf;
pub mod stock;
pub mod text;
pub mod variant;
pub mod words;

pub use media::{Media, MediaError, MediaKind};
pub use patch::{ProductPatch, VariantPatch};
pub use product::{Product, ProductDetails, ProductEvent, ProductId, ProductRefused, Status};
pub use shelf::{Audience, CategoryCount, ShelfKey, ShelfQuery, Shelved};
pub use stock::{StockCount, StockLevel};
pub use text::{Attributes, Category, Description, FieldError, Handle, Image, ImageName, TaxClass, Title};
pub use variant::{Grams, Kind, Options, Variant};
pub use words::SearchWords;
