//! JSON bodies of API writes: parsed whole or refused with a problem that says why.
//!
//! The target type says `#[serde(deny_unknown_fields)]` for itself; this extractor only gives every kind of failure its
//! own status, and never reads more than it is going to use.

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, web};
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use super::problem::Problem;

/// The most that a JSON body or a form may weigh.
pub(crate) const BODY_LIMIT: usize = 64 * 1024;

/// The body of the request, read as JSON into `T`.
#[derive(Debug, Clone)]
pub struct JsonBody<T>(pub T);

/// A JSON body that may be left out, whatever the headers say, or be `null`: both mean the default.
#[derive(Debug, Clone)]
pub struct OptionalBody<T>(pub T);

impl<T> JsonBody<T> {
    /// The value.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for JsonBody<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let accepted = plain_json(req);
        let body = web::Payload::from_request(req, payload);
        async move {
            accepted?;
            parse(&whole(body.await).await?).map(Self)
        }
        .boxed_local()
    }
}

impl<T: DeserializeOwned + Default + 'static> FromRequest for OptionalBody<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let accepted = plain_json(req);
        let body = web::Payload::from_request(req, payload);
        async move {
            let bytes = whole(body.await).await?;
            match bytes.trim_ascii() {
                b"" => Ok(Self(T::default())),
                b"null" => accepted.map(|()| Self(T::default())),
                _ => accepted.and_then(|()| parse(&bytes)).map(Self),
            }
        }
        .boxed_local()
    }
}

async fn whole(body: Result<web::Payload, actix_web::Error>) -> Result<web::Bytes, Problem> {
    let bytes = body.map_err(|error| unreadable(&error))?.to_bytes_limited(BODY_LIMIT).await;
    bytes.map_err(|_| too_large())?.map_err(|error| unreadable(&error))
}

fn plain_json(req: &HttpRequest) -> Result<(), Problem> {
    let content_type = req.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let essence = content_type.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    let json = essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"));
    let plain = req.headers().get(header::CONTENT_ENCODING).is_none_or(|encoding| encoding == "identity");
    if json && plain {
        return Ok(());
    }
    let title = "Unsupported media type";
    let problem = Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", title);
    Err(problem.detail("send `Content-Type: application/json`, not compressed"))
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let read = serde_json::from_slice(bytes).or_else(|error| {
        // To JSON Schema 1.0 is a whole number; to serde it is not.
        let plain = (error.classify() == Category::Data).then(|| whole_numbers(bytes));
        plain.and_then(|plain| serde_json::from_slice(&plain).ok()).ok_or(error)
    });
    let read = read.map_err(|error| match error.classify() {
        Category::Data => misfit(error.to_string()),
        Category::Syntax | Category::Eof | Category::Io => {
            Problem::new(StatusCode::BAD_REQUEST, "malformed-json", "The body is not JSON").detail(error.to_string())
        }
    })?;
    // A list of the fields' values would do for the reader of a struct, but not for us.
    if bytes.trim_ascii_start().starts_with(b"{") { Ok(read) } else { Err(misfit("it is not a JSON object")) }
}

/// The same JSON in which whole numbers are written without a fraction of zeros.
fn whole_numbers(json: &[u8]) -> Vec<u8> {
    let (mut plain, mut rest, mut quoted) = (Vec::with_capacity(json.len()), json, false);
    while let [first, after @ ..] = rest {
        let digits = after.iter().take_while(|byte| **byte == b'0').count();
        let ends = after.get(digits).is_none_or(|next| !next.is_ascii_digit() && !matches!(next, b'e' | b'E'));
        match first {
            b'.' if !quoted && digits > 0 && ends => {
                rest = &after[digits..];
                continue;
            }
            b'"' => quoted = !quoted,
            b'\\' if quoted => {
                plain.extend_from_slice(&rest[..rest.len().min(2)]);
                rest = after.get(1..).unwrap_or_default();
                continue;
            }
            _ => {}
        }
        plain.push(*first);
        rest = after;
    }
    plain
}

fn misfit(detail: impl Into<String>) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid-body", "The body does not fit").detail(detail)
}

fn too_large() -> Problem {
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body-too-large", "The body is too large")
        .detail(format!("at most {BODY_LIMIT} bytes are read"))
}

