//! Customers: one row each.

use std::sync::Arc;

use async_trait::async_trait;
use chassis::mail::forget;
use chassis::messaging::{Record, Recorder, TaskDraft, erase_fields, scrub};
use chassis::params;
use chassis::sql::Tx;
use serde_json::Value;
use shared_kernel::{Address, CustomerId, Page, StoreError};

use super::{SqlCustomers, rows};
use crate::adapters::outbound::publish::published;
use crate::domain::{Customer, CustomerEvent, EmailAddress, Erased, Fingerprint};
use crate::ports::{Account, AccountChange, Accounts, CustomerQuery, SessionsAfter};

const FIND: &str = "SELECT * FROM customer WHERE id = $1 AND erased_at IS NULL";
const FIND_BY_EMAIL: &str = "SELECT * FROM customer WHERE email = $1";
const LIST: &str = "SELECT * FROM customer
    WHERE erased_at IS NULL AND id < $1
      AND (email LIKE $2 ESCAPE '\\' OR LOWER(first_name || ' ' || last_name) LIKE $2 ESCAPE '\\')
    ORDER BY id DESC LIMIT $3";
const INSERT: &str = "INSERT INTO customer (id, version, email, first_name, last_name, password_hash, shipping_address,
        verified, role, registered_at) VALUES ($1, 1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING";
const UPDATE: &str = "UPDATE customer SET version = version + 1, first_name = $3, last_name = $4, password_hash = $5,
        shipping_address = $6, verified = $7, role = $8
    WHERE id = $1 AND version = $2 AND erased_at IS NULL";
const ERASE: &str = "UPDATE customer SET version = version + 1, email = NULL, first_name = '', last_name = '',
        password_hash = '', shipping_address = NULL, verified = 0, role = 'customer', erased_at = $3
    WHERE id = $1 AND version = $2 AND erased_at IS NULL";
const HOLD_TOKENS: &str = "SELECT hash FROM mail_token WHERE customer_id = $1 ORDER BY hash";
const HOLD_SESSIONS: &str = "SELECT hash FROM session WHERE customer_id = $1 ORDER BY hash";

#[async_trait]
impl Accounts for SqlCustomers {
    async fn find(&self, id: CustomerId) -> Result<Option<Customer>, StoreError> {
        let found = self.database.read(move |tx| Box::pin(tx.fetch_optional(FIND, params![id]))).await?;
        found.as_ref().map(rows::customer).transpose()
    }

    async fn find_by_email(&self, email: &EmailAddress) -> Result<Option<Customer>, StoreError> {
        let email = email.as_str().to_owned();
        let found = self.database.read(move |tx| Box::pin(tx.fetch_optional(FIND_BY_EMAIL, params![&email]))).await?;
        found.as_ref().map(rows::customer).transpose()
    }

    async fn list(&self, query: &CustomerQuery) -> Result<Page<Customer>, StoreError> {
        if query.text.contains('\0') {
            return Ok(Page::cut(vec![], query.limit, |_: &Customer| String::new())); // no text of PostgreSQL holds it
        }
        // Greater than every id, as these are hexadecimal digits.
        let before = query.after.map_or_else(|| "~".to_owned(), |id| id.to_string());
        let (pattern, rows) = (containing(&query.text), i64::from(query.limit.get()) + 1);
        let found =
            self.database.read_long(move |tx| Box::pin(tx.fetch(LIST, params![&before, &pattern, rows]))).await?;
        let customers = found.iter().map(rows::customer).collect::<Result<Vec<_>, _>>()?;
        Ok(Page::cut(customers, query.limit, |customer| customer.id().to_string()))
    }

    async fn commit(&self, change: AccountChange) -> Result<(), StoreError> {
        let (recorder, change) = (self.recorder.clone(), Arc::new(change));
        let events = change.events.clone();
        let done = self.database.write(move |tx| {
            let (recorder, change) = (recorder.clone(), Arc::clone(&change));
            Box::pin(async move { commit(tx, &recorder, &change).await })
        });
        done.await?;
        events.iter().for_each(note);
        Ok(())
    }

    async fn schedule(&self, tasks: Vec<TaskDraft>) -> Result<(), StoreError> {
        let recorder = self.recorder.clone();
        let done = self.database.write(move |tx| {
            let (recorder, tasks) = (recorder.clone(), tasks.clone());
            Box::pin(async move { recorder.record(tx, Record { cause: None, events: vec![], tasks }).await })
        });
        done.await
    }
}

impl SqlCustomers {
    /// The ids of erased customers, in the order in which they were erased.
    pub async fn erased(&self) -> Result<Vec<CustomerId>, StoreError> {
        let sql = "SELECT id FROM customer WHERE erased_at IS NOT NULL ORDER BY erased_at, id";
        let found = self.database.read_long(move |tx| Box::pin(tx.fetch(sql, params![]))).await?;
        found.iter().map(|row| row.get("id")).collect()
    }
}

/// One line for what an operator may have to look up later.
fn note(event: &CustomerEvent) {
    match event {
        CustomerEvent::Registered { customer, .. } => {
            tracing::info!(customer.id = %customer, "customer {customer} has an account");
        }
        CustomerEvent::Verified(id) => tracing::info!(customer.id = %id, "customer {id} is verified"),
        CustomerEvent::PasswordChanged(id) => tracing::info!(customer.id = %id, "customer {id} has a new password"),
        CustomerEvent::RoleChanged(id, role) => {
            tracing::info!(customer.id = %id, role = role.name(), "customer {id} is {} now", role.name());
        }
        CustomerEvent::Erased { customer: id, .. } => tracing::info!(customer.id = %id, "customer {id} is erased"),
        CustomerEvent::ProfileChanged { .. } => {}
    }
}

/// A LIKE pattern for texts that hold `text`, in small letters as addresses are.
fn containing(text: &str) -> String {
    let escaped = text.trim().to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{escaped}%")
}

async fn commit(tx: &mut Tx, recorder: &Recorder, change: &AccountChange) -> Result<(), StoreError> {
    let id = match &change.account {
        Account::Kept(customer) => customer.id(),
        Account::Erased(erased) => erased.id,
    };
    super::hold(tx, id).await?;
    if let Some(spent) = &change.spent {
        let (held, hash) = (tx.fetch_for_update(HOLD_TOKENS, params![id]).await?, spent.hash.hex());
        let held = held.iter().map(|row| row.get::<String>("hash")).collect::<Result<Vec<_>, _>>()?;
        held.contains(&hash).then_some(()).ok_or(StoreError::Conflict("token"))?;
    }
    match &change.account {
        Account::Kept(customer) => keep(tx, customer).await?,
        Account::Erased(erased) => erase(tx, erased).await?,
    }
    if change.events.iter().any(CustomerEvent::withdraws_mailed_links) {
        tx.fetch_for_update(HOLD_TOKENS, params![id]).await?;
        tx.execute("DELETE FROM mail_token WHERE customer_id = $1", params![id]).await?;
        tx.execute("DELETE FROM login_challenge WHERE customer_id = $1", params![id]).await?;
    } else if let Some(spent) = &change.spent {
        let all = "DELETE FROM mail_token WHERE customer_id = $1 AND purpose = $2";
        tx.execute(all, params![id, spent.purpose.name()]).await?;
    }
    if let SessionsAfter::End | SessionsAfter::Replace(_) = &change.sessions {
        tx.fetch_for_update(HOLD_SESSIONS, params![id]).await?;
        tx.execute("DELETE FROM session WHERE customer_id = $1", params![id]).await?;
    }
    if let SessionsAfter::Replace(session) = &change.sessions {
        super::sessions::insert(tx, session).await?;
    }
    let events = change.events.iter().filter_map(published).collect();
    let mut tasks = change.tasks.clone();
    if let Account::Erased(erased) = &change.account {
        tasks.push(forget::task(format!("forget-mail-{id}"), erased.email.as_str()));
    }
    recorder.record(tx, Record { cause: None, events, tasks }).await
}

async fn keep(tx: &mut Tx, customer: &Customer) -> Result<(), StoreError> {
    let parts = customer.parts();
    let (first, last) = (parts.name.first(), parts.name.last());
    let (password, address) = (parts.password.as_str(), address_json(parts.shipping_address.as_ref())?);
    let (verified, role) = (parts.verified, parts.role.name());
    if parts.version == 0 {
        let (email, at) = (parts.email.as_str(), parts.registered_at);
        let new = params![parts.id, email, first, last, password, address, verified, role, at];
        let inserted = tx.execute(INSERT, new).await?;
        return if inserted == 1 { Ok(()) } else { Err(StoreError::Conflict("email")) };
    }
    let version = i64::try_from(parts.version).unwrap_or(i64::MAX);
    let changed = params![parts.id, version, first, last, password, address, verified, role];
    if tx.execute(UPDATE, changed).await? == 1 { Ok(()) } else { Err(StoreError::Stale) }
}

async fn erase(tx: &mut Tx, erased: &Erased) -> Result<(), StoreError> {
    let version = i64::try_from(erased.version).unwrap_or(i64::MAX);
    if tx.execute(ERASE, params![erased.id, version, erased.at]).await? == 0 {
        return Err(StoreError::Stale);
    }
    tx.execute("DELETE FROM api_key WHERE owner_id = $1", params![erased.id]).await?;
    tx.execute("DELETE FROM known_device WHERE customer_id = $1", params![erased.id]).await?;
    super::second_factors::remove(tx, erased.id).await?;
    chassis::security::forget(tx, erased.id).await?;
    // The counts of single networks cannot be found by the account; they hold no personal data and are swept within the
    // hour.
    let account = Fingerprint::of(erased.email.as_str());
    for lane in [account.within("everywhere", ""), account] {
        tx.execute("DELETE FROM login_attempt WHERE account = $1", params![lane.as_str()]).await?;
    }
    scrub(tx, &erased.id.to_string(), redact, erased.at).await.map(drop)
}

/// Takes people out of our facts.
fn redact(_event_type: &str, data: &mut Value) {
    erase_fields(data, &["email", "first_name", "shipping_address"]);
}

fn address_json(address: Option<&Address>) -> Result<Option<String>, StoreError> {
    address.map(serde_json::to_string).transpose().map_err(StoreError::unavailable)
}
