//! The one suite for every list that is read by key, page by page.

use std::fmt::Debug;

use shared_kernel::{Limit, Page};

/// Reads a list in pages of every size, from one row to more than there are, and compares what was seen with the `whole`
/// list: every row once, in its order, on full pages, with a cursor on each page but the last. Lists whose rows share their
/// first key show here what a wrong comparison does at the edge of a page.
pub async fn assert_walks<T: PartialEq + Debug>(
    list: &str,
    whole: &[T],
    mut page: impl AsyncFnMut(Option<String>, Limit) -> Page<T>,
) {
    for size in 1..=whole.len() + 1 {
        let limit = i64::try_from(size).ok().and_then(|size| Limit::new(size).ok());
        let limit = limit.unwrap_or_else(|| panic!("{list} is too long for this"));
        let (mut seen, mut cursor) = (Vec::new(), None);
        loop {
            let Page { items, next_cursor } = page(cursor, limit).await;
            let full = items.len() == size;
            assert!(
                full || (next_cursor.is_none() && items.len() < size),
                "{list}: {} on a page of {size}",
                items.len()
            );
            assert!(!items.is_empty() || seen.is_empty(), "{list}: an empty page of {size} comes after the last row");
            seen.extend(items);
            assert!(seen.len() <= whole.len(), "{list} in pages of {size} does not end: {seen:?}");
            cursor = next_cursor;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(seen, whole, "{list} in pages of {size}");
    }
}
