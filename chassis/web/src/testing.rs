//! For tests of pages and API: an edge whose authenticator knows a given set of people.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use serde_json::Value;
use shared_kernel::{CustomerId, Identity, Ids, Role, StoreError};
use uuid::Uuid;

use super::edge::{Edge, EdgeSettings};
use super::form_token::CsrfKey;
use super::identity::Authenticator;

const KEY: [u8; 32] = [42; 32];

/// The value of the cookie `visitor` that belongs to [`form_token`].
pub const VISITOR: &str = "AAAAAAAAAAAAAAAAAAAAAA";

/// Knows a given set of people by their tokens.
#[derive(Clone, Default)]
pub struct KnownPeople(Arc<RwLock<HashMap<String, Identity>>>);

impl KnownPeople {
    /// From now on `token` is `identity`'s.
    pub fn and(self, token: &str, identity: Identity) -> Self {
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(token.to_owned(), identity);
        self
    }
}

#[async_trait]
impl Authenticator for KnownPeople {
    async fn authenticate(&self, token: &str) -> Result<Option<Identity>, StoreError> {
        Ok(self.0.read().unwrap_or_else(PoisonError::into_inner).get(token).cloned())
    }
}

/// A user with that role, the same one for the same number.
pub fn somebody(number: u128, role: Role) -> Identity {
    Identity {
        customer: CustomerId::new(Uuid::from_u128(number)),
        first_name: format!("Person {number}"),
        email: format!("person{number}@example.test"),
        verified: true,
        role,
        must_confirm: false,
        lacks_second_factor: false,
    }
}

/// An edge for tests: `App::new().app_data(web::Data::new(edge(people))).wrap(from_fn(chassis_web::guard))`.
pub fn edge(people: KnownPeople) -> Edge {
    let settings = EdgeSettings { csrf_key: KEY, base_url: "http://localhost".to_owned(), ..EdgeSettings::default() };
    Edge::new(settings, Arc::new(people), Arc::new(NoChance))
}

/// A form token for the visitor [`VISITOR`] with that session cookie: send it as field `csrf`, with the cookies.
pub fn form_token(session: Option<&str>) -> String {
    CsrfKey::new(KEY).token([1; 32], VISITOR, session)
}

/// The same every time.
pub(crate) struct NoChance;

impl Ids for NoChance {
    fn uuid(&self) -> Uuid {
        Uuid::from_u128(7)
    }

    fn secret(&self) -> [u8; 32] {
        [9; 32]
    }
}

/// What a document promises for a status of an operation; null for what it does not.
pub fn promised(document: &Value, operation: &Value, status: u16) -> Value {
    let response = &operation["responses"][status.to_string()];
    match response["$ref"].as_str() {
        Some(shared) => document.pointer(shared.trim_start_matches('#')).cloned().unwrap_or_default(),
        None => response.clone(),
    }
}
