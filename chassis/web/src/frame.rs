//! What every page shows beside its own matter: the shop's name, who is logged in, the cart's count, a message.
//!
//! A page struct holds it as `frame: PageFrame`; `layout.html` reads it. It is made from what the edge knows and asks
//! no database.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use serde::Deserialize;
use shared_kernel::{Identity, Role};
use storefront_theme::SHOP_NAME;

use super::flash::Flash;
use super::request_context::RequestContext;

/// The frame around a page.
#[derive(Debug, Clone)]
pub struct PageFrame {
    /// The shop's name.
    pub site: String,
    /// Who is logged in.
    pub user: Option<FrameUser>,
    /// How many things lie in the cart.
    pub cart_count: u32,
    /// A message from the page before, shown this once.
    pub flash: Option<Flash>,
    /// The value of the hidden field `csrf` of every form on the page.
    pub csrf: String,
    /// The path of the page, without the query.
    pub path: String,
    /// Path and query of the page, for coming back to it after the login.
    pub path_and_query: String,
    /// What was searched for among the products (`q`), to be shown in the search box. Other searches, such as those of
    /// the back office for people, are not repeated there.
    pub search: String,
}

/// The person logged in, as the menu shows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrameUser {
    /// What to call them.
    pub first_name: String,
    /// Whether the menu leads to the back office.
    pub staff: bool,
    /// Whether the menu leads to reports and errors, too.
    pub admin: bool,
}

impl From<&Identity> for FrameUser {
    fn from(identity: &Identity) -> Self {
        Self {
            first_name: identity.first_name.clone(),
            staff: identity.is(Role::Staff),
            admin: identity.is(Role::Admin),
        }
    }
}

impl PageFrame {
    /// The frame for a request that the edge has seen.
    pub(crate) fn from_context(context: &RequestContext) -> Self {
        context.frame_used.set(true);
        let shop = &context.shop;
        Self {
            site: shop.site_name.clone(),
            user: context.identity().map(FrameUser::from),
            cart_count: context.cart_count,
            flash: context.flash.clone(),
            csrf: shop.csrf_key.token(shop.ids.secret(), &context.visitor, context.session.as_deref()),
            path: context.path.clone(),
            path_and_query: context.path_and_query(),
            search: if context.path == "/products" { search_of(&context.query) } else { String::new() },
        }
    }

    /// The frame where nothing is known: no visitor, and forms that will be refused.
    pub fn bare() -> Self {
        Self {
            site: SHOP_NAME.to_owned(),
            user: None,
            cart_count: 0,
            flash: None,
            csrf: String::new(),
            path: "/".to_owned(),
            path_and_query: "/".to_owned(),
            search: String::new(),
        }
    }

    /// The address of an embedded file, which changes with its content: `/assets/shop.css?v=..`.
    pub fn asset(&self, name: &str) -> String {
        storefront_theme::url(name)
    }

    /// `aria-current="page"` for the menu entry whose section this page belongs to.
    pub fn current(&self, section: &str) -> &'static str {
        let here = self.path == section || self.path.strip_prefix(section).is_some_and(|rest| rest.starts_with('/'));
        if here { "page" } else { "false" }
    }
}

impl FromRequest for PageFrame {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, actix_web::Error>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(RequestContext::of(req).map_or_else(Self::bare, |context| Self::from_context(&context))))
    }
}

fn search_of(query: &str) -> String {
    #[derive(Deserialize)]
    struct Search {
        #[serde(default)]
        q: String,
    }
    web::Query::<Search>::from_query(query).map(|search| search.into_inner().q).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_search_box_shows_what_was_searched_for() {
        assert_eq!(search_of("category=books&q=red%20kea"), "red kea");
        assert_eq!(search_of(""), "");
    }
}
