//! For tests, here and in the app: books in memory, builders of facts, and the suite that every adapter must pass.

mod builders;
mod memory;
pub mod suite;

pub use builders::{a_product, a_refund, a_sale, fact_about, noon};
pub use memory::InMemoryBooks;
