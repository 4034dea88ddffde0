//! Lists of products. Every list is a range of an index, so that a page costs the same wherever it begins.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use chassis::params;
use chassis::sql::{Dialect, Params, Tx};
use shared_kernel::{Currency, Page, Sku, StoreError};

use super::rows::{product_columns, product_of};
use super::{SqlCatalogue, dialect};
use crate::domain::{Audience, Category, CategoryCount, Handle, ListedProduct, ListingCursor, ListingQuery, Product};
use crate::ports::ProductListing;

/// `$1`/`$2` the place after which, `$3` how many, `$4` a category's name.
const FOR_SHOPPERS: &str = concat!(
    product_columns!(),
    " WHERE status = 'active' AND (title_key, id) > ($1, $2) ORDER BY title_key, id LIMIT $3"
);
const FOR_SHOPPERS_BY_CATEGORY: &str = concat!(
    product_columns!(),
    " WHERE status = 'active' AND category = $4 AND (title_key, id) > ($1, $2) ORDER BY title_key, id LIMIT $3"
);
const FOR_STAFF: &str =
    concat!(product_columns!(), " WHERE (title_key, id) > ($1, $2) ORDER BY title_key, id LIMIT $3");
const FOR_STAFF_BY_CATEGORY: &str =
    concat!(product_columns!(), " WHERE category = $4 AND (title_key, id) > ($1, $2) ORDER BY title_key, id LIMIT $3");
const ONE: &str = concat!(product_columns!(), " WHERE handle = $1");
const NEWEST: &str = concat!(product_columns!(), " WHERE status = 'active' ORDER BY number DESC LIMIT $1");
/// `$1` what every price of a product must hold; see [`price_mark`].
const CATEGORIES: &str = "SELECT category, COUNT(*) AS products FROM product
    WHERE status = 'active' AND replace(variants, $1, '') NOT LIKE '%\"currency\":\"%' GROUP BY category";
/// Goes from each name straight to the next one, however many products lie between.
const CATEGORY_NAMES: &str = "WITH RECURSIVE found AS (
        SELECT MIN(category) AS name FROM product
        UNION ALL SELECT (SELECT MIN(category) FROM product WHERE category > found.name) FROM found
            WHERE found.name IS NOT NULL
    ) SELECT name FROM found WHERE name IS NOT NULL";
const HANDLES: &str = "SELECT handle FROM product
    WHERE status = 'active' AND replace(variants, $1, '') NOT LIKE '%\"currency\":\"%' ORDER BY title_key, id";

/// How a price in this currency lies in a row. Names and values that merchants choose cannot hold it: quotes in them are
/// escaped.
fn price_mark(currency: Currency) -> String {
    format!("\"currency\":\"{}\"", currency.code())
}

#[async_trait]
impl ProductListing for SqlCatalogue {
    async fn page(&self, query: &ListingQuery) -> Result<Arc<Page<ListedProduct>>, StoreError> {
        let names = if query.category.is_some() { self.category_names().await? } else { Vec::new() };
        let items = match query.categories(&names) {
            None => self.listed_by(query, None).await?,
            Some(named) => {
                let mut items = Vec::new();
                for category in &named {
                    items.extend(self.listed_by(query, Some(category)).await?);
                }
                // Several spellings of one category are several ranges of the index.
                items.sort_by_cached_key(|listed: &ListedProduct| ListingCursor::of(listed.product()));
                items.truncate(query.limit.get() as usize + 1);
                items
            }
        };
        let page = Page::cut(items, query.limit, |last| ListingCursor::of(last.product()).cursor());
        Ok(Arc::new(page))
    }

    async fn find(&self, handle: &Handle, audience: Audience) -> Result<Option<Arc<ListedProduct>>, StoreError> {
        let found = self.few_products(ONE, params![handle.as_str()]).await?.pop();
        Ok(found.filter(|listed| audience.sees(listed.product().details().status)).map(Arc::new))
    }

    async fn newest(&self, count: u32) -> Result<Arc<Vec<ListedProduct>>, StoreError> {
        self.few_products(NEWEST, params![count]).await.map(Arc::new)
    }

