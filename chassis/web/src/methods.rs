//! What answers a request that no route takes: 405 with `Allow` where the address exists for other methods, else 404.

use std::sync::Arc;

use actix_web::http::header::{self, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, ResponseError, web};
use serde_json::Value;

use super::page_error::PageError;
use super::paths::is_api;
use super::problem::Problem;

/// The methods of each path of the API, by the pattern under which it is registered.
#[derive(Debug, Clone, Default)]
pub struct Methods(Arc<Vec<(String, String)>>);

impl Methods {
    /// Of a description of the API.
    pub fn of(document: &Value) -> Self {
        let paths = document["paths"].as_object().into_iter().flatten();
        Self(Arc::new(paths.map(|(path, item)| (path.clone(), allow(item))).collect()))
    }

    fn allowed(&self, pattern: &str) -> Option<&str> {
        self.0.iter().find(|(path, _)| path == pattern).map(|(_, methods)| methods.as_str())
    }
}

/// `GET, HEAD, PUT` of an item with `get` and `put`.
fn allow(item: &Value) -> String {
    let declared = |method: &Method| item.get(method.as_str().to_ascii_lowercase()).is_some();
    let known = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];
    let names = known.iter().filter(|method| declared(method)).map(Method::as_str);
    names.map(|name| if name == "GET" { "GET, HEAD" } else { name }).collect::<Vec<_>>().join(", ")
}

/// The default service of a shop.
pub async fn unrouted(req: HttpRequest, methods: Option<web::Data<Methods>>) -> HttpResponse {
    let path = req.match_info().as_str().to_owned();
    // Routes that differ by method share an address, so its pattern is known although none of them took the request.
    let Some(pattern) = req.match_pattern() else {
        return match usual_form(&req) {
            _ if is_api(&path) => Problem::not_found().error_response(),
            Some(usual) => HttpResponse::PermanentRedirect().insert_header((header::LOCATION, usual)).finish(),
            None => PageError::NotFound.error_response(),
        };
    };
    let allowed =
        methods.as_ref().and_then(|methods| methods.allowed(&pattern)).unwrap_or_else(|| of_page(req.method()));
    let status = StatusCode::METHOD_NOT_ALLOWED;
    let mut response = if is_api(&path) {
        Problem::of_status(status).detail(format!("this address takes {allowed}")).error_response()
    } else {
        PageError::Status(status).error_response()
    };
    if let Ok(allow) = HeaderValue::from_str(allowed) {
        response.headers_mut().insert(header::ALLOW, allow);
    }
    response
}

/// The address of a page as our links write it, in small letters and without a slash at the end, if it was not asked for in
/// that form: people type and paste addresses in others.
fn usual_form(req: &HttpRequest) -> Option<String> {
    let path = req.uri().path();
    let trimmed = format!("/{}", path.trim_matches('/'));
    // What is encoded may mean another thing in small letters.
    let usual = if path.contains('%') { trimmed } else { trimmed.to_ascii_lowercase() };
    let is_read = matches!(*req.method(), Method::GET | Method::HEAD);
    (is_read && usual != path).then(|| match req.uri().query() {
        Some(query) => format!("{usual}?{query}"),
        None => usual,
    })
}

/// Pages are read and forms are posted: an address that does not take the one takes the other.
pub(crate) fn of_page(method: &Method) -> &'static str {
    match *method {
        Method::GET | Method::HEAD => "POST",
        Method::POST => "GET, HEAD",
        _ => "GET, HEAD, POST",
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::{TestRequest, call_service, init_service};
    use actix_web::{App, get, put};
    use serde_json::json;

    use super::*;

    #[get("/api/things/{id}")]
    async fn show() -> &'static str {
        "kea"
    }

    #[put("/api/things/{id}")]
    async fn change() -> &'static str {
        "kea"
    }

    async fn answer(method: Method, path: &str) -> (u16, Option<String>) {
        let document = json!({ "paths": { "/api/things/{id}": { "get": {}, "put": {}, "summary": "A thing" } } });
        let app = App::new().app_data(web::Data::new(Methods::of(&document))).service(show).service(change);
        let app = app.route("/login", web::post().to(|| async { "in" })).default_service(web::to(unrouted));
        let app = init_service(app).await;
        let answer = call_service(&app, TestRequest::with_uri(path).method(method).to_request()).await;
        let allow = answer.headers().get(header::ALLOW).map(|value| value.to_str().unwrap().to_owned());
        (answer.status().as_u16(), allow)
    }

    #[actix_web::test]
    async fn an_address_says_which_methods_it_takes() {
        let things = Some("GET, HEAD, PUT".to_owned());
        for method in [Method::POST, Method::DELETE, Method::TRACE, Method::OPTIONS] {
            assert_eq!(answer(method, "/api/things/7").await, (405, things.clone()));
        }
        assert_eq!(answer(Method::GET, "/login").await, (405, Some("POST".to_owned())));
        assert_eq!(answer(Method::GET, "/api/things/7").await, (200, None));
        assert_eq!(answer(Method::GET, "/api/nothing").await, (404, None));
        assert_eq!(answer(Method::POST, "/nowhere").await, (404, None));
    }

    #[actix_web::test]
    async fn a_page_is_found_in_whatever_form_its_address_was_typed() {
        let app = App::new().route("/products", web::get().to(|| async { "shelves" }));
        let app = init_service(app.default_service(web::to(unrouted))).await;
        for (typed, usual) in [
            ("/products/", Some("/products")),
            ("/PRODUCTS?q=Kea", Some("/products?q=Kea")),
            ("//elsewhere.example/", Some("/elsewhere.example")),
            ("/nowhere", None),
            ("/%F0%9F%A6%98", None),
            ("/api/Nothing/", None),
        ] {
            let answer = call_service(&app, TestRequest::with_uri(typed).to_request()).await;
            assert_eq!(answer.status().as_u16(), if usual.is_some() { 308 } else { 404 }, "{typed}");
            assert_eq!(answer.headers().get(header::LOCATION).map(|at| at.to_str().unwrap()), usual, "{typed}");
        }
    }
}
