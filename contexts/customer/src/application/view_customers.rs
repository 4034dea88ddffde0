//! Looks customers up, for themselves or for administrators. Who may see whom is decided at the door.

use std::sync::Arc;

use shared_kernel::{CustomerId, Page, StoreError};

use crate::domain::{ApiKey, Customer};
use crate::ports::{Accounts, ApiKeys, CustomerQuery};

/// Looks customers and their keys up.
pub struct ViewCustomers {
    /// Where accounts are kept.
    pub accounts: Arc<dyn Accounts>,
    /// Where keys are kept.
    pub keys: Arc<dyn ApiKeys>,
}

impl ViewCustomers {
    pub async fn one(&self, id: CustomerId) -> Result<Option<Customer>, StoreError> {
        self.accounts.find(id).await
    }

    /// A page of customers, newest first.
    pub async fn page(&self, query: &CustomerQuery) -> Result<Page<Customer>, StoreError> {
        self.accounts.list(query).await
    }

    /// The newest API keys.
    pub async fn api_keys(&self) -> Result<Vec<ApiKey>, StoreError> {
        self.keys.list().await
    }
}
