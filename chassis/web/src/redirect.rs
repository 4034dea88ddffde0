//! After a form: 303 to a page of our own, perhaps with a message for it.

use actix_web::HttpResponse;
use actix_web::http::header;

use super::flash::Flash;
use super::page_error::SetAside;

/// Sends the browser to `path`, which it asks for with GET.
pub fn see_other(path: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, path)).finish()
}

/// The same, and the next page shows `flash` once. An error tells the security log, too, that the wish was refused.
pub fn see_other_with(path: &str, flash: Flash) -> HttpResponse {
    let refused = flash.is_error();
    let location = (header::LOCATION, path);
    let mut response = HttpResponse::SeeOther().insert_header(location).cookie(flash.into_cookie()).finish();
    if refused {
        response.extensions_mut().insert(SetAside::Refused);
    }
    response
}

/// The text as a path of this shop, such as a `next` parameter; `None` for anything a browser might follow elsewhere.
pub fn local_path(text: &str) -> Option<&str> {
    let lower = text.to_ascii_lowercase();
    let path = lower.split(['?', '#']).next().unwrap_or("");
    let plain = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let stays = lower.starts_with('/') && !lower.starts_with("//");
    let hides = ["%2f", "%5c", "%0", "%1", "%7f"].iter().any(|code| path.contains(code)) || path.contains("//");
    (plain && stays && !hides && text.len() <= 1_000).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_shop_are_followed() {
        for own in ["/", "/orders", "/products?q=a%20b&x=//", "/a#b"] {
            assert_eq!(local_path(own), Some(own));
        }
        for foreign in [
            "",
            "orders",
            "//evil",
            "/\\evil",
            "\\\\evil",
            "https://evil",
            "/%2fevil",
            "/%2Fevil",
            "/%5cevil",
            "/\tevil",
            "/a//b",
            " /",
            "javascript:alert(1)",
            "/%09/evil",
            "/\r\nSet-Cookie: a=b",
        ] {
            assert_eq!(local_path(foreign), None, "{foreign:?} was followed");
        }
    }
}
