//! Errors as people read them: a page in the shop's look that says what happened and what can be done.
//!
//! The page is first made in a bare frame; the edge makes it again in the visitor's own one, because an error does not
//! know the request it answers.

use std::error::Error;

use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{HttpResponse, ResponseError};
use askama::Template;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use shared_kernel::StoreError;

use super::frame::PageFrame;
use super::problem::log_cause;

/// Why a page cannot be shown, or a form was not followed.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// There is no such thing, or none that this visitor may know of.
    #[error("There is no such page.")]
    NotFound,
    /// The request is malformed (400).
    #[error("{0}")]
    Invalid(String),
    /// The shop understood and says no, in words for the visitor (422).
    #[error("{0}")]
    Refused(String),
    /// Another change came first (409), in words for the visitor.
    #[error("{0}")]
    Conflict(String),
    /// They are known, but this is not for them.
    #[error("Your account may not do this.")]
    Forbidden,
    /// They have to log in; afterwards they go on to `next`.
    #[error("Please log in first.")]
    LogInFirst {
        /// Path and query of the page they wanted.
        next: String,
    },
    /// They are known, but have to show again who they are; afterwards they go on to `next`.
    #[error("Please confirm that it is you.")]
    ConfirmFirst {
        /// Path and query of the page they wanted.
        next: String,
    },
    /// What should tell us who they are came damaged or too late (401).
    #[error("Your session could not be verified. Please reload the page, or log in again.")]
    AuthenticationError,
    /// The form did not come from a page of ours, or from one too old.
    #[error("This form has expired. Please go back, reload the page and send it again.")]
    Forged,
    /// The upload is larger than it may be.
    #[error("What you sent is too large.")]
    TooLarge,
    /// Too many requests in a short time.
    #[error("That was a little too fast. Please wait a moment and try again.")]
    TooMany,
    /// Too many visitors at once.
    #[error("There is a lot going on in the shop right now. Please try again in a moment.")]
    Busy,
    /// Something we need is not there right now.
    #[error("The shop cannot do this right now. Please try again in a moment.")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    /// We made a mistake; it is logged once and never shown.
    #[error("Something went wrong on our side. We have noted it.")]
    Internal(#[source] Box<dyn Error + Send + Sync>),
    /// Any other status, said plainly.
    #[error("{}", .0.canonical_reason().unwrap_or("Error"))]
    Status(StatusCode),
}

impl PageError {
    /// Something broke on our side.
    pub fn internal(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Internal(cause.into())
    }

    fn heading(&self) -> &'static str {
        match self {
            Self::NotFound => "We could not find that",
            Self::Invalid(_) => "We could not understand that request",
            Self::Refused(_) => "That is not possible",
            Self::Conflict(_) => "Something changed in the meantime",
            Self::Forbidden => "This is not open to you",
            Self::LogInFirst { .. } => "Please log in",
            Self::ConfirmFirst { .. } => "Please confirm that it is you",
            Self::AuthenticationError => "Who was that?",
            Self::Forged => "Please send that again",
            Self::TooLarge => "That is too large",
            Self::TooMany => "Not so fast",
            Self::Busy | Self::Unavailable(_) => "Please try again in a moment",
            Self::Internal(_) => "Something went wrong",
            Self::Status(_) => "That did not work",
        }
    }
}

impl From<StoreError> for PageError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Stale => {
                Self::Conflict("This was changed by somebody else just now. Please look again and retry.".to_owned())
            }
            StoreError::Conflict(thing) => Self::Conflict(format!("Sorry, {thing} exists already.")),
            StoreError::Unavailable(_) => Self::Unavailable(Box::new(error)),
            StoreError::AlreadyHandled | StoreError::LeaseLost | StoreError::Corrupt { .. } => {
                Self::Internal(Box::new(error))
            }
        }
    }
}

impl From<askama::Error> for PageError {
    fn from(error: askama::Error) -> Self {
        Self::Internal(Box::new(error))
    }
}

impl ResponseError for PageError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Invalid(_) => StatusCode::BAD_REQUEST,
            Self::Refused(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Conflict(_) => StatusCode::CONFLICT,
            Self::Forbidden | Self::Forged => StatusCode::FORBIDDEN,
            Self::LogInFirst { .. } | Self::ConfirmFirst { .. } => StatusCode::SEE_OTHER,
            Self::AuthenticationError => StatusCode::UNAUTHORIZED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Self::Busy | Self::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Status(status) => *status,
        }
    }

    fn error_response(&self) -> HttpResponse {
        if let Self::LogInFirst { next } = self {
            return on_the_way("/login", next);
        }
        if let Self::ConfirmFirst { next } = self {
            return on_the_way("/login/confirm", next);
        }
        if let Self::Unavailable(cause) | Self::Internal(cause) = self {
            log_cause(cause.as_ref());
        }
        let failure = PageFailure { status: self.status_code(), heading: self.heading(), text: self.to_string() };
        let mut response = failure.response(PageFrame::bare(), None);
        response.extensions_mut().insert(failure);
        if matches!(self, Self::Forged) {
            response.extensions_mut().insert(SetAside::Forged);
        }
        response
    }
}

/// The way to a page that leads on to `next`.
fn on_the_way(page: &str, next: &str) -> HttpResponse {
    let next = utf8_percent_encode(next, NON_ALPHANUMERIC);
    let location = (header::LOCATION, format!("{page}?next={next}"));
    let mut response = HttpResponse::SeeOther().insert_header(location).finish();
    response.extensions_mut().insert(SetAside::ToLogIn);
    response
}

/// Why a request was not carried out, where the status alone does not tell. The edge finds it beside the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SetAside {
    /// Its sender has to show first who they are.
    ToLogIn,
    /// None of our pages has sent it.
    Forged,
    /// The next page tells that it was not done, or not all of it.
    Refused,
}

/// What an error page says. The edge finds it beside the answer and makes the page again.
#[derive(Debug, Clone)]
pub(crate) struct PageFailure {
    status: StatusCode,
    heading: &'static str,
    text: String,
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage<'a> {
    frame: PageFrame,
    status: u16,
    heading: &'a str,
    text: &'a str,
    request_id: Option<&'a str>,
}

impl PageFailure {
    pub(crate) fn html(&self, frame: PageFrame, request_id: Option<&str>) -> String {
        let request_id = request_id.filter(|_| self.status.is_server_error());
        let page =
            ErrorPage { frame, status: self.status.as_u16(), heading: self.heading, text: &self.text, request_id };
        page.render().unwrap_or_else(|_| self.heading.to_owned())
    }

    fn response(&self, frame: PageFrame, request_id: Option<&str>) -> HttpResponse {
        HttpResponse::build(self.status).content_type("text/html; charset=utf-8").body(self.html(frame, request_id))
    }
}

/// The page as a 200 answer.
pub fn page<T: Template>(page: &T) -> Result<HttpResponse, PageError> {
    page_with(StatusCode::OK, page)
}

/// The page with another status, such as 422 for a form that has to be corrected.
pub fn page_with<T: Template>(status: StatusCode, page: &T) -> Result<HttpResponse, PageError> {
    let html = page.render()?;
    Ok(HttpResponse::build(status).content_type("text/html; charset=utf-8").body(html))
}
