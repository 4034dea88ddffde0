//! For tests only: builders whose defaults a sentence need not mention, the ports in memory, and the suites that every
//! adapter of a port must pass.

mod builders;
mod memory;
#[expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a suite is a test, and panics to say what is wrong"
)]
pub mod suites;
mod test_store;

pub use builders::{an_address, digital, minutes, noon, order, paid, physical, placed, sku};
pub use memory::MemoryStore;
pub use test_store::TestStore;
