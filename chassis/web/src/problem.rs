//! Errors as machines read them: RFC 9457 `application/problem+json`.
//!
//! A problem does not know where the shop lives nor which request it answers: [`crate::guard()`] puts the shop's
//! address before `type` and adds `request_id`, so that no handler has to carry them around.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpResponse, ResponseError};
use serde_json::{Map, Value};
use shared_kernel::StoreError;
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// In characters.
const MAX_DETAIL_CHARS: usize = 500;

/// An error answer of the API. `type` on the wire is `<shop>/problems/<name>`.
#[derive(Debug, Clone)]
pub struct Problem(Box<Parts>);

/// Behind a pointer, for every handler's result has room for it.
#[derive(Debug, Clone)]
struct Parts {
    status: StatusCode,
    name: Cow<'static, str>,
    title: Cow<'static, str>,
    detail: Option<String>,
    members: Map<String, Value>,
    headers: Vec<(HeaderName, HeaderValue)>,
    cause: Option<Arc<dyn Error + Send + Sync>>,
}

impl Problem {
    /// A problem of the kind `name` (kebab-case, stable), which `title` says in words that are the same every time.
    pub fn new(status: StatusCode, name: impl Into<Cow<'static, str>>, title: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Parts {
            status,
            name: name.into(),
            title: title.into(),
            detail: None,
            members: Map::new(),
            headers: Vec::new(),
            cause: None,
        }))
    }

    /// Something broke on our side. The cause is logged when the answer is made, and never shown.
    pub fn internal(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::of_status(StatusCode::INTERNAL_SERVER_ERROR).caused_by(Arc::from(cause.into()))
    }

    /// Nothing that the caller may see has that name.
    pub fn not_found() -> Self {
        Self::of_status(StatusCode::NOT_FOUND)
    }

    /// The plain problem for a status that says it all.
    pub fn of_status(status: StatusCode) -> Self {
        let title = status.canonical_reason().unwrap_or("Error");
        let name = if status == StatusCode::INTERNAL_SERVER_ERROR {
            "internal".to_owned()
        } else {
            title.to_ascii_lowercase().replace(' ', "-")
        };
        Self::new(status, name, title)
    }

    /// What is wrong this time, for the developer who called. It often repeats what was sent, so it is cut.
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.0.detail = Some(shortened(detail.into()));
        self
    }

    /// One more member of the document.
    pub fn with(mut self, member: &str, value: impl Into<Value>) -> Self {
        self.0.members.insert(member.to_owned(), value.into());
        self
    }

    /// One more header of the answer. A value that cannot be a header is left out.
    pub fn header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.0.headers.push((name, value));
        }
        self
    }

    /// The status of the answer.
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    fn caused_by(mut self, cause: Arc<dyn Error + Send + Sync>) -> Self {
        self.0.cause = Some(cause);
        self
    }

    /// The document as it is sent: `base` before the relative type, and the request it answers.
    pub(crate) fn document(&self, base: &str, request_id: Option<&str>) -> Value {
        let parts = &self.0;
        let mut document = parts.members.clone();
        document.insert("type".into(), format!("{base}/problems/{}", parts.name).into());
        document.insert("title".into(), parts.title.clone().into());
        document.insert("status".into(), parts.status.as_u16().into());
        if let Some(detail) = &parts.detail {
            document.insert("detail".into(), detail.clone().into());
        }
        if let Some(id) = request_id {
            document.insert("request_id".into(), id.into());
        }
        Value::Object(document)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.title)?;
        self.0.detail.as_ref().map_or(Ok(()), |detail| write!(f, ": {detail}"))
    }
}

