//! What keeps the data. Whatever uses a database is tested on each of them.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

use std::sync::atomic::{AtomicU32, Ordering};

use chassis::sql::Database;
use chassis::testing::{postgres, shared_cluster, sqlite};
use order::adapters::outbound::sql::MIGRATIONS;

/// One that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Storage {
    Sqlite,
    Postgres,
}

impl Storage {
    /// PostgreSQL; where it is not installed, that is said (or fails, where everything must run).
    pub fn postgres() -> Option<Self> {
        shared_cluster("public").map(|_| Self::Postgres)
    }

    /// A new database with the context's tables.
    pub async fn database(self) -> Database {
        match self {
            Self::Sqlite => sqlite("order", MIGRATIONS).await,
            Self::Postgres => postgres("order", MIGRATIONS).await.unwrap(),
        }
    }

    /// A new database, opened twice, as two processes open it that start together. SQLite serves one process alone.
    pub async fn twice(self) -> [Database; 2] {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        if self == Self::Sqlite {
            let database = self.database().await;
            return [database.clone(), database];
        }
        let settings = shared_cluster(&format!("order_twice_{}", NEXT.fetch_add(1, Ordering::Relaxed))).unwrap();
        let start = async || {
            let database = Database::postgres(&settings).await.unwrap();
            database.migrate("order", MIGRATIONS).await.unwrap();
            database
        };
        tokio::join!(start(), start()).into()
    }
}

/// Makes a test of each case on each engine.
macro_rules! on_both_engines {
    ($($case:ident)*) => {
        chassis::testing::on_both_engines! {
            #[actix_web::test] crate::storage::Storage::Sqlite, crate::storage::Storage::postgres() =>
            $($case)*
        }
    };
}
