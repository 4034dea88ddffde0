//! The caller's own name for a wish, so that a repeated wish is recognised.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpRequest};

use super::problem::Problem;

/// The header `Idempotency-Key`: 1 to 255 visible ASCII characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// The key as it was sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn parse(text: &str) -> Option<Self> {
        let visible = text.bytes().all(|byte| byte.is_ascii_graphic());
        (visible && (1..=255).contains(&text.len())).then(|| Self(text.to_owned()))
    }
}

impl FromRequest for IdempotencyKey {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let sent = req.headers().get("idempotency-key").and_then(|value| value.to_str().ok());
        let missing = || {
            let title = "An Idempotency-Key is required";
            Problem::new(StatusCode::BAD_REQUEST, "idempotency-key-required", title).detail(
                "send a header `Idempotency-Key` of 1 to 255 visible ASCII characters, and the same when you retry",
            )
        };
        ready(sent.and_then(Self::parse).ok_or_else(missing))
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    async fn read(key: Option<&str>) -> Result<IdempotencyKey, u16> {
        let request = key.into_iter().fold(TestRequest::post(), |r, key| r.insert_header(("idempotency-key", key)));
        IdempotencyKey::extract(&request.to_http_request()).await.map_err(|problem| problem.status().as_u16())
    }

    #[actix_web::test]
    async fn a_wish_that_costs_money_must_be_named() {
        assert_eq!(read(Some("order-7")).await, Ok(IdempotencyKey("order-7".to_owned())));
        for wrong in [None, Some(""), Some("two words"), Some("x".repeat(256).as_str())] {
            assert_eq!(read(wrong).await, Err(400));
        }
    }
}
