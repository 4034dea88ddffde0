//! The sandbox's memory: one database, one transaction per command.
//!
//! A [`Command`] loads, lets the domain decide, and keeps the result through a [`Ledger`]; the events about it and the
//! answer under its idempotency key go into the same transaction. A command may run twice (see [`chassis_sql`]), so it
//! touches nothing but its ledger.
//!
//! On PostgreSQL commands run side by side, those under one key or on one intent one after the other. A key is claimed
//! first; then the intent is locked; and its refunds and its session are read under that lock and change under no
//! other, though a command may know them first: whose they are never changes. Charges and events are never changed at
//! all. So a command that holds an intent waits only for the database, and no two commands block each other.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chassis_sql::params;
use chassis_sql::{Database, Migration, Row, Tx};
use serde::de::DeserializeOwned;
use serde_json::Value;
use shared_kernel::{Ids, StoreError, Timestamp};

use crate::answer::Answer;
use crate::domain::attempt::{Attempt, Charge, Fact};
use crate::domain::checkout::{Session, SessionStatus};
use crate::domain::dispute::{self, Dispute, DisputeFact};
use crate::domain::intent::{Intent, Step};
use crate::domain::object_id;
use crate::domain::refund::Refund;
use crate::errors::ApiError;
use crate::failures::Failure;
use crate::idempotency::{IdempotentRequest, StoredResponse};
use crate::objects::{self, Origin};

/// The schema.
pub(crate) const MIGRATIONS: &[Migration] = &[
    chassis_sql::migration!("../../../migrations/sandbox", 1, "0001_sandbox.sql", "sandbox"),
    chassis_sql::migration!("../../../migrations/sandbox", 2, "0002_disputes.sql", "disputes"),
    chassis_sql::migration!("../../../migrations/sandbox", 3, "0003_no_addresses.sql", "no addresses"),
];

/// One thing that the provider is asked to do.
#[async_trait]
pub(crate) trait Command: Send + Sync + 'static {
    /// Does it. A refusal is an answer too, given before anything is written; an `Err` is the store's alone.
    async fn run(&self, ledger: &mut Ledger<'_>) -> Result<Answer, StoreError>;
}

/// What a command knows of its surroundings.
#[derive(Clone)]
pub(crate) struct StoreTransaction {
    /// The present.
    pub now: Timestamp,
    /// Gives ids.
    pub ids: Arc<dyn Ids>,
    /// The request.
    pub origin: Origin,
    /// Event types that are posted; none when no address is set to post to.
    pub subscribed: Arc<[String]>,
    /// How long slow payments and refunds are under way.
    pub slow: Duration,
    /// Where the hosted page is found.
    pub base_url: Arc<str>,
}

/// The sandbox's tables.
#[derive(Clone)]
pub(crate) struct Store {
    database: Database,
}

impl Store {
    /// Opens the tables, making them if need be.
    pub(crate) async fn open(database: Database) -> Result<Self, StoreError> {
        database.migrate("sandbox", MIGRATIONS).await?;
        Ok(Self { database })
    }

    /// The database, for reading lists and for the sender.
    pub(crate) const fn database(&self) -> &Database {
        &self.database
    }

    /// Carries out a command once, or repeats the answer that its key was given.
    pub(crate) async fn execute(
        &self,
        scene: StoreTransaction,
        keyed: Option<IdempotentRequest>,
        what: Arc<dyn Command>,
        failure: Option<Failure>,
    ) -> Result<StoredResponse, StoreError> {
        self.database
            .write(move |tx| {
                let (scene, keyed, what) = (scene.clone(), keyed.clone(), Arc::clone(&what));
                Box::pin(async move {
                    let Some(keyed) = keyed else {
                        let answer = run(what.as_ref(), &mut Ledger { tx, scene: &scene }, failure).await?;
                        return Ok(StoredResponse { answer, replayed: false });
                    };
                    if let Some(given) = keyed.seen_or_claim(tx, scene.now).await? {
                        return Ok(given);
                    }
                    let answer = run(what.as_ref(), &mut Ledger { tx, scene: &scene }, failure).await?;
                    keyed.remember(tx, &answer).await?;
                    Ok(StoredResponse { answer, replayed: false })
                })
            })
            .await
    }

