//! What is asked of the operating system: the time, chance, and files that survive a power cut.
//!
//! Everything else is given a clock and ids, so that tests can give it theirs.

#![warn(unreachable_pub)]

mod clock;
pub mod files;
mod ids;

pub use clock::SystemClock;
pub use ids::SystemIds;
