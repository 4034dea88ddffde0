//! What the pages and the API that join contexts ask of each, wherever it runs.
//!
//! Three small ports, [`Shopfront`] (what the home page shows of the catalogue), [`People`] (whom ids stand for) and
//! [`Operations`] (what an operator asks of any context), with an answer from this process ([`in_process`]) and one over HTTP ([`remote`]). [`Peers`] asks all
//! contexts at once, and one that does not answer holds back no other.

pub mod in_process;
pub mod remote;
mod topology;
mod views;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use catalogue::ProductCard;
use chassis::messaging::ReplayError;
use chassis::web::CallerContext;
use futures_util::future::join_all;
use futures_util::{StreamExt as _, stream};
use serde::Deserialize;
use shared_kernel::{CustomerId, StoreError, Timestamp};
use utoipa::IntoParams;

use crate::config::parts::Part;

pub use topology::{ConsumerState, ContextTopology, EventRoute, StatedEvent, Topology};
pub use views::{CategorySummary, Counts, DashboardCount, DeadLetterView, ErrorView, LogEntry, Person};

/// The most dead letters that are shown at once.
pub const MAX_DEAD_LETTERS_SHOWN: u32 = 100;

/// The most kinds of errors that are shown at once.
pub const MAX_ERRORS_SHOWN: usize = chassis::telemetry::MAX_FINGERPRINTS;

/// How many accounts are looked up at the same time.
const LOOKUPS_AT_ONCE: usize = 8;

/// What the shop's front door shows of the catalogue.
#[async_trait]
pub trait Shopfront: Send + Sync {
    /// Some products for the home page, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the catalogue cannot answer.
    async fn featured(&self, asker: &CallerContext, limit: u32) -> Result<Vec<ProductCard>, StoreError>;

    /// All categories that hold products.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the catalogue cannot answer.
    async fn categories(&self, asker: &CallerContext) -> Result<Vec<CategorySummary>, StoreError>;

    /// Paths that search engines may know.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the catalogue cannot answer.
    async fn public_paths(&self, asker: &CallerContext) -> Result<Vec<String>, StoreError>;
}

/// Whom the ids of customers stand for.
#[async_trait]
pub trait People: Send + Sync {
    /// Who has the account; `None` if it was deleted or never existed.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the customer context cannot answer.
    async fn find(&self, asker: &CallerContext, id: CustomerId) -> Result<Option<Person>, StoreError>;
}

/// What is to become of a dead letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// It is tried again.
    Retry,
    /// It is given up for good.
    Discard,
}

/// What an operator asks of one context. Whether the asker may ask was decided at the door: of this process if the
/// context lives here, of the other one otherwise.
#[async_trait]
pub trait Operations: Send + Sync {
    /// How its inbox stands, and what waits for staff.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the context cannot answer.
    async fn counts(&self, asker: &CallerContext) -> Result<Counts, StoreError>;

    /// Its newest dead letters, newest first, at most [`MAX_DEAD_LETTERS_SHOWN`].
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the context cannot answer.
    async fn dead_letters(&self, asker: &CallerContext) -> Result<Vec<DeadLetterView>, StoreError>;

    /// Decides about a dead letter of this context, by the name that the letter carries. `false` if there is none.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the context cannot answer.
    async fn decide(&self, asker: &CallerContext, letter: &str, decision: Decision) -> Result<bool, StoreError>;

    /// What went wrong in its process, the newest first, at most [`MAX_ERRORS_SHOWN`].
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the context cannot answer.
    async fn errors(&self, asker: &CallerContext) -> Result<Vec<ErrorView>, StoreError>;

    /// Its consumers that can be rebuilt, as `context/consumer`.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the context cannot answer.
    async fn rebuildable(&self, asker: &CallerContext) -> Result<Vec<String>, StoreError>;

    /// Its part of the security log, newest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the context cannot answer.
    async fn security_log(&self, asker: &CallerContext, query: &LogQuery) -> Result<Vec<LogEntry>, StoreError>;

    /// What it states and hears, and how that goes.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the context cannot answer.
    async fn topology(&self, asker: &CallerContext) -> Result<ContextTopology, StoreError>;

    /// Rebuilds a consumer.
    ///
    /// # Errors
    /// [`ReplayError`].
    async fn replay(&self, asker: &CallerContext, consumer: &str) -> Result<(), ReplayError>;
}

/// Which records of the security log are asked for.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LogQuery {
    /// Only those before the record with this id.
    #[serde(default)]
    pub before: String,
    /// Only those of this kind, such as `login-failed`.
    #[serde(default)]
    pub event: String,
}

/// The answers of all contexts, and which of them did not answer.
#[derive(Debug, Default)]
pub struct Collected<T> {
    /// What was answered.
    pub items: Vec<T>,
    /// The contexts that cannot be reached.
    pub unreachable: Vec<&'static str>,
}

/// All contexts of the shop.
#[derive(Clone)]
pub struct Peers {
    shopfront: Arc<dyn Shopfront>,
    people: Arc<dyn People>,
    contexts: BTreeMap<Part, Arc<dyn Operations>>,
}

impl Peers {
    /// Asks these.
    pub fn new(
        shopfront: Arc<dyn Shopfront>,
        people: Arc<dyn People>,
        contexts: BTreeMap<Part, Arc<dyn Operations>>,
    ) -> Self {
        Self { shopfront, people, contexts }
    }

    /// What the front door shows.
    pub fn shopfront(&self) -> &dyn Shopfront {
        self.shopfront.as_ref()
    }