    /// The intent as it is now.
    pub(crate) async fn intent(&self, id: &str) -> Result<Option<Intent>, StoreError> {
        self.record("SELECT record FROM intent WHERE id = $1", id).await
    }

    pub(crate) async fn charge(&self, id: &str) -> Result<Option<Charge>, StoreError> {
        self.record("SELECT record FROM charge WHERE id = $1", id).await
    }

    /// The refund as it is now.
    pub(crate) async fn refund(&self, id: &str) -> Result<Option<Refund>, StoreError> {
        self.record("SELECT record FROM refund WHERE id = $1", id).await
    }

    /// The dispute as it is now.
    pub(crate) async fn dispute(&self, id: &str) -> Result<Option<Dispute>, StoreError> {
        self.record("SELECT record FROM dispute WHERE id = $1", id).await
    }

    /// The session as it is now.
    pub(crate) async fn session(&self, id: &str) -> Result<Option<Session>, StoreError> {
        self.record("SELECT record FROM checkout_session WHERE id = $1", id).await
    }

    /// The session that pays this intent.
    pub(crate) async fn session_of(&self, intent: &str) -> Result<Option<Session>, StoreError> {
        self.record("SELECT record FROM checkout_session WHERE intent = $1", intent).await
    }

    async fn record<T>(&self, sql: &'static str, id: &str) -> Result<Option<T>, StoreError>
    where
        T: DeserializeOwned + Send + 'static,
    {
        let id = id.to_owned();
        self.database
            .read(move |tx| {
                let id = id.clone();
                Box::pin(async move { tx.fetch_optional(sql, params![id]).await?.as_ref().map(record).transpose() })
            })
            .await
    }
}

/// Runs a command; one that is to fail does its work or not, and answers with the failure.
async fn run(what: &dyn Command, ledger: &mut Ledger<'_>, failure: Option<Failure>) -> Result<Answer, StoreError> {
    match failure {
        None => what.run(ledger).await,
        Some(Failure::Before) => Ok(ApiError::on_demand().answer()),
        Some(Failure::After) => {
            what.run(ledger).await?;
            Ok(ApiError::on_demand().answer())
        }
    }
}

/// A row's object.
pub(crate) fn record<T: DeserializeOwned>(row: &Row) -> Result<T, StoreError> {
    let value: Value = row.get("record")?;
    let name = value.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
    serde_json::from_value(value).map_err(|error| StoreError::Corrupt {
        table: "sandbox",
        row: name,
        problem: error.to_string(),
    })
}

fn written(object: &impl serde::Serialize) -> Result<Value, StoreError> {
    serde_json::to_value(object).map_err(StoreError::unavailable)
}

/// The hands with which a command works, inside its transaction.
pub(crate) struct Ledger<'t> {
    tx: &'t mut Tx,
    scene: &'t StoreTransaction,
}

