//! A browser as far as this context can see it.

use std::collections::BTreeMap;

use actix_web::cookie::Cookie;
use actix_web::http::header;
use actix_web::test::TestRequest;

use crate::shop::{Got, TestShop};

/// A browser: keeps cookies, and fills in the token of the form that it last saw.
pub struct Browser<'a> {
    pub shop: &'a TestShop,
    pub jar: BTreeMap<String, String>,
}

impl<'a> Browser<'a> {
    pub fn of(shop: &'a TestShop) -> Self {
        Self { shop, jar: BTreeMap::new() }
    }

    pub async fn get(&mut self, path: &str) -> Got {
        self.send(TestRequest::get().uri(path)).await
    }

    /// Looks at the page with the form first, as people do, then sends it.
    pub async fn fill(&mut self, page: &str, action: &str, fields: &[(&str, &str)]) -> Got {
        let token = csrf_of(self.get(page).await.text());
        let mut form: Vec<(&str, &str)> = vec![("csrf", &token)];
        form.extend(fields);
        self.send(TestRequest::post().uri(action).set_form(form)).await
    }

    pub async fn log_in(&mut self, email: &str, password: &str) -> Got {
        self.fill("/login", "/login", &[("email", email), ("password", password)]).await
    }

    pub async fn send(&mut self, mut request: TestRequest) -> Got {
        for (name, value) in &self.jar {
            request = request.cookie(Cookie::new(name.clone(), value.clone()));
        }
        let got = self.shop.call(request).await;
        for cookie in set_cookies(&got) {
            let gone = cookie.max_age().is_some_and(actix_web::cookie::time::Duration::is_zero);
            if gone {
                self.jar.remove(cookie.name());
            } else {
                self.jar.insert(cookie.name().to_owned(), cookie.value().to_owned());
            }
        }
        got
    }
}

/// The token in the first form of the page that has one.
pub fn csrf_of(html: &str) -> String {
    let Some(at) = html.find("name=\"csrf\" value=\"") else { return String::new() };
    html[at + 19..].split('"').next().unwrap().to_owned()
}

/// The cookies that an answer sets.
pub fn set_cookies(got: &Got) -> Vec<Cookie<'static>> {
    let lines = got.headers.get_all(header::SET_COOKIE);
    lines.map(|line| Cookie::parse(line.to_str().unwrap().to_owned()).unwrap()).collect()
}

/// The cookie of that name, if the answer sets it.
pub fn set_cookie(got: &Got, name: &str) -> Option<Cookie<'static>> {
    set_cookies(got).into_iter().find(|cookie| cookie.name() == name)
}

/// What the page shows between header and footer, a line each; every value in `varying` and the token against forged forms
/// is replaced by its name in brackets.
pub fn main_of(got: &Got, varying: &[(&str, &str)]) -> String {
    let main = got.text().split_once("<main").and_then(|(_, rest)| rest.split_once("</main>")).expect("a main part").0;
    let mut main = main.replace(&csrf_of(got.text()), "[csrf]");
    for (value, name) in varying {
        main = main.replace(value, &format!("[{name}]"));
    }
    let lines = main.lines().skip(1).map(str::trim_end).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n")
}
