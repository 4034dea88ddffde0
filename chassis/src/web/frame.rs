//! What every page shows beside its own matter: the shop's name, who is signed in, the cart's count, a message.
//!
//! A page struct holds it as `frame: PageFrame`; `layout.html` reads it. It is made from what the edge knows and asks
//! no database.

use std::future::{Ready, ready};
use std::time::Duration;

use actix_web::cookie::Cookie;
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use shared_kernel::{Identity, Role};

use super::assets;
use super::context::RequestContext;
use super::cookies::{self, FLASH_COOKIE};

/// The frame around a page.
#[derive(Debug, Clone)]
pub struct PageFrame {
    /// The shop's name.
    pub site: String,
    /// Who is signed in.
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

/// The person signed in, as the menu shows him.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrameUser {
    /// What to call him.
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
    pub(crate) fn around(context: &RequestContext) -> Self {
        context.frame_used.set(true);
        let edge = &context.edge;
        Self {
            site: edge.site_name().to_owned(),
            user: context.identity().map(FrameUser::from),
            cart_count: context.cart_count,
            flash: context.flash.clone(),
            csrf: edge.csrf_key().token(edge.ids().secret(), &context.visitor, context.session.as_deref()),
            path: context.path.clone(),
            path_and_query: context.path_and_query(),
            search: if context.path == "/products" { search_of(&context.query) } else { String::new() },
        }
    }

    /// The frame where nothing is known: no visitor, and forms that will be refused.
    #[must_use]
    pub fn bare() -> Self {
        Self {
            site: "The Better Store".to_owned(),
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
    #[must_use]
    pub fn asset(&self, name: &str) -> String {
        assets::url(name)
    }

    /// `aria-current="page"` for the menu entry whose section this page belongs to.
    #[must_use]
    pub fn current(&self, section: &str) -> &'static str {
        let here = self.path == section || self.path.strip_prefix(section).is_some_and(|rest| rest.starts_with('/'));
        if here { "page" } else { "false" }
    }
}

impl FromRequest for PageFrame {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, actix_web::Error>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(RequestContext::of(req).map_or_else(Self::bare, |context| Self::around(&context))))
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

/// How a message is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FlashKind {
    /// It went well.
    Notice,
    /// It did not.
    Error,
}

/// A message that the next page shows once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flash {
    kind: FlashKind,
    text: String,
}

/// Longer messages are cut: they travel in a cookie.
const FLASH_CHARS: usize = 500;

impl Flash {
    /// It went well.
    pub fn notice(text: impl Into<String>) -> Self {
        Self { kind: FlashKind::Notice, text: text.into() }
    }

    /// It did not.
    pub fn error(text: impl Into<String>) -> Self {
        Self { kind: FlashKind::Error, text: text.into() }
    }

    /// The words.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How they are meant.
    #[must_use]
    pub fn kind(&self) -> FlashKind {
        self.kind
    }

    /// Whether it tells of a failure.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.kind == FlashKind::Error
    }

    /// The CSS class of the notice that shows it.
    #[must_use]
    pub fn css(&self) -> &'static str {
        match self.kind {
            FlashKind::Notice => "notice notice-good",
            FlashKind::Error => "notice notice-bad",
        }
    }

    pub(crate) fn into_cookie(self) -> Cookie<'static> {
        let text = self.text.chars().take(FLASH_CHARS).collect();
        let json = serde_json::to_vec(&Self { text, ..self }).unwrap_or_default();
        cookies::cookie(FLASH_COOKIE, URL_SAFE_NO_PAD.encode(json), Duration::from_mins(2))
    }

    pub(crate) fn from_cookie(value: &str) -> Option<Self> {
        URL_SAFE_NO_PAD.decode(value).ok().and_then(|json| serde_json::from_slice(&json).ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_survives_its_cookie_whatever_it_says() {
        let flash = Flash::notice("Order 7; \"Größe\"\r\nSet-Cookie: a=b");
        let cookie = flash.clone().into_cookie();
        assert!(cookie.value().bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
        assert_eq!(Flash::from_cookie(cookie.value()), Some(flash));
        assert_eq!(Flash::from_cookie("not base64!"), None);
    }

    #[test]
    fn the_search_box_shows_what_was_searched_for() {
        assert_eq!(search_of("category=books&q=red%20kea"), "red kea");
        assert_eq!(search_of(""), "");
    }
}
