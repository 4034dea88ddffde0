//! `/api/ops/v1/dead-letters`: messages that could not be handled.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, web};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chassis::messaging::{DeadLetter, DeadLetters};
use chassis::web::{Admin, Problem, ProblemBody};
use serde::Serialize;
use utoipa::ToSchema;

/// The most that one answer lists.
const MOST: u32 = 100;

#[derive(Serialize, ToSchema)]
struct Letters {
    items: Vec<LetterView>,
}

/// A message that could not be handled.
#[derive(Serialize, ToSchema)]
pub struct LetterView {
    /// Names the letter in the paths of this API.
    pub id: String,
    /// The context in whose inbox it lies.
    pub context: String,
    /// The consumer that failed.
    pub consumer: String,
    /// The message's type.
    #[serde(rename = "type")]
    pub event_type: String,
    /// What it is about.
    pub subject: String,
    /// How often it was tried.
    pub attempts: u32,
    /// A stable name of the failure.
    pub code: String,
    /// The error with its causes.
    pub error: String,
    /// The original message, a CloudEvents envelope.
    #[schema(value_type = Object)]
    pub message: serde_json::Value,
    /// When it was given up (RFC 3339).
    pub failed_at: String,
}

impl From<DeadLetter> for LetterView {
    fn from(letter: DeadLetter) -> Self {
        Self {
            id: URL_SAFE_NO_PAD.encode(letter.id()),
            context: letter.context,
            consumer: letter.consumer,
            event_type: letter.event_type,
            subject: letter.subject,
            attempts: letter.attempts,
            code: letter.code,
            error: letter.error,
            message: letter.message,
            failed_at: letter.failed_at.to_string(),
        }
    }
}

/// Reads the name of a letter out of a path.
#[must_use]
pub fn letter_name(id: &str) -> Option<String> {
    String::from_utf8(URL_SAFE_NO_PAD.decode(id).ok()?).ok()
}

#[utoipa::path(tag = "operations", responses(
    (status = 200, body = Letters, description = "newest failure first, at most 100"),
    (status = 401, body = ProblemBody), (status = 403, body = ProblemBody)))]
#[get("/api/ops/v1/dead-letters")]
pub async fn list(_admin: Admin, letters: web::Data<DeadLetters>) -> Result<HttpResponse, Problem> {
    let items = letters.list(MOST).await?.into_iter().map(LetterView::from).collect();
    Ok(HttpResponse::Ok().json(Letters { items }))
}

#[utoipa::path(tag = "operations", responses(
    (status = 204, description = "it will be tried again"),
    (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
#[post("/api/ops/v1/dead-letters/{id}/retry")]
pub async fn retry(
    _admin: Admin,
    letters: web::Data<DeadLetters>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let name = letter_name(&id).ok_or_else(no_such_letter)?;
    if letters.retry(&name).await? { Ok(HttpResponse::NoContent().finish()) } else { Err(no_such_letter()) }
}

#[utoipa::path(tag = "operations", responses(
    (status = 204, description = "it is gone, and what waited behind it moves on"),
    (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
#[post("/api/ops/v1/dead-letters/{id}/discard")]
pub async fn discard(
    _admin: Admin,
    letters: web::Data<DeadLetters>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let name = letter_name(&id).ok_or_else(no_such_letter)?;
    if letters.discard(&name).await? { Ok(HttpResponse::NoContent().finish()) } else { Err(no_such_letter()) }
}

fn no_such_letter() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "no-such-dead-letter", "There is no such dead letter")
}
