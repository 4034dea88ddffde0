//! What tests need: builders that default everything a sentence does not mention, adapters in memory, and the suites
//! that every adapter must pass.

mod builders;
pub mod contract;
mod memory;

pub use builders::{ProductBuilder, VariantBuilder, a_product, a_variant, new_product};
pub use memory::InMemoryCatalogue;
