//! The cookies that a login sets and a logout takes away.

use actix_web::HttpResponse;
use actix_web::http::header::{HeaderName, HeaderValue};
use chassis::web::{PageError, device_cookie, end_session_cookie, session_cookie};

use crate::application::LoggedIn;
use crate::domain::Token;

/// The answer, with the cookie of a session that has just begun.
pub(super) fn with_session(mut response: HttpResponse, session: &LoggedIn) -> Result<HttpResponse, PageError> {
    response.add_cookie(&session_cookie(session.token.reveal(), session.lasts)).map_err(PageError::internal)?;
    match &session.device {
        Some(device) => with_device(response, device),
        None => Ok(response),
    }
}

/// The answer, with the cookie by which the browser is known from now on.
pub(super) fn with_device(mut response: HttpResponse, device: &Token) -> Result<HttpResponse, PageError> {
    response.add_cookie(&device_cookie(device.reveal())).map_err(PageError::internal)?;
    Ok(response)
}

/// The answer, after which the browser shows the next person nothing of this one: the session is forgotten, with it what
/// the edge knows to belong to it, such as the cart, and so are pages that the browser keeps for going back. It stays a
/// known device, which opens nothing by itself.
pub(super) fn without_session(mut response: HttpResponse) -> Result<HttpResponse, PageError> {
    response.add_cookie(&end_session_cookie()).map_err(PageError::internal)?;
    let clear = HeaderName::from_static("clear-site-data");
    response.headers_mut().insert(clear, HeaderValue::from_static("\"cache\", \"storage\""));
    Ok(response)
}
