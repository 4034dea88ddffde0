//! Forgets a customer whose account was erased, as far as the law lets us.
//!
//! Orders that are at rest forget at once; those under way keep what delivery and repayment need, and forget when they
//! come to rest.

use std::sync::Arc;

use shared_kernel::{Cause, Clock, CustomerId, StoreError};

use crate::ports::PersonalData;

const BATCH_SIZE: u32 = 200;

#[derive(Clone)]
pub struct ForgetCustomer {
    personal_data: Arc<dyn PersonalData>,
    clock: Arc<dyn Clock>,
}

impl ForgetCustomer {
    /// Puts the use case together.
    pub fn new(personal_data: Arc<dyn PersonalData>, clock: Arc<dyn Clock>) -> Self {
        Self { personal_data, clock }
    }

    /// There is an account of this id.
    pub async fn mark_customer_known(&self, customer: CustomerId, cause: &Cause) -> Result<(), StoreError> {
        self.personal_data.remember_customer(customer, cause).await
    }

    /// The customer's account was erased. `email_digest` finds orders that were imported under their address.
    ///
    /// # Errors
    /// The store's; orders that were not reached are left to [`ForgetCustomer::sweep`].
    pub async fn execute(
        &self,
        customer: CustomerId,
        email_digest: Option<&str>,
        cause: &Cause,
    ) -> Result<(), StoreError> {
        let now = self.clock.now();
        if let Some(digest) = email_digest {
            for order in self.personal_data.without_account(digest).await? {
                self.personal_data.anonymise(order, now).await?;
            }
        }
        self.personal_data.remember_erased(customer, now, cause).await?;
        self.sweep().await.map(drop)
    }

    /// Anonymises the orders of erased customers that have come to rest; answers how many.
    pub async fn sweep(&self) -> Result<u64, StoreError> {
        let (mut after, mut anonymised) = (None, 0);
        loop {
            let orders = self.personal_data.naming_erased(after, BATCH_SIZE).await?;
            for order in &orders {
                anonymised += u64::from(self.personal_data.anonymise(*order, self.clock.now()).await?);
            }
            match orders.last() {
                Some(last) if orders.len() == BATCH_SIZE as usize => after = Some(*last),
                Some(_) | None => return Ok(anonymised),
            }
        }
    }
}
