//! Forms: url-encoded bodies that carry the proof of coming from our own page.
//!
//! The proof is checked before the fields are looked at. Fields are read as strings of the target type; what they mean
//! is the context's business.

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, web};
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use serde::de::DeserializeOwned;

use super::csrf::CsrfGuard;
use super::json::BODY_LIMIT;
use super::page_error::PageError;
use super::problem::shortened;

/// The hidden field that holds the token.
const TOKEN_FIELD: &str = "csrf";

/// The fields of a form sent from one of our own pages, without the token.
#[derive(Debug, Clone)]
pub struct CsrfForm<T>(pub T);

impl<T> CsrfForm<T> {
    /// The fields.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for CsrfForm<T> {
    type Error = PageError;
    type Future = LocalBoxFuture<'static, Result<Self, PageError>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let content_type = req.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
        let is_form = content_type.trim().to_ascii_lowercase().starts_with("application/x-www-form-urlencoded");
        let guard = CsrfGuard::from_request(req, payload);
        let body = web::Payload::from_request(req, payload);
        async move {
            let unreadable = |error: actix_web::Error| PageError::Invalid(format!("The form did not arrive: {error}."));
            if !is_form {
                return Err(PageError::Invalid("This is not a form of this shop.".to_owned()));
            }
            let bytes = body.await.map_err(unreadable)?.to_bytes_limited(BODY_LIMIT).await;
            let bytes = bytes.map_err(|_| PageError::TooLarge)?.map_err(unreadable)?;
            let text =
                std::str::from_utf8(&bytes).map_err(|_| PageError::Invalid("The form is not text.".to_owned()))?;
            let (token, fields) = split(text);
            guard.await?.check(&token)?;
            fields_of(&fields).map(Self)
        }
        .boxed_local()
    }
}

/// The token, and the rest of the form as it was sent.
fn split(text: &str) -> (String, String) {
    let (tokens, fields): (Vec<&str>, Vec<&str>) =
        text.split('&').partition(|pair| pair.split('=').next() == Some(TOKEN_FIELD));
    let token = tokens.first().and_then(|pair| pair.split_once('=')).map_or("", |(_, token)| token);
    (token.to_owned(), fields.join("&"))
}

fn fields_of<T: DeserializeOwned>(fields: &str) -> Result<T, PageError> {
    let read = web::Query::<T>::from_query(fields).map(web::Query::into_inner);
    let refused = |error: String| PageError::Invalid(format!("The form is not complete: {}.", reason(&error)));
    read.map_err(|error| refused(shortened(error.to_string())))
}

/// The reason without the words "Query deserialize error" that the query parser puts before it.
fn reason(text: &str) -> &str {
    text.split_once(": ").map_or(text, |(_, reason)| reason)
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Line {
        sku: String,
        quantity: u8,
    }

    #[test]
    fn the_token_is_no_field_of_the_form() {
        let (token, fields) = split("sku=A%26B&csrf=abc-_&quantity=2");
        assert_eq!(token, "abc-_");
        assert_eq!(fields_of::<Line>(&fields).unwrap(), Line { sku: "A&B".to_owned(), quantity: 2 });
    }

    #[test]
    fn a_missing_field_is_named() {
        let refused = fields_of::<Line>("sku=A").unwrap_err();
        assert_eq!(refused.to_string(), "The form is not complete: missing field `quantity`.");
    }
}