    /// Who has these accounts; `None` for one that was deleted. Accounts of which the customer context does not tell are
    /// missing.
    pub async fn people(
        &self,
        asker: &CallerContext,
        ids: BTreeSet<CustomerId>,
    ) -> BTreeMap<CustomerId, Option<Person>> {
        let find = |id| async move { (id, ok_or_log(Part::Customer, self.people.find(asker, id).await)) };
        let found = stream::iter(ids).map(find).buffer_unordered(LOOKUPS_AT_ONCE);
        found.filter_map(|(id, person)| async move { person.map(|person| (id, person)) }).collect().await
    }

    /// How each context stands; `None` for one that cannot be reached.
    pub async fn counts(&self, asker: &CallerContext) -> Vec<(&'static str, Option<Counts>)> {
        let asked = self
            .contexts
            .iter()
            .map(|(part, context)| async move { (part.name(), ok_or_log(*part, context.counts(asker).await)) });
        join_all(asked).await
    }

    /// The newest dead letters of all contexts, newest first.
    pub async fn dead_letters(&self, asker: &CallerContext) -> Collected<DeadLetterView> {
        let asked = self
            .contexts
            .iter()
            .map(|(part, context)| async move { (*part, ok_or_log(*part, context.dead_letters(asker).await)) });
        let mut letters = collect(join_all(asked).await);
        letters
            .items
            .sort_by_key(|letter: &DeadLetterView| std::cmp::Reverse(Timestamp::parse(&letter.failed_at).ok()));
        letters.items.truncate(MAX_DEAD_LETTERS_SHOWN as usize);
        letters
    }

    /// The newest records of the security log, wherever they are kept, newest first.
    pub async fn security_log(&self, asker: &CallerContext, query: &LogQuery) -> Collected<LogEntry> {
        let asked = self
            .contexts
            .iter()
            .map(|(part, context)| async move { (*part, ok_or_log(*part, context.security_log(asker, query).await)) });
        let mut entries = collect(join_all(asked).await);
        entries.items.sort_by(|one, other| other.id.cmp(&one.id));
        entries.items.truncate(MAX_DEAD_LETTERS_SHOWN as usize);
        entries
    }

    /// What went wrong in this process and in those of all contexts, the newest first. Contexts of one process tell of the
    /// same errors; each is there once.
    pub async fn errors(&self, asker: &CallerContext) -> Collected<ErrorView> {
        let asked = self
            .contexts
            .iter()
            .map(|(part, context)| async move { (*part, ok_or_log(*part, context.errors(asker).await)) });
        let mut all = collect(join_all(asked).await);
        all.items.extend(in_process::errors());
        all.items.sort_by(|one, other| {
            (&other.last_seen, &one.instance, &one.fingerprint).cmp(&(
                &one.last_seen,
                &other.instance,
                &other.fingerprint,
            ))
        });
        let mut known = BTreeSet::new();
        all.items.retain(|error| known.insert((error.instance.clone(), error.fingerprint.clone())));
        all.items.truncate(MAX_ERRORS_SHOWN);
        all
    }

    /// Decides about a dead letter, by the name that it carries. `false` if there is none.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when its context cannot answer.
    pub async fn decide(&self, asker: &CallerContext, letter: &str, decision: Decision) -> Result<bool, StoreError> {
        let context = letter_name(letter).and_then(|name| self.context_of(&name));
        let Some(context) = context else { return Ok(false) };
        context.decide(asker, letter, decision).await
    }

    /// Which context states which fact, who hears it, and how that goes.
    pub async fn topology(&self, asker: &CallerContext) -> Topology {
        let asked = self.contexts.iter().map(|(part, context)| async move {
            let told = ok_or_log(*part, context.topology(asker).await);
            (*part, told.map(|topology| vec![topology]))
        });
        collect(join_all(asked).await).into()
    }

    /// All consumers that can be rebuilt.
    pub async fn rebuildable(&self, asker: &CallerContext) -> Collected<String> {
        let asked = self
            .contexts
            .iter()
            .map(|(part, context)| async move { (*part, ok_or_log(*part, context.rebuildable(asker).await)) });
        collect(join_all(asked).await)
    }

    /// Rebuilds a consumer called `context/consumer`.
    ///
    /// # Errors
    /// [`ReplayError`].
    pub async fn replay(&self, asker: &CallerContext, consumer: &str) -> Result<(), ReplayError> {
        let context = self.context_of(consumer);
        let context = context.ok_or_else(|| ReplayError::NoSuchConsumer(consumer.to_owned()))?;
        context.replay(asker, consumer).await
    }

    fn context_of(&self, name: &str) -> Option<&dyn Operations> {
        let context = name.split('/').next()?;
        let (_, found) = self.contexts.iter().find(|(part, _)| part.name() == context)?;
        Some(found.as_ref())
    }
}

/// The name under which a letter is found in its context, such as `order/payment-events/evt_1`.
pub fn letter_name(letter: &str) -> Option<String> {
    String::from_utf8(URL_SAFE_NO_PAD.decode(letter).ok()?).ok()
}

fn ok_or_log<T>(part: Part, answer: Result<T, StoreError>) -> Option<T> {
    let failed = |error: &StoreError| {
        let part = part.name();
        tracing::warn!(peer = part, error = error as &dyn std::error::Error, "{part} does not answer");
    };
    answer.inspect_err(failed).ok()
}

fn collect<T>(answers: Vec<(Part, Option<Vec<T>>)>) -> Collected<T> {
    let mut all = Collected { items: Vec::new(), unreachable: Vec::new() };
    for (part, answer) in answers {
        match answer {
            Some(items) => all.items.extend(items),
            None => all.unreachable.push(part.name()),
        }
    }
    all
}
