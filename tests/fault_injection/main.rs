//! What the shop promises when it is killed, closed, overrun, or when a part of it fails.
//!
//! The shop is the real binary; the judge is [`oracle`], which compares the books of all contexts, of the payment
//! sandbox and of the mail folder. `SEED=n` repeats a run of `kill`.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends here, and says where")]
#![expect(clippy::print_stdout, reason = "what was measured is for anyone who reads the run")]

#[path = "../support/api_fixtures.rs"]
mod api_fixtures;
mod backup;
mod buyers;
mod clocks;
mod consumers;
mod cut_off;
mod deadlines;
mod durable;
mod evidence;
mod first_start;
mod graceful;
mod kill;
mod oracle;
mod oracle_tests;
mod promote;
mod rush;
mod servers;
mod several;
#[path = "../support/mod.rs"]
#[expect(dead_code, reason = "programs need no pages, and these tests need only a part of what all share")]
mod support;
mod versions;

use tokio::sync::Mutex;

/// Shops under test have the machine to themselves.
static ALONE: Mutex<()> = Mutex::const_new(());
