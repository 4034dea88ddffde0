//! A span for every mail that is sent. It names the mail, never the person.

use std::sync::Arc;

use async_trait::async_trait;
use chassis_telemetry::TRACE;
use tracing::Instrument;
use tracing::field::Empty;

use super::{Mail, MailError, Mailer};

/// Sends by another mailer.
pub struct TracedMailer {
    mailer: Arc<dyn Mailer>,
    /// What mail travels by, such as `smtp`.
    system: &'static str,
}

impl TracedMailer {
    /// Sends by `mailer`, which hands mail to a `system`.
    pub fn new(mailer: Arc<dyn Mailer>, system: &'static str) -> Self {
        Self { mailer, system }
    }
}

#[async_trait]
impl Mailer for TracedMailer {
    async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        let span = tracing::info_span!(
            target: TRACE,
            "send mail",
            otel.kind = "client",
            otel.status_code = Empty,
            messaging.system = self.system,
            messaging.operation.name = "send",
            "messaging.operation.type" = "send",
            messaging.message.id = mail.message_id,
            "error.type" = Empty,
        );
        let sent = self.mailer.send(mail).instrument(span.clone()).await;
        if let Err(error) = &sent {
            let failure = if matches!(error, MailError::Refused(_)) { "refused" } else { "unavailable" };
            span.record("otel.status_code", "ERROR").record("error.type", failure);
        }
        sent
    }

    async fn forget(&self, address: &str) -> Result<u64, MailError> {
        self.mailer.forget(address).await
    }
}
