//! What follows from the shape of one operation: which problems it can answer with.

use serde_json::{Map, Value, json};

use super::parameters;
use super::responses::{self, PROBLEM_JSON};

pub(super) fn complete(path: &str, method: &str, operation: &mut Value) {
    parameters::complete(operation);
    require_body(operation);
    for status in problems(path, method, operation) {
        let response = &mut operation["responses"][status.to_string()];
        if response.is_null() {
            *response = responses::reference(status);
        }
    }
    for (status, response) in operation["responses"].as_object_mut().into_iter().flatten() {
        if let (Ok(status), None) = (status.parse(), response.get("$ref")) {
            describe(status, response);
        }
    }
}

/// The statuses of problems that come of the rules of the house, and not of the operation's own business.
fn problems(path: &str, method: &str, operation: &Value) -> Vec<u16> {
    let roles = roles(operation);
    let body = operation.get("requestBody").map(|body| &body["content"]);
    let json = body.is_some_and(|content| content.get("application/json").is_some());
    let rules = [
        (400, true),
        (401, roles.is_some()),
        (403, roles.is_some_and(|roles| !roles.is_empty())),
        (404, path.contains('{')),
        (408, body.is_some()),
        (409, method != "get"),
        (413, body.is_some()),
        (415, json),
        (422, json),
        (429, true),
        (500, true),
        (503, true),
    ];
    rules.into_iter().filter_map(|(status, given)| given.then_some(status)).collect()
}

/// The roles that the bearer needs; `None` for an operation that reads no token.
fn roles(operation: &Value) -> Option<&Vec<Value>> {
    let schemes = operation["security"].as_array();
    schemes.into_iter().flatten().find_map(|scheme| scheme.get("bearer")?.as_array())
}

/// A body is needed unless it may be null: what may be null may be left out, which is what clients do.
fn require_body(operation: &mut Value) {
    let Some(body) = operation.get_mut("requestBody") else { return };
    let mut optional = body["required"] == false;
    for media in body["content"].as_object_mut().into_iter().flat_map(Map::values_mut) {
        let choices = media["schema"]["oneOf"].as_array().map(Vec::as_slice).unwrap_or_default();
        let value = choices.iter().find(|choice| choice["type"] != "null").cloned();
        if let (Some(value), true) = (value, choices.iter().any(|choice| choice["type"] == "null")) {
            media["schema"] = value;
            optional = true;
        }
    }
    body["required"] = (!optional).into();
}

/// What a response does not say of itself: what its status means, and that errors are problem documents.
fn describe(status: u16, response: &mut Value) {
    if response["description"].as_str().is_none_or(str::is_empty) {
        response["description"] = responses::meaning(status).into();
    }
    if status >= 400 {
        response["content"] = json!({ PROBLEM_JSON: { "schema": responses::problem_reference() } });
        if let Some(headers) = responses::headers(status) {
            response["headers"] = headers;
        }
    }
}
