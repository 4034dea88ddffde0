//! Places in lists, kept beside each product so that every engine orders alike.

use chassis::params;
use chassis::sql::Database;
use shared_kernel::StoreError;

use crate::domain::search_words::fold;

const NEXT: &str = "SELECT id, title, title_key FROM product WHERE id > $1 ORDER BY id LIMIT 500";
const MOVE: &str = "UPDATE product SET title_key = $2 WHERE id = $1";

/// Gives every product the place that its title has today: an earlier version knew fewer letters.
pub async fn renew_places(database: &Database) -> Result<(), StoreError> {
    let renewed = database.write(|tx| {
        Box::pin(async move {
            let mut last = String::new();
            loop {
                let rows = tx.fetch(NEXT, params![&last]).await?;
                let Some(row) = rows.last() else { return Ok(()) };
                last = row.get("id")?;
                for row in &rows {
                    let place = fold(&row.get::<String>("title")?);
                    if place != row.get::<String>("title_key")? {
                        tx.execute(MOVE, params![row.get::<String>("id")?, place]).await?;
                    }
                }
            }
        })
    });
    renewed.await
}
