//! What tests of the whole shop share: the real binary as a process, and a visitor who fills in its forms.

pub mod process;
pub mod visitor;

use std::time::Duration;

/// How long anything that happens behind the scenes may take before a test calls it lost.
pub const EVENTUALLY_TIMEOUT: Duration = Duration::from_secs(30);
