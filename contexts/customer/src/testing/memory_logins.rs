//! In memory: known browsers, second factors and logins that wait for a code.

use async_trait::async_trait;
use shared_kernel::{CustomerId, StoreError, Timestamp};

use super::MemoryCustomers;
use crate::domain::{Customer, SecondFactor, TokenHash, TotpSecret};
use crate::ports::{KnownDevices, LoginChallenge, LoginChallenges, MAX_DEVICES, Proof, SecondFactors};

#[async_trait]
impl KnownDevices for MemoryCustomers {
    async fn knows(&self, device: &TokenHash, customer: CustomerId) -> Result<bool, StoreError> {
        Ok(self.lock().devices.contains_key(&(*device, customer)))
    }

    async fn is_ours(&self, device: &TokenHash) -> Result<bool, StoreError> {
        Ok(self.lock().devices.keys().any(|(known, _)| known == device))
    }

    async fn remember(&self, device: &TokenHash, customer: CustomerId, at: Timestamp) -> Result<(), StoreError> {
        let mut state = self.lock();
        if !state.customers.contains_key(&customer) {
            return Ok(());
        }
        state.devices.insert((*device, customer), at);
        let mut times: Vec<Timestamp> =
            state.devices.iter().filter(|((_, owner), _)| *owner == customer).map(|(_, used)| *used).collect();
        times.sort_unstable_by(|a, b| b.cmp(a));
        if let Some(limit) = times.get(MAX_DEVICES as usize).copied() {
            state.devices.retain(|(_, owner), used| *owner != customer || *used > limit);
        }
        Ok(())
    }
}

#[async_trait]
impl SecondFactors for MemoryCustomers {
    async fn find(&self, customer: CustomerId) -> Result<Option<SecondFactor>, StoreError> {
        Ok(self.lock().factors.get(&customer).cloned())
    }

    async fn begin(&self, customer: CustomerId, secret: &TotpSecret, _: Timestamp) -> Result<(), StoreError> {
        let mut state = self.lock();
        if !state.customers.contains_key(&customer) {
            return Err(StoreError::Stale);
        }
        if state.factors.get(&customer).is_some_and(|factor| factor.confirmed) {
            return Err(StoreError::Conflict("second factor"));
        }
        let factor = SecondFactor { customer, secret: secret.clone(), confirmed: false, last_step: 0 };
        state.factors.insert(customer, factor);
        Ok(())
    }

    async fn confirm(
        &self,
        customer: CustomerId,
        step: u64,
        codes: Vec<TokenHash>,
        _: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut state = self.lock();
        let Some(factor) = state.factors.get_mut(&customer).filter(|factor| !factor.confirmed) else {
            return Ok(false);
        };
        (factor.confirmed, factor.last_step) = (true, step);
        state.codes.retain(|(owner, _)| *owner != customer);
        state.codes.extend(codes.into_iter().map(|code| (customer, code)));
        Ok(true)
    }

    async fn spend(&self, customer: CustomerId, proof: &Proof) -> Result<bool, StoreError> {
        let mut state = self.lock();
        match proof {
            Proof::Recovery(hash) => Ok(state.codes.remove(&(customer, *hash))),
            Proof::Step(step) => {
                let factor = state.factors.get_mut(&customer);
                let Some(factor) = factor.filter(|factor| factor.confirmed && factor.last_step < *step) else {
                    return Ok(false);
                };
                factor.last_step = *step;
                Ok(true)
            }
        }
    }

    async fn remove(&self, customer: CustomerId) -> Result<bool, StoreError> {
        let mut state = self.lock();
        state.codes.retain(|(owner, _)| *owner != customer);
        Ok(state.factors.remove(&customer).is_some())
    }
}

#[async_trait]
impl LoginChallenges for MemoryCustomers {
    async fn open(&self, challenge: &LoginChallenge) -> Result<(), StoreError> {
        let mut state = self.lock();
        if state.customers.get(&challenge.customer).map(Customer::password) != Some(&challenge.proven) {
            return Err(StoreError::Stale);
        }
        state.challenges.insert(challenge.hash, challenge.clone());
        Ok(())
    }

    async fn find(&self, hash: &TokenHash) -> Result<Option<LoginChallenge>, StoreError> {
        Ok(self.lock().challenges.get(hash).cloned())
    }

    async fn end(&self, hash: &TokenHash) -> Result<(), StoreError> {
        self.lock().challenges.remove(hash);
        Ok(())
    }
}
