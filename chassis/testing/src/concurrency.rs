//! Two handles on one database, as two processes have them, and many tasks at once on both.

use std::future::Future;
use std::sync::atomic::{AtomicU32, Ordering};

use chassis_sql::{Database, Migration};
use tokio::task::JoinSet;

use crate::{shared_cluster, sqlite};

/// One handle twice: no other process opens a file of SQLite.
pub async fn two_on_sqlite(owner: &'static str, migrations: &[Migration]) -> [Database; 2] {
    let database = sqlite(owner, migrations).await;
    [database.clone(), database]
}

/// Two pools on a new schema, which both migrate at the same time; `None` where there is no PostgreSQL.
pub async fn two_on_postgres(owner: &'static str, migrations: &[Migration]) -> Option<[Database; 2]> {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let settings = shared_cluster(&format!("two_{owner}_{}", NEXT.fetch_add(1, Ordering::Relaxed)))?;
    let open = async || {
        let database = Database::postgres(&settings).await;
        let database = database.unwrap_or_else(|error| panic!("cannot connect: {error:?}"));
        database.migrate(owner, migrations).await.unwrap_or_else(|error| panic!("cannot migrate: {error:?}"));
        database
    };
    let (one, other) = tokio::join!(open(), open());
    Some([one, other])
}

/// Runs `act` with each number from 1 to `size` at once, by turns with the one and the other; answers come in the order
/// in which they are ready.
pub async fn crowd<S: Clone, T: Send + 'static, F: Future<Output = T> + Send + 'static>(
    size: u64,
    [one, other]: &[S; 2],
    act: impl Fn(S, u64) -> F,
) -> Vec<T> {
    let turn = |number: u64| if number.is_multiple_of(2) { other.clone() } else { one.clone() };
    (1..=size).map(|number| act(turn(number), number)).collect::<JoinSet<T>>().join_all().await
}

/// Makes a test for each engine of every case: `async fn case(two: [Database; 2])`.
///
/// `on_two_handles! { "catalogue", MIGRATIONS: a_case another_case }`
#[macro_export]
macro_rules! on_two_handles {
    ($owner:literal, $migrations:ident: $($case:ident)*) => {$(
        mod $case {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                super::$case($crate::two_on_sqlite($owner, super::$migrations).await).await;
            }
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                if let Some(two) = $crate::two_on_postgres($owner, super::$migrations).await {
                    super::$case(two).await;
                }
            }
        }
    )*};
}