    async fn categories(&self, currency: Currency) -> Result<Arc<Vec<CategoryCount>>, StoreError> {
        let read = self.database.read_long(move |tx| {
            Box::pin(async move {
                let rows = tx.fetch(CATEGORIES, params![price_mark(currency)]).await?;
                rows.iter().map(|row| Ok((row.get("category")?, row.get("products")?))).collect()
            })
        });
        let counted: Vec<(String, u64)> = read.await?;
        let named = counted.into_iter().map(|(name, products)| (Category::restore(name), products));
        Ok(Arc::new(CategoryCount::of(named)))
    }

    async fn handles(&self, currency: Currency) -> Result<Vec<Handle>, StoreError> {
        let read = self.database.read_long(move |tx| {
            Box::pin(async move {
                let rows = tx.fetch(HANDLES, params![price_mark(currency)]).await?;
                rows.iter().map(|row| row.get::<String>("handle")).collect::<Result<Vec<_>, StoreError>>()
            })
        });
        Ok(read.await?.iter().filter_map(|handle| Handle::parse(handle).ok()).collect())
    }
}

impl SqlCatalogue {
    /// The names of all categories, no matter who sees what is in them.
    async fn category_names(&self) -> Result<Vec<Category>, StoreError> {
        let read = self.database.read_long(|tx| {
            Box::pin(async move {
                let rows = tx.fetch(CATEGORY_NAMES, params![]).await?;
                rows.iter().map(|row| row.get::<String>("name").map(Category::restore)).collect()
            })
        });
        read.await
    }

    async fn listed_by(
        &self,
        query: &ListingQuery,
        category: Option<&Category>,
    ) -> Result<Vec<ListedProduct>, StoreError> {
        let (sql, params) = statement(self.database.dialect(), query, category);
        self.database.read_long(move |tx| Box::pin(products(tx, sql, params.clone()))).await
    }

    /// For a statement that finds few rows by an index.
    async fn few_products(&self, sql: &'static str, params: Params) -> Result<Vec<ListedProduct>, StoreError> {
        self.database.read(move |tx| Box::pin(products(tx, sql, params.clone()))).await
    }
}

/// The products that a statement finds, each with its stock level.
async fn products(tx: &mut Tx, sql: &'static str, params: Params) -> Result<Vec<ListedProduct>, StoreError> {
    let rows = tx.fetch(sql, params).await?;
    let products = rows.iter().map(product_of).collect::<Result<Vec<Product>, _>>()?;
    let levels = levels(tx, &products).await?;
    Ok(products.into_iter().map(|product| ListedProduct::new(product, &levels)).collect())
}

fn statement(dialect: Dialect, query: &ListingQuery, category: Option<&Category>) -> (&'static str, Params) {
    let (title, id) = match &query.after {
        Some(place) => (place.title.clone(), place.id.to_string()),
        None => (String::new(), String::new()),
    };
    let mut params = params![title, id, query.limit.get() + 1];
    let sql = match (&query.words, category, query.audience) {
        (Some(_), _, audience) => dialect::search(dialect, audience),
        (None, Some(_), Audience::Shoppers) => FOR_SHOPPERS_BY_CATEGORY,
        (None, Some(_), Audience::Staff) => FOR_STAFF_BY_CATEGORY,
        (None, None, Audience::Shoppers) => FOR_SHOPPERS,
        (None, None, Audience::Staff) => FOR_STAFF,
    };
    if let Some(words) = &query.words {
        let category = category.map_or("", Category::as_str);
        params.extend(params![dialect::expression(dialect, query.audience, words), category]);
    } else if let Some(category) = category {
        params.extend(params![category.as_str()]);
    }
    (sql, params)
}

async fn levels(tx: &mut Tx, products: &[Product]) -> Result<HashMap<Sku, i64>, StoreError> {
    let skus: Vec<Sku> = products.iter().flat_map(Product::skus).collect();
    if skus.is_empty() {
        return Ok(HashMap::new());
    }
    let list = serde_json::to_string(&skus).map_err(StoreError::unavailable)?;
    let rows = tx.fetch(dialect::levels_of(tx.dialect()), params![list]).await?;
    rows.iter().map(|row| Ok((row.get("sku")?, row.get("available")?))).collect()
}
