//! Lists, newest first: `limit`, `starting_after`, `ending_before`, `created[gte]` and its kin.

use chassis_sql::params;
use chassis_sql::{Database, Params as SqlParams, Row};
use shared_kernel::{StoreError, Timestamp};

use crate::call::Call;
use crate::errors::ApiError;
use crate::form::Params;

/// The statements that read a list in either direction. Those for pages take the times from and before, the time and id
/// of the item beside the page, the number of rows, and a filter if the list has one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Listing {
    /// Stripe's name of an item.
    pub kind: &'static str,
    /// The page after an item, newest first.
    pub newest_first: &'static str,
    /// The page before an item, oldest first.
    pub oldest_first: &'static str,
    /// An item's time by its id.
    pub position: &'static str,
}

/// A [`Listing`] of a table that has `id` and `created`: kind, table, the column that holds the object, and a filter that
/// starts with `AND`.
macro_rules! listing {
    ($kind:literal, $table:literal, $column:literal, $filter:literal) => {
        $crate::listing::Listing {
            kind: $kind,
            newest_first: concat!(
                "SELECT ",
                $column,
                " FROM ",
                $table,
                " WHERE created >= $1 AND created < $2 AND (created, id) < ($3, $4) ",
                $filter,
                " ORDER BY created DESC, id DESC LIMIT $5"
            ),
            oldest_first: concat!(
                "SELECT ",
                $column,
                " FROM ",
                $table,
                " WHERE created >= $1 AND created < $2 AND (created, id) > ($3, $4) ",
                $filter,
                " ORDER BY created, id LIMIT $5"
            ),
            position: concat!("SELECT created FROM ", $table, " WHERE id = $1"),
        }
    };
}
pub(crate) use listing;

/// Beside which item the page lies.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Cursor {
    Newest,
    After(String),
    Before(String),
}

/// What part of a list is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Page {
    limit: i64,
    from: i64,
    before: i64,
    beside: Cursor,
}

impl Page {
    /// Reads Stripe's parameters.
    ///
    /// # Errors
    /// A refusal naming the parameter that is wrong.
    pub(crate) fn take(params: &mut Params) -> Result<Self, ApiError> {
        let limit = params.integer("limit")?.unwrap_or(10);
        if !(1..=100).contains(&limit) {
            return Err(ApiError::invalid("Invalid integer: limit must be between 1 and 100", Some("limit")));
        }
        let beside = match (params.text("starting_after"), params.text("ending_before")) {
            (None, None) => Cursor::Newest,
            (Some(item), None) => Cursor::After(item),
            (None, Some(item)) => Cursor::Before(item),
            (Some(_), Some(_)) => {
                let message = "You may only specify one of these parameters: ending_before, starting_after.";
                return Err(ApiError::invalid(message, Some("ending_before")));
            }
        };
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
        Ok(Self { limit, from, before, beside })
    }

    /// Reads the items of one page, newest first, and whether there are more behind it.
    ///
    /// # Errors
    /// The database's, and a refusal for a neighbour that is not there.
    pub(crate) async fn read<T: Send + 'static>(
        self,
        database: &Database,
        listing: Listing,
        filter: Option<String>,
        item: fn(&Row) -> Result<T, StoreError>,
    ) -> Result<(Vec<T>, bool), ApiError> {
        let missing = match &self.beside {
            Cursor::Newest => ApiError::no_such(listing.kind, "", "starting_after"),
            Cursor::After(item) => ApiError::no_such(listing.kind, item, "starting_after"),
            Cursor::Before(item) => ApiError::no_such(listing.kind, item, "ending_before"),
        };
        let found = database.read(move |tx| {
            let (page, filter) = (self.clone(), filter.clone());
            Box::pin(async move {
                let (sql, beside) = match &page.beside {
                    Cursor::Newest => (listing.newest_first, None),
                    Cursor::After(item) => (listing.newest_first, Some(item)),
                    Cursor::Before(item) => (listing.oldest_first, Some(item)),
                };
                let mut place = (i64::MAX, String::new());
                if let Some(item) = beside {
                    let Some(row) = tx.fetch_optional(listing.position, params![item]).await? else { return Ok(None) };
                    place = (row.get::<Timestamp>("created")?.micros(), item.clone());
                }
                let mut bound: SqlParams = params![page.from, page.before, place.0, place.1, page.limit + 1];
                bound.extend(filter.map(|filter| params![filter]).unwrap_or_default());
                let rows = tx.fetch(sql, bound).await?;
                let fitting = usize::try_from(page.limit).unwrap_or(usize::MAX);
                let more = rows.len() > fitting;
                let mut items = rows.iter().take(fitting).map(item).collect::<Result<Vec<T>, StoreError>>()?;
                if matches!(page.beside, Cursor::Before(_)) {
                    items.reverse();
                }
                Ok(Some((items, more)))
            })
        });
        found.await?.ok_or(missing)
    }
}

/// The intent whose refunds, charges or disputes are asked for, named itself or by its charge.
///
/// # Errors
/// A refusal for a charge that is not there.
pub(crate) async fn intent_filter(call: &mut Call) -> Result<Option<String>, ApiError> {
    let intent = call.params.text("payment_intent");
    let Some(charge) = call.params.text("charge") else { return Ok(intent) };
    let found = call.core.store.charge(&charge).await?;
    Ok(Some(found.ok_or_else(|| ApiError::no_such("charge", &charge, "charge"))?.intent))
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
        for wrong in [
            "limit=0",
            "limit=101",
            "limit=ten",
            "created[around]=5",
            "created[gte]=x",
            "starting_after=a&ending_before=b",
        ] {
            assert!(page(wrong).is_err(), "{wrong}");
        }
    }
}
