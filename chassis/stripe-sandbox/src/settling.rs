//! What happens at the provider by itself: slow payments and refunds complete, sessions expire, and what can no longer
//! be retrieved is deleted.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chassis_sql::params;
use shared_kernel::StoreError;

use crate::answer::Answer;
use crate::checkout::ExpireSession;
use crate::core::{CLOCK_SKEW, Core};
use crate::disputes::ChangeDispute;
use crate::idempotency::KEY_LIFETIME;
use crate::intents::no_such_intent;
use crate::objects::Origin;
use crate::refunds::SettleRefund;
use crate::store::{Command, Ledger};

/// Stripe lists events for thirty days.
const EVENT_RETENTION: Duration = Duration::from_hours(30 * 24);

/// What is slow is slow by seconds: when the clock was set back it does not wait until it has caught up.
const DUE: &str = "SELECT 'intent' AS kind, id, due FROM intent WHERE due <= $1 OR (due IS NOT NULL AND created > $2)
    UNION ALL SELECT 'refund', id, due FROM refund WHERE due <= $1 OR (due IS NOT NULL AND created > $2)
    UNION ALL SELECT 'dispute', id, due FROM dispute WHERE due <= $1
    UNION ALL SELECT 'session', id, due FROM checkout_session WHERE due <= $1 ORDER BY due LIMIT 200";

/// Brings a slow payment that is due to its end.
struct SettleIntent {
    id: String,
}

#[async_trait]
impl Command for SettleIntent {
    async fn run(&self, ledger: &mut Ledger<'_>) -> Result<Answer, StoreError> {
        let Some(intent) = ledger.intent(&self.id).await? else { return Ok(no_such_intent(&self.id).answer()) };
        let attempt = ledger.attempt(None);
        let intent = ledger.apply(intent.settle(&attempt)).await?;
        Ok(Answer::ok(&ledger.intent_object(&intent)))
    }
}

impl Core {
    /// Does everything that is due.
    ///
    /// # Errors
    /// The store's; what was not done is still due.
    pub(crate) async fn settle(&self) -> Result<(), StoreError> {
        let now = self.clock.now();
        let due = self.store.database().read(move |tx| {
            Box::pin(async move {
                let rows = tx.fetch(DUE, params![now, now.plus(CLOCK_SKEW)]).await?;
                rows.iter().map(|row| Ok((row.get::<String>("kind")?, row.get::<String>("id")?))).collect()
            })
        });
        let due: Vec<(String, String)> = due.await?;
        for (kind, id) in due {
            let command: Arc<dyn Command> = match kind.as_str() {
                "intent" => Arc::new(SettleIntent { id }),
                "refund" => Arc::new(SettleRefund { id }),
                "dispute" => Arc::new(ChangeDispute::expire(id)),
                _ => Arc::new(ExpireSession { id }),
            };
            self.execute(Origin::default(), None, command).await?;
        }
        Ok(())
    }

    /// Forgets idempotency keys after a day, and events that arrived after thirty; at most a thousand of each. Answers
    /// how many it were.
    pub(crate) async fn forget(&self) -> Result<u64, StoreError> {
        let (keys, events) = (self.clock.now().minus(KEY_LIFETIME), self.clock.now().minus(EVENT_RETENTION));
        // A key that is claimed again meanwhile is young again, whatever the inner statement has seen.
        let old_keys = "DELETE FROM request_key WHERE created <= $1 AND key IN
            (SELECT key FROM request_key WHERE created <= $1 ORDER BY created LIMIT 1000)";
        let old_events = "DELETE FROM webhook_event WHERE id IN (SELECT id FROM webhook_event WHERE created <= $1
            AND NOT EXISTS (SELECT 1 FROM webhook_delivery WHERE event = webhook_event.id) ORDER BY created LIMIT 1000)";
        let forgotten = self.store.database().write(move |tx| {
            Box::pin(async move {
                let forgotten = tx.execute(old_keys, params![keys]).await?;
                Ok(forgotten + tx.execute(old_events, params![events]).await?)
            })
        });
        forgotten.await
    }
}
