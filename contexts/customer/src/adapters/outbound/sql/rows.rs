//! Rows become customers, sessions and keys again, or say which column of which row cannot be.

use chassis::sql::Row;
use shared_kernel::{Address, CustomerId, Identity, Role, StoreError, Timestamp};

use crate::domain::{
    ApiKey, ApiKeyId, BegunFrom, Customer, CustomerParts, EmailAddress, PasswordHash, PersonName, Session, TokenHash,
};

pub(super) fn customer(row: &Row) -> Result<Customer, StoreError> {
    let id: CustomerId = row.get("id")?;
    let bad = |problem: String| StoreError::Corrupt { table: "customer", row: id.to_string(), problem };
    let address: Option<serde_json::Value> = row.get("shipping_address")?;
    let address = address.map(serde_json::from_value::<Address>).transpose();
    Ok(Customer::restored(CustomerParts {
        id,
        version: row.get("version")?,
        email: EmailAddress::parse_lenient(&row.get::<String>("email")?).map_err(|error| bad(error.to_string()))?,
        name: PersonName::parse(&row.get::<String>("first_name")?, &row.get::<String>("last_name")?)
            .map_err(|error| bad(error.to_string()))?,
        password: PasswordHash::new(row.get::<String>("password_hash")?),
        shipping_address: address.map_err(|error| bad(format!("shipping_address: {error}")))?,
        verified: row.get("verified")?,
        role: role(row, "role")?,
        registered_at: row.get("registered_at")?,
    }))
}

/// Needs the columns `customer_id`, `first_name`, `email`, `verified`, `owner_role`.
pub(super) fn identity(row: &Row) -> Result<Identity, StoreError> {
    Ok(Identity {
        customer: row.get("customer_id")?,
        first_name: row.get("first_name")?,
        email: row.get("email")?,
        verified: row.get("verified")?,
        role: role(row, "owner_role")?,
        must_confirm: false,
        lacks_second_factor: false,
    })
}

pub(super) fn session(row: &Row) -> Result<Session, StoreError> {
    let started_at = row.get("started_at")?;
    Ok(Session {
        hash: hash(row, "hash")?,
        customer: row.get("customer_id")?,
        started_at,
        last_seen: row.get("last_seen")?,
        confirmed_at: row.get::<Option<Timestamp>>("confirmed_at")?.unwrap_or(started_at),
        second_factor: row.get("second_factor")?,
        begun_from: BegunFrom {
            address: row.get::<Option<String>>("address")?.unwrap_or_default(),
            agent: row.get::<Option<String>>("agent")?.unwrap_or_default(),
        },
    })
}

pub(super) fn api_key(row: &Row) -> Result<ApiKey, StoreError> {
    Ok(ApiKey {
        id: ApiKeyId::new(row.get("id")?),
        owner: row.get("owner_id")?,
        label: row.get("label")?,
        role: role(row, "role")?,
        secret: hash(row, "secret_hash")?,
        created_at: row.get("created_at")?,
        expires_at: row.get("expires_at")?,
        revoked_at: row.get("revoked_at")?,
    })
}

pub(super) fn hash(row: &Row, column: &'static str) -> Result<TokenHash, StoreError> {
    let digits: String = row.get(column)?;
    TokenHash::parse(&digits).ok_or_else(|| corrupt(column, "is no SHA-256"))
}

fn role(row: &Row, column: &'static str) -> Result<Role, StoreError> {
    Role::parse(&row.get::<String>(column)?).ok_or_else(|| corrupt(column, "is no role"))
}

fn corrupt(column: &'static str, problem: &str) -> StoreError {
    StoreError::Corrupt { table: "answer", row: column.to_owned(), problem: problem.to_owned() }
}
