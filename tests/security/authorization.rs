//! Every route with every role, as the table of [`crate::matrix`] says.

use serde_json::Value;

use crate::matrix::{API, CONTEXTS, FORMS, OPERATIONS, PAGES, WHO};
use crate::support::process::Shop;
use crate::support::visitor::Visitor;
use crate::wire::Wire;
use crate::{api_fixtures, browser, buy};

const NONE: &str = "00000000-0000-7000-8000-000000000000";

struct Town {
    shop: Shop,
    /// Tokens in the order of [`WHO`]; the visitor's is empty.
    tokens: Vec<String>,
    names: Vec<(&'static str, String)>,
}

impl Town {
    async fn found() -> Self {
        let shop = Shop::open(&[("STORE_DEMO", "off")]).await;
        let admin = api_fixtures::admin(&shop).await;
        api_fixtures::product(&admin, "KEA", "physical", 4_990, Some(50)).await;
        let mut draft = api_fixtures::offer("DRAFT", "physical", 100);
        draft["status"] = "draft".into();
        assert_eq!(admin.api("POST", "/api/catalogue/v1/products", Some(draft), &[]).await.status, 201);
        let ben = api_fixtures::user(&shop, "ben@post.test", "customer").await;
        let ana = api_fixtures::user(&shop, "ana@post.test", "customer").await;
        let staff = api_fixtures::user(&shop, "staff@shop.test", "staff").await;
        let text = |value: &Value| value["id"].as_str().unwrap().to_owned();
        let names = vec![
            ("{ana}", text(&ana.get("/api/customer/v1/me").await)),
            ("{paid}", text(&buy::bought(&shop, &ana, &[("KEA", 1)]).await)),
            ("{open}", text(&buy::order(&ana, &[("KEA", 1)]).await)),
            ("{cart}", buy::cart(&ana, &[("KEA", 1)]).await),
            ("{none}", NONE.to_owned()),
        ];
        buy::settled(&shop).await;
        let token = |visitor: Visitor| visitor.token.unwrap();
        let tokens = vec![String::new(), token(ben), token(ana), token(staff), token(admin)];
        Self { shop, tokens, names }
    }

    fn named(&self, text: &str) -> String {
        self.names.iter().fold(text.to_owned(), |text, (name, value)| text.replace(name, value))
    }