impl Error for Problem {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.cause.as_ref().map(|cause| -> &(dyn Error + 'static) { cause.as_ref() })
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.0.status
    }

    fn error_response(&self) -> HttpResponse {
        if let Some(cause) = &self.0.cause {
            log_cause(cause.as_ref());
        }
        let mut builder = HttpResponse::build(self.0.status);
        for (name, value) in &self.0.headers {
            builder.append_header((name.clone(), value.clone()));
        }
        builder.insert_header((header::CONTENT_TYPE, "application/problem+json"));
        let mut response = builder.body(self.document("", None).to_string());
        response.extensions_mut().insert(self.clone());
        response
    }
}

/// A store that cannot answer is a passing trouble; the rest is either a race lost or a defect.
impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        let conflict = |detail: String| Self::new(StatusCode::CONFLICT, "conflict", "Conflict").detail(detail);
        match error {
            StoreError::Stale => conflict("another change came first; read it again and retry".to_owned()),
            StoreError::Conflict(thing) => conflict(format!("{thing} exists already")),
            StoreError::Unavailable(_) => {
                let status = StatusCode::SERVICE_UNAVAILABLE;
                let problem = Self::new(status, "temporarily-unavailable", "Temporarily unavailable");
                problem.caused_by(Arc::new(error)).header(header::RETRY_AFTER, "2")
            }
            StoreError::AlreadyHandled | StoreError::LeaseLost | StoreError::Corrupt { .. } => Self::internal(error),
        }
    }
}

/// The text, cut off if it is too long to read.
pub(crate) fn shortened(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(MAX_DETAIL_CHARS) {
        text.truncate(end);
        text.push('…');
    }
    text
}

/// Logs a failure with the whole chain of its causes, once, at the boundary.
pub(crate) fn log_cause(cause: &(dyn Error + 'static)) {
    let mut chain = cause.to_string();
    let mut next = cause.source();
    while let Some(source) = next {
        chain.push_str(": ");
        chain.push_str(&source.to_string());
        next = source.source();
    }
    tracing::error!(error = %chain, "a request failed: {chain}");
}

/// A problem document for `OpenAPI`. Which of the members that may be left out come with which kind of problem is said at
/// the operations; others may be added.
#[derive(Debug, ToSchema)]
#[schema(as = Problem)]
#[expect(dead_code, reason = "describes the documents to the API's readers, and is never made")]
pub(crate) struct ProblemBody {
    /// A URI that names the kind of problem.
    #[schema(rename = "type", example = "https://shop.example/problems/out-of-stock")]
    kind: String,
    /// The kind of problem in words.
    title: String,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// What is wrong this time.
    detail: Option<String>,
    /// Names the request in the shop's log.
    request_id: Option<String>,
    /// What is wrong, one by one: by field of a body, or by line of a file.
    #[schema(inline)]
    errors: Option<Vec<ProblemError>>,
    /// The field that is not right.
    field: Option<String>,
    /// The article that it is about.
    sku: Option<String>,
    /// The articles that it is about.
    skus: Option<Vec<String>>,
    /// The order that it is about.
    #[schema(format = Uuid)]
    order_id: Option<String>,
    /// The product that it is about.
    handle: Option<String>,
    /// The product that has the article already.
    owner: Option<String>,
    /// How many pieces are promised to orders.
    reserved: Option<i64>,
    /// How many products of a file are not right.
    failed: Option<u64>,
    /// The cart as it is now.
    cart: Option<serde_json::Map<String, Value>>,
    /// The limits that were exceeded, as in the header `RateLimit-Policy`.
    #[schema(rename = "violated-policies")]
    violated_policies: Option<Vec<String>>,
}

/// One thing that is not right.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes the documents to the API's readers, and is never made")]
struct ProblemError {
    /// The field of the body.
    field: Option<String>,
    /// What is wrong with it.
    problem: Option<String>,
    /// The line of the file, from 1.
    line: Option<u64>,
    /// What is wrong with it.
    message: Option<String>,
}

impl PartialSchema for Problem {
    fn schema() -> RefOr<Schema> {
        ProblemBody::schema()
    }
}

impl ToSchema for Problem {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Problem")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_names_its_kind_relative_to_the_shop() {
        let problem = Problem::new(StatusCode::CONFLICT, "out-of-stock", "Out of stock")
            .detail("KEA-14 is sold out")
            .with("skus", serde_json::json!(["KEA-14"]));
        assert_eq!(
            problem.document("https://shop.example", Some("r-1")),
            serde_json::json!({
                "type": "https://shop.example/problems/out-of-stock", "title": "Out of stock", "status": 409,
                "detail": "KEA-14 is sold out", "skus": ["KEA-14"], "request_id": "r-1"
            })
        );
    }

    #[test]
    fn a_broken_store_is_not_explained_to_outsiders() {
        let problem = Problem::from(StoreError::unavailable("disk /dev/sda is full"));
        let document = problem.document("", None).to_string();
        assert_eq!(problem.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(!document.contains("disk"), "{document}");
    }
}
