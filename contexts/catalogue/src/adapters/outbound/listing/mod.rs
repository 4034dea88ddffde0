//! What stands between the use cases and the store when products are read: [`cache`] before [`sellable`].

pub mod cache;
pub mod sellable;
