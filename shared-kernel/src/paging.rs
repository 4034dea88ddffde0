//! Lists that are read a page at a time, by key rather than by number, so that a page stays put while the list grows.

use serde::Serialize;

/// How many items a page has: 1 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit(u32);

impl Limit {
    /// The default: twenty-five.
    pub const DEFAULT: Self = Self(25);
    /// The most: a hundred.
    pub const MAX: Self = Self(100);

    /// Accepts 1 to 100.
    ///
    /// # Errors
    /// [`LimitError`] otherwise.
    pub fn new(limit: i64) -> Result<Self, LimitError> {
        u32::try_from(limit).ok().filter(|limit| (1..=100).contains(limit)).map(Self).ok_or(LimitError)
    }

    /// The number.
    pub const fn get(self) -> u32 {
        self.0
    }
}

/// The number cannot be the size of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a limit is a whole number from 1 to 100")]
pub struct LimitError;

/// One page of a list, and where the next one starts. On the wire `{"items": [..], "next_cursor": ".."}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Page<T> {
    /// The items, in the list's order.
    pub items: Vec<T>,
    /// Opaque; `None` on the last page.
    pub next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// Cuts `rows`, of which one more than `limit` was asked for, into a page; `key` names the last item kept.
    pub fn cut(mut rows: Vec<T>, limit: Limit, key: impl Fn(&T) -> String) -> Self {
        let more = rows.len() > limit.get() as usize;
        rows.truncate(limit.get() as usize);
        let next_cursor = rows.last().filter(|_| more).map(key);
        Self { items: rows, next_cursor }
    }

    /// The same page of other things.
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(change).collect(), next_cursor: self.next_cursor }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_names_its_last_item_only_when_more_follow() {
        let limit = Limit::new(2).unwrap();
        let key = |n: &i32| n.to_string();
        assert_eq!(Page::cut(vec![1, 2, 3], limit, key), Page { items: vec![1, 2], next_cursor: Some("2".into()) });
        assert_eq!(Page::cut(vec![1, 2], limit, key), Page { items: vec![1, 2], next_cursor: None });
    }
}
