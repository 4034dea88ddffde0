//! The roles that `deploy/postgres/roles.sh` makes: each has access to its own schema and to no other.

use std::process::Command;

use chassis::sql::{Database, PostgresSettings};
use chassis::testing::Cluster;
use secrecy::SecretString;

use crate::source;

const OWNERS: [&str; 6] = ["catalogue", "order", "fulfilment", "reports", "customer", "sandbox"];

/// A server after the script, and where each role finds it.
struct Roles {
    cluster: Cluster,
    port: String,
}

impl Roles {
    /// `None` when there is no PostgreSQL here.
    fn made() -> Option<Self> {
        let cluster = Cluster::start(false)?;
        let url = cluster.url("store");
        let port = url.rsplit_once('/').unwrap().0.rsplit_once(':').unwrap().1.to_owned();
        let mut script = Command::new("sh");
        script.arg(source::root().join("deploy/postgres/roles.sh"));
        script.env("PGHOST", "127.0.0.1").env("PGPORT", &port);
        script.envs(OWNERS.map(|owner| (format!("{}_DB_PASSWORD", owner.to_uppercase()), format!("it's {owner}"))));
        let ran = script.output().unwrap();
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
        Some(Self { cluster, port })
    }

    /// Whether `role` may run the statement in `database`; the reason if not.
    fn may(&self, role: &str, database: &str, sql: &str) -> Result<(), String> {
        let port = self.port.as_str();
        let arguments =
            ["-X", "-h", "127.0.0.1", "-p", port, "-U", role, "-d", database, "-v", "ON_ERROR_STOP=1", "-c"];
        let ran = Command::new("psql").args(arguments).arg(sql).output().unwrap();
        if ran.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&ran.stderr).into_owned()) }
    }
}

#[tokio::test]
async fn each_role_is_enough_for_its_context_and_reaches_no_other() {
    let Some(roles) = Roles::made() else { return };
    for owner in OWNERS {
        let settings = PostgresSettings {
            url: SecretString::from(format!("postgres://{owner}@127.0.0.1:{}/store", roles.port)),
            schema: owner.to_owned(),
            connections: 2,
            forgetful: true,
        };
        let database = Database::postgres(&settings).await.unwrap();
        database.migrate(owner, &[]).await.unwrap();
        database.close().await.unwrap();
    }
    for owner in OWNERS {
        assert_eq!(roles.may(owner, "store", &format!("SELECT 1 FROM \"{owner}\".inbox")), Ok(()));
        for other in OWNERS.into_iter().filter(|other| *other != owner) {
            for sql in ["SELECT 1 FROM", "DELETE FROM", "DROP TABLE"] {
                let refused = roles.may(owner, "store", &format!("{sql} \"{other}\".inbox")).unwrap_err();
                assert!(refused.contains("permission denied for schema"), "{owner}, {other}, {sql}: {refused}");
            }
        }
        for sql in ["CREATE TABLE public.x ()", "CREATE SCHEMA x", "CREATE ROLE x", "SET ROLE postgres"] {
            assert!(roles.may(owner, "store", sql).is_err(), "{owner} may {sql}");
        }
    }
}

#[test]
fn nobody_else_is_let_into_the_database() {
    let Some(roles) = Roles::made() else { return };
    assert!(roles.cluster.psql("store", "CREATE ROLE outsider LOGIN").status.success());
    assert!(roles.may("outsider", "store", "SELECT 1").unwrap_err().contains("permission denied for database"));
}

#[test]
fn passwords_are_kept_as_digests_only() {
    let Some(roles) = Roles::made() else { return };
    let kept = roles.cluster.psql("store", "SELECT count(*) FROM pg_authid WHERE rolpassword LIKE 'SCRAM%'");
    assert_eq!(String::from_utf8_lossy(&kept.stdout).trim(), OWNERS.len().to_string());
}
