//! Gives error answers their final form: a problem document on `/api`, a readable page elsewhere.
//!
//! Handlers leave a [`Problem`] or a page failure beside the answer; errors of the framework come as bare status codes
//! or plain text and get the general words for their status.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpResponse, ResponseError};

use super::frame::PageFrame;
use super::page_error::{PageError, PageFailure};
use super::paths::is_api;
use super::payment_api::{error_document, is_payment_api};
use super::problem::Problem;
use super::request_context::RequestContext;

/// The answer in its final form.
pub(crate) fn render_errors(context: &RequestContext, response: HttpResponse<BoxBody>) -> HttpResponse<BoxBody> {
    let mut response = if needs_error_page(&response) { with_default_text(&context.path, &response) } else { response };
    let problem = response.extensions_mut().remove::<Problem>();
    if let Some(problem) = problem {
        let document = problem.document(&context.shop.base_url, Some(&context.request_id)).to_string();
        return with_body(response, document, "application/problem+json");
    }
    let failure = response.extensions_mut().remove::<PageFailure>();
    if failure.is_some() && is_payment_api(&context.path) {
        let document = error_document(response.status());
        return with_body(response, document, "application/json");
    }
    if let Some(failure) = failure {
        let html = failure.html(PageFrame::from_context(context), Some(&context.request_id));
        return with_body(response, html, "text/html; charset=utf-8");
    }
    response
}

/// Whether an error has no words, or only those of the framework.
fn needs_error_page(response: &HttpResponse<BoxBody>) -> bool {
    let error = response.status().is_client_error() || response.status().is_server_error();
    let content_type = response.headers().get(header::CONTENT_TYPE);
    let plain = content_type.is_none_or(|value| value.as_bytes().starts_with(b"text/plain"));
    error && plain && response.extensions().get::<Problem>().is_none()
}

fn with_default_text(path: &str, response: &HttpResponse<BoxBody>) -> HttpResponse<BoxBody> {
    let status = response.status();
    if status.is_server_error()
        && let Some(error) = response.error()
    {
        tracing::error!(error = %error, "a request failed: {error}");
    }
    let detail = response.error().filter(|_| status == StatusCode::BAD_REQUEST).map(ToString::to_string);
    let dressed = if is_api(path) {
        let problem = Problem::of_status(status);
        detail.into_iter().fold(problem, Problem::detail).error_response()
    } else {
        page_error(status, detail).error_response()
    };
    let mut dressed = dressed;
    for (name, value) in response.headers() {
        if !dressed.headers().contains_key(name) {
            dressed.headers_mut().append(name.clone(), value.clone());
        }
    }
    dressed
}

fn page_error(status: StatusCode, detail: Option<String>) -> PageError {
    match status {
        StatusCode::NOT_FOUND => PageError::NotFound,
        StatusCode::FORBIDDEN => PageError::Forbidden,
        StatusCode::PAYLOAD_TOO_LARGE => PageError::TooLarge,
        StatusCode::BAD_REQUEST => {
            PageError::Invalid(detail.unwrap_or_else(|| "This page address is not valid.".to_owned()))
        }
        other => PageError::Status(other),
    }
}

fn with_body(response: HttpResponse<BoxBody>, body: String, content_type: &'static str) -> HttpResponse<BoxBody> {
    let mut response = response.map_body(|_, _| body.boxed());
    // The words before may have been compressed; these are not.
    response.headers_mut().remove(header::CONTENT_ENCODING);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}
