//! Pages of the list as bytes, so that what many ask for is written once.
//!
//! An answer belongs to one page in memory: as long as the listing hands out the same page, its bytes are good. The page
//! is held beside them, so its address cannot become another one's.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use chassis::web::{Problem, etag};
use shared_kernel::Page;

use super::dto::{ProductList, ProductView};
use crate::domain::ListedProduct;

#[derive(Clone)]
struct Answer {
    page: Arc<Page<ListedProduct>>,
    tag: String,
    body: web::Bytes,
}

/// Remembers answers.
#[derive(Default)]
pub struct ResponseCache(RwLock<HashMap<usize, Answer>>);

impl ResponseCache {
    /// How many are remembered; what is asked for next is written again.
    const MAX_ENTRIES: usize = 100;

    /// The page as JSON with an entity tag, or 304 if the caller has it already.
    ///
    /// # Errors
    /// [`Problem::internal`] if the page cannot be written, which would be a defect.
    pub fn answer(&self, req: &HttpRequest, page: &Arc<Page<ListedProduct>>) -> Result<HttpResponse, Problem> {
        let Answer { tag, body, .. } = self.find(page).map_or_else(|| self.write(page), Ok)?;
        let known = has_it(req, &tag);
        let mut answer = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
        answer.insert_header((header::ETAG, tag)).insert_header((header::CACHE_CONTROL, "private, no-cache"));
        Ok(if known { answer.finish() } else { answer.content_type("application/json").body(body) })
    }

    fn find(&self, page: &Arc<Page<ListedProduct>>) -> Option<Answer> {
        let answers = self.0.read().unwrap_or_else(PoisonError::into_inner);
        answers.get(&address(page)).filter(|answer| Arc::ptr_eq(&answer.page, page)).cloned()
    }

    fn write(&self, page: &Arc<Page<ListedProduct>>) -> Result<Answer, Problem> {
        let items = page.items.iter().map(ProductView::from).collect();
        let list = ProductList { items, next_cursor: page.next_cursor.clone() };
        let body = serde_json::to_vec(&list).map_err(Problem::internal)?;
        let answer = Answer { page: Arc::clone(page), tag: etag(&body), body: body.into() };
        let mut answers = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if answers.len() >= Self::MAX_ENTRIES {
            answers.clear();
        }
        answers.insert(address(page), answer.clone());
        Ok(answer)
    }
}

fn address(page: &Arc<Page<ListedProduct>>) -> usize {
    Arc::as_ptr(page).addr()
}

/// Whether `If-None-Match` names the tag. Weak tags count: compression makes them of strong ones.
pub(crate) fn has_it(req: &HttpRequest, tag: &str) -> bool {
    let sent = req.headers().get_all(header::IF_NONE_MATCH).filter_map(|value| value.to_str().ok());
    sent.flat_map(|list| list.split(',')).map(str::trim).any(|one| one == "*" || one.trim_start_matches("W/") == tag)
}
