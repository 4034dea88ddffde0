//! Of which contexts an operator asks: of one, in the process that holds it, or of all, wherever they run.

use std::sync::Arc;

use chassis::messaging::ReplayError;
use chassis::web::CallerContext;
use shared_kernel::StoreError;

use crate::peers::{Collected, DeadLetterView, Decision, ErrorView, LogEntry, LogQuery, Operations, Peers};

/// One context or all. One that cannot answer fails the question; of all, those that answer are shown and the others named.
pub(super) enum Scope {
    Context(Arc<dyn Operations>),
    Shop(Peers),
}

impl Scope {
    pub(super) async fn dead_letters(&self, asker: &CallerContext) -> Result<Collected<DeadLetterView>, StoreError> {
        match self {
            Self::Context(context) => context.dead_letters(asker).await.map(all),
            Self::Shop(peers) => Ok(peers.dead_letters(asker).await),
        }
    }

    pub(super) async fn security_log(
        &self,
        asker: &CallerContext,
        query: &LogQuery,
    ) -> Result<Collected<LogEntry>, StoreError> {
        match self {
            Self::Context(context) => context.security_log(asker, query).await.map(all),
            Self::Shop(peers) => Ok(peers.security_log(asker, query).await),
        }
    }

    pub(super) async fn errors(&self, asker: &CallerContext) -> Result<Collected<ErrorView>, StoreError> {
        match self {
            Self::Context(context) => context.errors(asker).await.map(all),
            Self::Shop(peers) => Ok(peers.errors(asker).await),
        }
    }

    pub(super) async fn rebuildable(&self, asker: &CallerContext) -> Result<Collected<String>, StoreError> {
        match self {
            Self::Context(context) => context.rebuildable(asker).await.map(all),
            Self::Shop(peers) => Ok(peers.rebuildable(asker).await),
        }
    }

    pub(super) async fn decide(
        &self,
        asker: &CallerContext,
        letter: &str,
        decision: Decision,
    ) -> Result<bool, StoreError> {
        match self {
            Self::Context(context) => context.decide(asker, letter, decision).await,
            Self::Shop(peers) => peers.decide(asker, letter, decision).await,
        }
    }

    pub(super) async fn replay(&self, asker: &CallerContext, consumer: &str) -> Result<(), ReplayError> {
        match self {
            Self::Context(context) => context.replay(asker, consumer).await,
            Self::Shop(peers) => peers.replay(asker, consumer).await,
        }
    }
}

fn all<T>(items: Vec<T>) -> Collected<T> {
    Collected { items, unreachable: Vec::new() }
}
