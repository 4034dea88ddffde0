//! Parameters in the address of a request. What is wrong there is 400; what is wrong in a body is 422.

use actix_web::http::StatusCode;
use shared_kernel::Limit;

use super::problem::Problem;

/// The parameter of that name does not fit: `invalid-<parameter>`.
pub fn invalid_parameter(parameter: &str, detail: impl Into<String>) -> Problem {
    let title = "A parameter does not fit";
    Problem::new(StatusCode::BAD_REQUEST, format!("invalid-{parameter}"), title).detail(detail)
}

/// How many are wanted; the usual number when nothing is said.
///
/// # Errors
/// `invalid-limit` for what is not a whole number from 1 to 100.
pub fn limit(text: Option<&str>) -> Result<Limit, Problem> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(Limit::DEFAULT) };
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let limit = text.parse().ok().filter(|_| digits).and_then(|number| Limit::new(number).ok());
    limit.ok_or_else(|| invalid_parameter("limit", "a limit is a whole number from 1 to 100"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_a_whole_number_from_1_to_100() {
        for (text, expected) in [(None, 25), (Some(""), 25), (Some("1"), 1), (Some("100"), 100)] {
            assert_eq!(limit(text).unwrap().get(), expected, "{text:?}");
        }
        for wrong in ["0", "101", "-1", "+5", "1.0", "ten", "99999999999999999999"] {
            assert_eq!(limit(Some(wrong)).unwrap_err().status(), StatusCode::BAD_REQUEST, "{wrong}");
        }
    }
}
