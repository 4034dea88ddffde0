//! People at their browsers.

use crate::api_fixtures::PASSWORD;
use crate::support::process::{ADMIN, Shop};
use crate::support::visitor::Visitor;

/// A new browser without a login.
pub fn anonymous(shop: &Shop) -> Visitor {
    Visitor::new(&shop.url(""))
}

/// A logged-in browser of an account made by [`crate::api_fixtures::user`].
pub async fn of(shop: &Shop, email: &str) -> Visitor {
    signed_in(shop, email, PASSWORD).await
}

/// The administrator.
pub async fn admin(shop: &Shop) -> Visitor {
    signed_in(shop, ADMIN.0, ADMIN.1).await
}

async fn signed_in(shop: &Shop, email: &str, password: &str) -> Visitor {
    let mut visitor = anonymous(shop);
    visitor.visit("/login").await;
    visitor.submit("/login", &[("email", email), ("password", password)]).await;
    assert_eq!(visitor.page.path, "/", "not logged in: {}", visitor.page.body);
    visitor
}

/// The token that this visitor's forms carry.
pub async fn token(visitor: &mut Visitor) -> String {
    visitor.visit("/login").await;
    if let Some(token) = hidden(&visitor.page.body) {
        return token;
    }
    visitor.visit("/profile").await;
    hidden(&visitor.page.body).unwrap_or_else(|| panic!("no form on {}: {}", visitor.page.path, visitor.page.body))
}

fn hidden(html: &str) -> Option<String> {
    let html = scraper::Html::parse_document(html);
    let field = scraper::Selector::parse("input[name='csrf']").unwrap();
    html.select(&field).next().and_then(|field| field.attr("value")).map(str::to_owned)
}
