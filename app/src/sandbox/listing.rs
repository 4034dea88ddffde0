//! Lists, newest first: `limit`, `starting_after`, `created[gte]` and its kin.

use chassis::params;
use chassis::sql::{Database, Params as SqlParams, Row};
use shared_kernel::{StoreError, Timestamp};

use super::errors::ApiError;
use super::form::Params;

/// What part of a list is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    limit: i64,
    from: i64,
    before: i64,
    after: Option<String>,
}

impl Page {
    /// Reads Stripe's parameters.
    ///
    /// # Errors
    /// A refusal naming the parameter that is wrong.
    pub fn take(params: &mut Params) -> Result<Self, ApiError> {
        let limit = params.integer("limit")?.unwrap_or(10);
        if !(1..=100).contains(&limit) {
            return Err(ApiError::invalid("Invalid integer: limit must be between 1 and 100", Some("limit")));
        }
        let after = params.text("starting_after");
        let (mut from, mut before) = (i64::MIN, i64::MAX);
        if let Some(exactly) = params.integer("created")? {
            (from, before) = (second(exactly), second(exactly.saturating_add(1)));
        }
        let mut created = params.group("created");
        for (bound, offset) in [("gte", 0), ("gt", 1)] {
            from = created.integer(bound)?.map_or(from, |at| from.max(second(at.saturating_add(offset))));
        }
        for (bound, offset) in [("lt", 0), ("lte", 1)] {
            before = created.integer(bound)?.map_or(before, |at| before.min(second(at.saturating_add(offset))));
        }
        created.nothing_else()?;
        Ok(Self { limit, from, before, after })
    }

    /// Reads the rows of one page: `sql` takes the times from and before, the last item's time and id, the number of
    /// rows, and `filter`; `position` finds that last item's time by its id.
    ///
    /// # Errors
    /// The database's; `None` for an item that is not there.
    pub async fn read<T: Send + 'static>(
        self,
        database: &Database,
        (sql, position): (&'static str, &'static str),
        filter: Option<String>,
        item: fn(&Row) -> Result<T, StoreError>,
    ) -> Result<Option<(Vec<T>, bool)>, StoreError> {
        database
            .read(move |tx| {
                let (page, filter) = (self.clone(), filter.clone());
                Box::pin(async move {
                    let mut last = (i64::MAX, String::new());
                    if let Some(after) = page.after {
                        let Some(row) = tx.fetch_optional(position, params![&after]).await? else { return Ok(None) };
                        last = (row.get::<Timestamp>("created")?.micros(), after);
                    }
                    let mut bound: SqlParams = params![page.from, page.before, last.0, last.1, page.limit + 1];
                    bound.extend(filter.map(|filter| params![filter]).unwrap_or_default());
                    let rows = tx.fetch(sql, bound).await?;
                    let more = rows.len() > usize::try_from(page.limit).unwrap_or(usize::MAX);
                    let kept = usize::try_from(page.limit).unwrap_or(usize::MAX);
                    let items: Result<Vec<T>, StoreError> = rows.iter().take(kept).map(item).collect();
                    Ok(Some((items?, more)))
                })
            })
            .await
    }

    /// The refusal for an item that is not there.
    #[must_use]
    pub fn no_such_item(after: Option<&str>, kind: &str) -> ApiError {
        ApiError::no_such(kind, after.unwrap_or_default(), "starting_after")
    }

    /// The item after which the page starts.
    #[must_use]
    pub fn after(&self) -> Option<String> {
        self.after.clone()
    }
}

fn second(seconds: i64) -> i64 {
    seconds.saturating_mul(1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(query: &str) -> Result<Page, ApiError> {
        let mut params = Params::parse(query)?;
        let page = Page::take(&mut params)?;
        params.nothing_else().map(|()| page)
    }

    #[test]
    fn bounds_are_whole_seconds() {
        let both = page("created[gte]=10&created[lt]=20&limit=3").unwrap();
        assert_eq!((both.from, both.before, both.limit), (10_000_000, 20_000_000, 3));
        let open = page("created[gt]=10&created[lte]=20").unwrap();
        assert_eq!((open.from, open.before), (11_000_000, 21_000_000));
        assert_eq!(page("created=7").unwrap().before, 8_000_000);
    }

    #[test]
    fn odd_bounds_are_refused() {
        for wrong in ["limit=0", "limit=101", "limit=ten", "created[around]=5", "created[gte]=x"] {
            assert!(page(wrong).is_err(), "{wrong}");
        }
    }
}
