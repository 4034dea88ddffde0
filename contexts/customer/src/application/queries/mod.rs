//! What only answers: who is asking, and what is known about accounts.

mod account_queries;
mod authenticate;

pub use account_queries::AccountQueries;
pub use authenticate::Authenticate;
