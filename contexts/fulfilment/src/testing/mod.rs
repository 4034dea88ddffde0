//! For tests only: builders whose defaults a sentence need not mention, the ports in memory, and the suites that every
//! adapter of a port must pass.

mod bench;
mod builders;
mod memory;
pub mod suites;

pub use bench::Bench;
pub use builders::{an_address, digital, minutes, noon, order, paid, physical, placed, sku};
pub use memory::MemoryStore;
