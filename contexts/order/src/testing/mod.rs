//! For tests: builders that default whatever a sentence does not mention, in-memory adapters, a payment provider that
//! does as it is told, and the suites that every adapter of a port must pass.

mod builders;
mod memory;
mod provider;
pub mod suites;

pub use builders::{a_customer, a_draft, a_priced, a_staff_member, an_address, an_order, nzd, sku};
pub use memory::MemoryShop;
pub use provider::{FakeProvider, KeptReceipts};