    async fn browsers(&self) -> Vec<Visitor> {
        vec![
            browser::anonymous(&self.shop),
            browser::of(&self.shop, "ben@post.test").await,
            browser::of(&self.shop, "ana@post.test").await,
            browser::of(&self.shop, "staff@shop.test").await,
            browser::admin(&self.shop).await,
        ]
    }
}

#[tokio::test]
async fn every_role_gets_from_the_api_what_is_its_own_and_nothing_else() {
    let town = Town::found().await;
    let wire = Wire::to(&town.shop);
    let mut wrong = Vec::new();
    let of = |context: &'static str| {
        OPERATIONS
            .iter()
            .map(move |(method, path, body, who)| (*method, path.replace("{context}", context), *body, *who))
    };
    let own = API.iter().map(|(method, path, body, who)| (*method, (*path).to_owned(), *body, *who));
    // The operators' come first: the last of the others ends the sessions.
    for (method, path, body, expected) in CONTEXTS.into_iter().flat_map(of).chain(own) {
        for ((who, token), expected) in WHO.iter().zip(&town.tokens).zip(expected) {
            let reply = wire.json(method, &town.named(&path), token, &town.named(body)).await;
            if reply.status != expected {
                wrong.push(format!("{who} gets {} and not {expected}: {method} {path} {}", reply.status, reply.text));
            }
            if reply.status >= 400 {
                reply.is_a_problem();
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Whether `path` is an instance of the pattern, in which `{..}` stands for one part.
fn fits(pattern: &str, path: &str) -> bool {
    let path = path.split('?').next().unwrap_or_default();
    let (mut parts, mut patterns) = (path.split('/'), pattern.split('/'));
    loop {
        match (parts.next(), patterns.next()) {
            (None, None) => return true,
            (Some(part), Some(pattern)) if part == pattern || pattern.starts_with('{') || part.starts_with('{') => {}
            _ => return false,
        }
    }
}

#[tokio::test]
async fn every_route_of_the_api_is_in_the_table() {
    let town = Town::found().await;
    let api = browser::anonymous(&town.shop).get("/api/openapi.json").await;
    for (path, methods) in api["paths"].as_object().unwrap() {
        for method in
            methods.as_object().unwrap().keys().filter(|key| ["get", "post", "put", "delete"].contains(&key.as_str()))
        {
            let known =
                |(row, at, _, _): &(&str, &str, &str, [u16; 5])| row.eq_ignore_ascii_case(method) && fits(path, at);
            assert!(API.iter().chain(OPERATIONS).any(known), "{method} {path} has no row");
        }
    }
}

/// What a row of the table says of the token: needed or not, and the least role.
fn needed(expected: [u16; 5]) -> (bool, &'static str) {
    let refused = |who: usize| expected[who] == 403;
    let role = match (refused(1) && refused(2), refused(3)) {
        (true, true) => "admin",
        (true, false) => "staff",
        (false, _) => "",
    };
    (expected[0] == 401, role)
}

/// What the description says of it.
fn described(operation: &Value) -> (bool, &str) {
    let schemes = operation["security"].as_array().unwrap_or_else(|| panic!("no security: {operation}"));
    let nobody = schemes.iter().any(|scheme| scheme.as_object().unwrap().is_empty());
    let role = schemes.iter().find_map(|scheme| scheme["bearer"][0].as_str()).unwrap_or_default();
    (!nobody, role)
}

#[test]
fn the_description_says_of_every_operation_who_may_ask() {
    let api: Value = serde_json::from_str(&app::ops::openapi::document().unwrap()).unwrap();
    let mut wrong = Vec::new();
    // A query may need more than the address does: `all=true` is for staff, the list is not.
    let rows = API.iter().chain(OPERATIONS).filter(|(_, path, _, _)| !path.contains('?'));
    for (method, at, _, expected) in rows {
        for (path, item) in api["paths"].as_object().unwrap().iter().filter(|(path, _)| fits(path, at)) {
            let Some(operation) = item.get(method.to_ascii_lowercase()) else { continue };
            if described(operation) != needed(*expected) {
                wrong.push(format!("{method} {path}: {:?} and not {:?}", described(operation), needed(*expected)));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn every_role_opens_the_pages_meant_for_it_and_no_others() {
    let town = Town::found().await;
    let mut browsers = town.browsers().await;
    let mut wrong = Vec::new();
    for (path, expected) in PAGES {
        for ((who, visitor), expected) in WHO.iter().zip(&mut browsers).zip(expected) {
            let page = visitor.visit(&town.named(path)).await;
            let seen = if page.path.starts_with("/login?next=") { 0 } else { page.status };
            if seen != *expected {
                wrong.push(format!("{who} gets {seen} and not {expected}: {path}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn a_form_of_another_role_does_nothing_even_with_the_right_token() {
    let town = Town::found().await;
    let mut browsers = town.browsers().await;
    let mut wrong = Vec::new();
    for ((who, visitor), rank) in WHO.iter().zip(&mut browsers).zip(['*', 's', 's', 't', 'a']) {
        let token = browser::token(visitor).await;
        for (path, needed) in FORMS {
            let order = ['*', 's', 't', 'a'];
            let place = |letter: char| order.iter().position(|it| *it == letter).unwrap();
            if place(rank) >= place(*needed) {
                continue; // What this role may send is covered by other tests.
            }
            let page = visitor.post(&town.named(path), &[("csrf", &token)]).await;
            let refused = if *who == "nobody" { page.path.starts_with("/login") } else { page.status == 403 };
            if !refused {
                wrong.push(format!("{who} may send {path}: {} {}", page.status, page.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    let ben = &mut browsers[1];
    let token = browser::token(ben).await;
    let cancel = town.named("/orders/{paid}/cancel");
    let page = ben.post(&cancel, &[("csrf", &token), ("idempotency_key", "k")]).await;
    assert_eq!(page.status, 404, "{}", page.body);
}

/// The targets of all elements that the selector finds.
fn targets(html: &str, selector: &str, attribute: &str) -> Vec<String> {
    let html = scraper::Html::parse_document(html);
    let found = scraper::Selector::parse(selector).unwrap();
    html.select(&found).filter_map(|element| element.attr(attribute)).map(str::to_owned).collect()
}

#[tokio::test]
async fn every_form_and_every_page_of_the_back_office_is_in_the_tables() {
    let town = Town::found().await;
    let mut browsers = town.browsers().await;
    let mut unknown = Vec::new();
    for visitor in &mut browsers {
        for (path, _) in PAGES {
            let body = visitor.visit(&town.named(path)).await.body.clone();
            for action in targets(&body, "form[method='post']", "action") {
                if !FORMS.iter().any(|(row, _)| fits(&town.named(row), &action) || fits(row, &action)) {
                    unknown.push(format!("the form to {action} on {path}"));
                }
            }
            let links = targets(&body, "a[href^='/admin']", "href").into_iter();
            for link in links.filter(|link| !PAGES.iter().any(|(row, _)| fits(&town.named(row), link))) {
                let product = fits("/admin/products/{handle}", &link) || fits("/admin/mail/{name}", &link);
                let order = fits("/admin/orders/{id}", &link) || fits("/admin/shipping-orders/{id}", &link);
                if !product && !order && !fits("/admin/stock/{sku}", &link) {
                    unknown.push(format!("the link to {link} on {path}"));
                }
            }
        }
    }
    assert!(unknown.is_empty(), "{unknown:#?}");
}
