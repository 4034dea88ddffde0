//! For tests of this context and of those who run it: builders, in-memory adapters, a fast hasher, and the suites that
//! every adapter of a port must pass.

mod builders;
mod doubles;
pub mod login_suites;
mod memory;
mod memory_logins;
pub mod suites;

pub use builders::{CustomerBuilder, a_customer, an_address};
pub use doubles::{PlainHasher, RecordingMailer};
pub use memory::MemoryCustomers;
