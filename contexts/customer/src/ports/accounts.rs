//! The port that remembers customers.

use async_trait::async_trait;
use chassis::messaging::TaskDraft;
use shared_kernel::{CustomerId, Limit, Page, StoreError};

use crate::domain::{Customer, CustomerEvent, EmailAddress, Erased, Purpose, Session, TokenHash};

/// Remembers customers.
#[async_trait]
pub trait Accounts: Send + Sync {
    /// The customer as last committed; `None` if there never was one, or if they were erased.
    async fn find(&self, id: CustomerId) -> Result<Option<Customer>, StoreError>;

    /// The one customer who has this address.
    async fn find_by_email(&self, email: &EmailAddress) -> Result<Option<Customer>, StoreError>;

    /// Customers who were not erased, newest first.
    async fn list(&self, query: &CustomerQuery) -> Result<Page<Customer>, StoreError>;

    /// Keeps everything that belongs to the change together, or nothing of it. The customer is kept under the version
    /// that follows the one they were loaded with.
    ///
    /// # Errors
    /// [`StoreError::Stale`] if another change came first; [`StoreError::Conflict`] with `email` if another customer has
    /// the address, with `token` if the token was spent before.
    async fn commit(&self, change: AccountChange) -> Result<(), StoreError>;

    /// Keeps work that follows from a request which changes no account. A task with a known key is not kept twice.
    async fn schedule(&self, tasks: Vec<TaskDraft>) -> Result<(), StoreError>;
}

/// What is committed as one.
#[derive(Debug, Clone)]
pub struct AccountChange {
    /// The customer as they are from now on.
    pub account: Account,
    /// What happened to them.
    pub events: Vec<CustomerEvent>,
    /// What is to be done about it.
    pub tasks: Vec<TaskDraft>,
    /// What becomes of their sessions.
    pub sessions: SessionsAfter,
    /// The mailed link that allowed the change: it, and all others of its purpose, are good for nothing afterwards. All
    /// mailed links end with an event that says so ([`CustomerEvent::withdraws_mailed_links`]).
    pub spent: Option<SpentToken>,
}

impl AccountChange {
    /// A change that touches nothing but the customer.
    pub fn of(customer: Customer, events: Vec<CustomerEvent>) -> Self {
        Self {
            account: Account::Kept(Box::new(customer)),
            events,
            tasks: vec![],
            sessions: SessionsAfter::Keep,
            spent: None,
        }
    }

    /// Whether there is nothing to commit.
    pub fn is_unchanged(&self) -> bool {
        let kept = matches!((&self.account, &self.sessions), (Account::Kept(_), SessionsAfter::Keep));
        kept && self.events.is_empty() && self.tasks.is_empty() && self.spent.is_none()
    }
}

/// A customer after a change.
#[derive(Debug, Clone)]
pub enum Account {
    /// Still with us.
    Kept(Box<Customer>),
    /// Every personal datum is overwritten; sessions, tokens, keys and noted login attempts go with it.
    Erased(Erased),
}

/// What becomes of a customer's sessions.
#[derive(Debug, Clone)]
pub enum SessionsAfter {
    /// They live on.
    Keep,
    /// All end.
    End,
    /// All end, and a new one begins.
    Replace(Session),
}

/// A mailed link that was followed.
#[derive(Debug, Clone)]
pub struct SpentToken {
    /// Which.
    pub hash: TokenHash,
    /// What it was good for.
    pub purpose: Purpose,
}

/// Which customers to list.
#[derive(Debug, Clone)]
pub struct CustomerQuery {
    /// Only those whose address or name holds this text; capitals do not matter. Empty for all.
    pub text: String,
    /// How many.
    pub limit: Limit,
    /// Those after this one; a page's `next_cursor`.
    pub after: Option<CustomerId>,
}
