//! In which currency a database counts: written down once, and held to.

use chassis_sql::{Database, Migration};
use shared_kernel::{Currency, Timestamp};

const NOTHING: &str = "SELECT name AS currency FROM marker WHERE name = 'nothing'";
const EUROS: &str = "SELECT 'EUR' AS currency";
const NONE: &[Migration] = &[];

fn euro() -> Currency {
    Currency::parse("EUR").unwrap()
}

async fn keeps_the_first_and_refuses_another(database: Database) {
    let now = Timestamp::from_micros(0);
    database.keep_currency(Currency::NZD, NOTHING, now).await.unwrap();
    database.keep_currency(Currency::NZD, EUROS, now).await.unwrap();
    let refused = database.keep_currency(euro(), NOTHING, now).await.unwrap_err().to_string();
    assert!(refused.contains("STORE_CURRENCY=NZD") && refused.contains("in EUR"), "{refused}");
}

async fn takes_what_an_older_version_has_left(database: Database) {
    let now = Timestamp::from_micros(0);
    assert!(database.keep_currency(Currency::NZD, EUROS, now).await.is_err());
    database.keep_currency(euro(), NOTHING, now).await.unwrap();
}

#[tokio::test]
async fn on_sqlite() {
    keeps_the_first_and_refuses_another(chassis_testing::sqlite("order", NONE).await).await;
    takes_what_an_older_version_has_left(chassis_testing::sqlite("order", NONE).await).await;
}

#[tokio::test]
async fn on_postgres() {
    if let Some(database) = chassis_testing::postgres("order", NONE).await {
        keeps_the_first_and_refuses_another(database).await;
    }
    if let Some(database) = chassis_testing::postgres("order", NONE).await {
        takes_what_an_older_version_has_left(database).await;
    }
}
