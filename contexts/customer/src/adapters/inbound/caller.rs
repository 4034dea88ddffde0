//! What a request tells about its caller: the credential, the browser, the place.

use actix_web::HttpRequest;
use chassis::web::{DEVICE_COOKIE, Origin, SESSION_COOKIE, cookie_value, shown};

use crate::application::LoginPlace;
use crate::domain::{BegunFrom, Token, TokenHash};

/// The hash of the credential by which the request was authenticated.
pub(super) fn credential_of(req: &HttpRequest) -> TokenHash {
    TokenHash::of_text(&shown(req, req.path()).map_or_else(String::new, |(token, _)| token))
}

/// From where a browser logs in.
pub(super) fn place_of_browser(req: &HttpRequest, origin: Origin) -> LoginPlace {
    let session = cookie_value(req, SESSION_COOKIE).and_then(|token| Token::parse(&token));
    LoginPlace {
        device: device_of(req),
        instead_of: session.map(|token| token.hash()),
        ..place_of_program(origin, None)
    }
}

/// From where a program logs in; `device` is what it was given at an earlier login.
pub(super) fn place_of_program(origin: Origin, device: Option<&str>) -> LoginPlace {
    let network = origin.network.clone();
    LoginPlace { network, begun_from: begun_from(origin), device: device.and_then(Token::parse), instead_of: None }
}

/// The token in the browser's device cookie.
pub(super) fn device_of(req: &HttpRequest) -> Option<Token> {
    cookie_value(req, DEVICE_COOKIE).and_then(|token| Token::parse(&token))
}

pub(super) fn begun_from(origin: Origin) -> BegunFrom {
    BegunFrom { address: origin.address, agent: origin.agent }
}