fn unreadable(error: &actix_web::Error) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "unreadable-body", "The body could not be read").detail(error.to_string())
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;
    use serde::Deserialize;

    use super::*;

    #[test]
    fn a_list_is_no_object() {
        assert_eq!(parse::<Wish>(b"[7]").unwrap_err().status(), StatusCode::UNPROCESSABLE_ENTITY);
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Wish {
        quantity: u8,
    }

    async fn status_of(content_type: &str, body: impl Into<web::Bytes>) -> Result<u8, u16> {
        let request = TestRequest::post().insert_header((header::CONTENT_TYPE, content_type)).set_payload(body.into());
        let (request, mut payload) = request.to_http_parts();
        let read = JsonBody::<Wish>::from_request(&request, &mut payload).await;
        read.map(|wish| wish.0.quantity).map_err(|problem| problem.status().as_u16())
    }

    #[actix_web::test]
    async fn every_kind_of_wrong_body_has_its_own_status() {
        let json = "application/json; charset=utf-8";
        assert_eq!(status_of(json, r#"{"quantity": 2}"#).await, Ok(2));
        assert_eq!(status_of("application/vnd.shop+json", r#"{"quantity": 2}"#).await, Ok(2));
        assert_eq!(status_of(json, r#"{"quantity": 2"#).await, Err(400));
        assert_eq!(status_of(json, r#"{"quantity": 2} trailing"#).await, Err(400));
        assert_eq!(status_of(json, r#"{"quantity": -2}"#).await, Err(422));
        assert_eq!(status_of(json, "{}").await, Err(422));
        assert_eq!(status_of(json, "null").await, Err(422));
        assert_eq!(status_of(json, "").await, Err(400));
        assert_eq!(status_of("text/plain", r#"{"quantity": 2}"#).await, Err(415));
        assert_eq!(status_of(json, vec![b' '; BODY_LIMIT + 1]).await, Err(413));
    }

    #[actix_web::test]
    async fn a_field_that_nobody_asked_for_is_refused() {
        assert_eq!(status_of("application/json", r#"{"quantity": 2, "price": 1}"#).await, Err(422));
    }

    #[actix_web::test]
    async fn a_whole_number_may_have_a_fraction_of_zeros() {
        for (body, read) in [
            (r#"{"quantity": 2.0}"#, Ok(2)),
            (r#"{"quantity": 2.000 }"#, Ok(2)),
            (r#"{"quantity": 2.5}"#, Err(422)),
            (r#"{"quantity": 2.05}"#, Err(422)),
            (r#"{"quantity": 2.0, "quantity": 3}"#, Err(422)),
            (r#"{"quantity": "2.0"}"#, Err(422)),
        ] {
            assert_eq!(status_of("application/json", body).await, read, "{body}");
        }
        assert_eq!(whole_numbers(br#"{"a.0": ".0\".0", "b": [1.0,-2.00]}"#), br#"{"a.0": ".0\".0", "b": [1,-2]}"#);
    }

    #[derive(Debug, Default, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Reason {
        reason: Option<String>,
    }

    #[actix_web::test]
    async fn a_body_that_may_be_left_out_may_be_empty_or_null() {
        let none = Ok(None);
        for (content_type, body, expected) in [
            (None, "", none.clone()),
            (Some("application/json"), "", none.clone()),
            (Some("application/json"), "null", none.clone()),
            (Some("application/json"), "{}", none),
            (Some("application/json"), r#"{"reason": "late"}"#, Ok(Some("late".to_owned()))),
            (Some("application/json"), "[]", Err(422)),
            (Some("application/json"), r#"{"why": 1}"#, Err(422)),
            (Some("application/json"), "{", Err(400)),
            (Some("text/plain"), "{}", Err(415)),
        ] {
            let request = TestRequest::post().set_payload(body);
            let request =
                content_type.into_iter().fold(request, |request, it| request.insert_header(("content-type", it)));
            let (request, mut payload) = request.to_http_parts();
            let read = OptionalBody::<Reason>::from_request(&request, &mut payload).await;
            assert_eq!(
                read.map(|it| it.0.reason).map_err(|it| it.status().as_u16()),
                expected,
                "{content_type:?} {body}"
            );
        }
    }

    #[actix_web::test]
    async fn what_was_sent_is_not_sent_back_in_full() {
        let body = format!(r#"{{"{}": 1}}"#, "x".repeat(60_000));
        let refused = parse::<Wish>(body.as_bytes()).unwrap_err();
        assert!(refused.to_string().len() < 1_000, "{} bytes are echoed", refused.to_string().len());
    }

    #[test]
    fn nesting_without_end_is_refused_and_not_followed() {
        let deep = format!("{}{}", "[".repeat(30_000), "]".repeat(30_000));
        let refused = parse::<serde_json::Value>(deep.as_bytes()).unwrap_err();
        assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
        assert!(refused.to_string().contains("recursion limit"), "{refused}");
    }
}
