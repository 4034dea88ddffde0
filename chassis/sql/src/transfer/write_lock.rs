//! Blocks writes to a database while it is held. For milliseconds only.

use shared_kernel::StoreError;

use super::Location;
use super::session::Session;
use super::shape::quoted;

/// Keeps writers waiting until it is let go; readers do not notice.
pub struct WriteLock(Session);

impl WriteLock {
    /// Waits for the writer at work and keeps the next ones waiting.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], also when writers do not come to an end within seconds.
    pub async fn of(location: &Location) -> Result<Self, StoreError> {
        let mut session = Session::writing(location).await?;
        if let Session::Sqlite(_) = session {
            session.run("BEGIN IMMEDIATE").await?;
            return Ok(Self(session));
        }
        let tables = session.tables().await?;
        let names: Vec<String> = tables.iter().map(|table| quoted(&table.name)).collect();
        session.run(format!("BEGIN; LOCK TABLE {} IN SHARE MODE", names.join(", "))).await?;
        Ok(Self(session))
    }

    /// Lets writers go on.
    pub async fn end(mut self) -> Result<(), StoreError> {
        self.0.run("ROLLBACK").await?;
        self.0.close().await
    }
}
