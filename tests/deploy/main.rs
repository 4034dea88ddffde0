//! Whether what lies in `deploy/` fits the program: the gateway's routes, the messages' server's permissions, the names
//! of settings and metrics; and whether the tools that will read those files understand them.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends here, and says where")]

mod bodies;
mod caching;
mod doors;
mod fake;
mod files;
#[path = "../support/gateway.rs"]
mod gateway;
mod identity;
mod instances;
mod limits;
mod linters;
mod names;
mod nats;
mod postgres;
mod processes;
mod routes;
mod source;
