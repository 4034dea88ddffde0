//! The port that remembers imports of files.

use std::collections::HashSet;

use async_trait::async_trait;
use shared_kernel::{Sku, StoreError};
use uuid::Uuid;

use crate::domain::{ImportRun, ImportRunId};

/// Remembers which counts were applied, and the last files that were looked at or imported, so that the very same file can
/// be applied after a look, and taken back.
#[async_trait]
pub trait ImportLog: Send + Sync {
    /// The codes whose counts an import of this content has brought already.
    async fn counted(&self, import_id: Uuid) -> Result<HashSet<Sku>, StoreError>;

    /// Keeps the run in place of what was known of it, and forgets all but the last [`ImportRun::MAX_KEPT`] of its
    /// state.
    async fn keep(&self, run: ImportRun) -> Result<(), StoreError>;

    /// The run; `None` if it never was, or has been forgotten.
    async fn find(&self, id: ImportRunId) -> Result<Option<ImportRun>, StoreError>;

    /// The runs that are remembered, the latest first, without their files.
    async fn recent(&self) -> Result<Vec<ImportRun>, StoreError>;
}
