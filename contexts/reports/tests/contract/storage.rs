//! What keeps the books in a test: a SQLite file, or a schema on a PostgreSQL server.

use chassis::sql::{Database, Migration};
use chassis::testing::{postgres, shared_cluster, sqlite};

/// One of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Storage {
    Sqlite,
    Postgres,
}

impl Storage {
    /// PostgreSQL; where tests cannot run on it, that is said.
    pub fn postgres() -> Option<Self> {
        shared_cluster("reports").map(|_| Self::Postgres)
    }

    /// A new database with the owner's tables.
    pub async fn database(self, owner: &'static str, migrations: &[Migration]) -> Database {
        match self {
            Self::Sqlite => sqlite(owner, migrations).await,
            Self::Postgres => postgres(owner, migrations).await.unwrap(),
        }
    }

    /// A new database as two processes hold it; on SQLite, where there is but one, two clones of its handle.
    pub async fn database_twice(
        self,
        owner: &'static str,
        migrations: &[Migration],
        schema: &str,
    ) -> (Database, Database) {
        if self == Self::Sqlite {
            let database = sqlite(owner, migrations).await;
            return (database.clone(), database);
        }
        let settings = shared_cluster(schema).unwrap();
        let (here, there) =
            (Database::postgres(&settings).await.unwrap(), Database::postgres(&settings).await.unwrap());
        here.migrate(owner, migrations).await.unwrap();
        (here, there)
    }
}

/// Runs each of these tests on SQLite and, where it is there, on PostgreSQL.
macro_rules! on_both_engines {
    ($($case:ident)*) => {
        chassis::testing::on_both_engines! {
            #[actix_web::test] crate::storage::Storage::Sqlite, crate::storage::Storage::postgres() =>
            $($case)*
        }
    };
}
pub(crate) use on_both_engines;