impl Ledger<'_> {
    /// The present.
    pub(crate) const fn now(&self) -> Timestamp {
        self.scene.now
    }

    /// How long slow payments and refunds are under way.
    pub(crate) const fn slow(&self) -> Duration {
        self.scene.slow
    }

    /// A new id such as `pi_0199..`.
    pub(crate) fn new_id(&self, prefix: &str) -> String {
        object_id(prefix, self.scene.ids.uuid())
    }

    /// Thirty-two bytes that cannot be guessed.
    pub(crate) fn secret(&self) -> [u8; 32] {
        self.scene.ids.secret()
    }

    /// What an attempt to pay needs.
    pub(crate) fn attempt(&self, return_url: Option<String>) -> Attempt {
        Attempt { charge_id: self.new_id("ch"), now: self.now(), slow: self.slow(), return_url }
    }

    /// The intent in Stripe's shape.
    pub(crate) fn intent_object(&self, intent: &Intent) -> Value {
        objects::intent(intent, &self.scene.base_url)
    }

    /// The session in Stripe's shape.
    pub(crate) fn session_object(&self, session: &Session) -> Value {
        objects::session(session, &self.scene.base_url)
    }

    /// The intent, held still until the commit, and with it all that is about it.
    pub(crate) async fn intent(&mut self, id: &str) -> Result<Option<Intent>, StoreError> {
        let held = self.tx.fetch_for_update("SELECT record FROM intent WHERE id = $1", params![id]).await?;
        held.first().map(record).transpose()
    }

    pub(crate) async fn charge(&mut self, id: &str) -> Result<Option<Charge>, StoreError> {
        self.find("SELECT record FROM charge WHERE id = $1", id).await
    }

    /// The refund, held with its intent.
    pub(crate) async fn refund(&mut self, id: &str) -> Result<Option<Refund>, StoreError> {
        self.hold("SELECT intent FROM refund WHERE id = $1", id).await?;
        self.find("SELECT record FROM refund WHERE id = $1", id).await
    }

    /// The dispute, held with its intent.
    pub(crate) async fn dispute(&mut self, id: &str) -> Result<Option<Dispute>, StoreError> {
        self.hold("SELECT intent FROM dispute WHERE id = $1", id).await?;
        self.find("SELECT record FROM dispute WHERE id = $1", id).await
    }

    /// The dispute of this intent's money. The caller holds the intent.
    pub(crate) async fn dispute_of(&mut self, intent: &str) -> Result<Option<Dispute>, StoreError> {
        self.find("SELECT record FROM dispute WHERE intent = $1", intent).await
    }

    /// The session, held with its intent.
    pub(crate) async fn session(&mut self, id: &str) -> Result<Option<Session>, StoreError> {
        self.hold("SELECT intent FROM checkout_session WHERE id = $1", id).await?;
        self.find("SELECT record FROM checkout_session WHERE id = $1", id).await
    }

    /// Holds the intent that `whose` finds.
    async fn hold(&mut self, whose: &'static str, id: &str) -> Result<(), StoreError> {
        let Some(row) = self.tx.fetch_optional(whose, params![id]).await? else { return Ok(()) };
        self.intent(&row.get::<String>("intent")?).await.map(|_| ())
    }

    async fn find<T: DeserializeOwned>(&mut self, sql: &'static str, id: &str) -> Result<Option<T>, StoreError> {
        self.tx.fetch_optional(sql, params![id]).await?.as_ref().map(record).transpose()
    }

    /// Keeps the result of a transition: intent, charge, event; and completes the session of an intent that succeeded.
    pub(crate) async fn apply(&mut self, step: Step) -> Result<Intent, StoreError> {
        let Step { intent, charge, fact, .. } = step;
        let Some(fact) = fact else { return Ok(intent) };
        self.keep_intent(&intent).await?;
        let disputed = charge.as_ref().and_then(|charge| dispute::of_charge(self.new_id("du"), charge, self.now()));
        if let Some(charge) = charge {
            let sql = "INSERT INTO charge (id, intent, created, record) VALUES ($1, $2, $3, $4)";
            self.tx.execute(sql, params![&charge.id, &charge.intent, charge.created, written(&charge)?]).await?;
        }
        let object = self.intent_object(&intent);
        self.emit(fact.event_type(), &object).await?;
        if let Some((dispute, facts)) = disputed {
            self.keep_dispute(&dispute, &facts).await?;
        }
        let known = match (&intent.details().session, fact) {
            (Some(_), Fact::Created | Fact::Canceled) | (None, _) => None,
            (Some(session), _) => self.session(session).await?,
        };
        let Some(session) = known else { return Ok(intent) };
        let session = session.confirmed();
        if fact != Fact::Succeeded {
            self.keep_session(&session).await?;
        } else if let Some(session) = session.completed() {
            self.keep_session(&session).await?;
            let object = self.session_object(&session);
            self.emit("checkout.session.completed", &object).await?;
        }
        Ok(intent)
    }

    pub(crate) async fn keep_intent(&mut self, intent: &Intent) -> Result<(), StoreError> {
        let sql = "INSERT INTO intent (id, created, status, amount, received, refunded, currency, due, record)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (id) DO UPDATE SET status = excluded.status,
            amount = excluded.amount, currency = excluded.currency, received = excluded.received, refunded = excluded.refunded, due = excluded.due, record = excluded.record";
        let amount = intent.amount();
        let (received, left) = intent.captured().map_or((0, 0), |captured| (amount.minor(), captured.left));
        let row = params![
            intent.id(),
            intent.created(),
            intent.status(),
            amount.minor(),
            received,
            received - left,
            amount.currency(),
            intent.due(),
            written(intent)?,
        ];
        self.tx.execute(sql, row).await.map(|_| ())
    }

    pub(crate) async fn keep_refund(&mut self, refund: &Refund) -> Result<(), StoreError> {
        let sql = "INSERT INTO refund (id, intent, created, status, amount, due, record)
            VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO UPDATE SET status = excluded.status,
            due = excluded.due, record = excluded.record";
        let row = params![
            refund.id(),
            refund.intent(),
            refund.created(),
            refund.status().name(),
            refund.amount().minor(),
            refund.due(),
            written(refund)?,
        ];
        self.tx.execute(sql, row).await.map(|_| ())
    }

    /// Keeps a dispute as it is, and tells of it.
    pub(crate) async fn keep_dispute(&mut self, dispute: &Dispute, facts: &[DisputeFact]) -> Result<(), StoreError> {
        let sql = "INSERT INTO dispute (id, intent, charge, created, status, amount, due, record)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO UPDATE SET status = excluded.status,
            due = excluded.due, record = excluded.record";
        let row = params![
            &dispute.id,
            &dispute.intent,
            &dispute.charge,
            dispute.created,
            dispute.status.name(),
            dispute.amount.minor(),
            dispute.due(),
            written(dispute)?,
        ];
        self.tx.execute(sql, row).await?;
        let object = objects::dispute(dispute);
        for fact in facts {
            self.emit(fact.event_type(), &object).await?;
        }
        Ok(())
    }

    pub(crate) async fn keep_session(&mut self, session: &Session) -> Result<(), StoreError> {
        let sql = "INSERT INTO checkout_session (id, intent, created, due, record) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (id) DO UPDATE SET due = excluded.due, record = excluded.record";
        let due = (session.status == SessionStatus::Open).then_some(session.expires);
        let row = params![&session.id, &session.intent, session.created, due, written(session)?];
        self.tx.execute(sql, row).await.map(|_| ())
    }

    /// Stores an event, and that it has to be posted if its type is subscribed to.
    pub(crate) async fn emit(&mut self, kind: &str, object: &Value) -> Result<(), StoreError> {
        let wanted = self.scene.subscribed.iter().any(|wanted| wanted == "*" || wanted == kind);
        let id = self.new_id("evt");
        let body = objects::event(&id, kind, self.now(), object, &self.scene.origin, wanted);
        let keep = "INSERT INTO webhook_event (id, created, type, body) VALUES ($1, $2, $3, $4)";
        self.tx.execute(keep, params![&id, self.now(), kind, body.to_string()]).await?;
        if wanted {
            let send = "INSERT INTO webhook_delivery (event, since, due, attempts) VALUES ($1, $2, $2, 0)";
            self.tx.execute(send, params![&id, self.now()]).await?;
        }
        Ok(())
    }
}
