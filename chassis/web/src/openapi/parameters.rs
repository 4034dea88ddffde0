//! Parameters that are read by one piece of code wherever they occur, and so mean the same everywhere.

use serde_json::{Value, json};

/// Completes the parameters of an operation.
pub(super) fn complete(operation: &mut Value) {
    let parameters = operation.get_mut("parameters").and_then(Value::as_array_mut);
    for parameter in parameters.into_iter().flatten() {
        let (place, name) = (parameter["in"].as_str().unwrap_or_default(), parameter["name"].as_str());
        let known = name.and_then(|name| known_parameter(place, name));
        let Some((schema, description)) = known else { continue };
        parameter["schema"] = schema;
        if parameter["description"].as_str().is_none_or(str::is_empty) {
            parameter["description"] = description.into();
        }
    }
}

fn known_parameter(place: &str, name: &str) -> Option<(Value, &'static str)> {
    match (place, name) {
        ("query", "limit") => Some((
            json!({ "type": "integer", "format": "int32", "minimum": 1, "maximum": 100, "default": 25 }),
            "How many at most",
        )),
        ("query", "cursor") => Some((
            json!({ "type": "string", "maxLength": 1_000 }),
            "Opaque: the `next_cursor` of the page before. Left out or empty: the first page",
        )),
        ("header", "Idempotency-Key") => Some((
            json!({ "type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]{1,255}$" }),
            "The caller's own name for this request: send the same when repeating it",
        )),
        _ => None,
    }
}
