//! The components: each described once, each used.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

const PREFIX: &str = "#/components/";

/// Puts references in the places of copies, and leaves out what nothing refers to.
pub(super) fn tidy(document: &mut Value) {
    let schemas = document["components"]["schemas"].as_object().cloned().unwrap_or_default();
    let whole: Vec<(String, Value)> =
        schemas.into_iter().filter(|(_, schema)| schema["properties"].is_object()).collect();
    for place in ["/paths", "/components/schemas"] {
        for member in document.pointer_mut(place).and_then(Value::as_object_mut).into_iter().flat_map(Map::values_mut) {
            children(member).for_each(|child| fold(child, &whole));
        }
    }
    keep_used(document, "responses");
    keep_used(document, "schemas");
}

fn keep_used(document: &mut Value, kind: &str) {
    let used = used(document);
    if let Some(components) = document["components"][kind].as_object_mut() {
        components.retain(|name, _| used.contains(&format!("{PREFIX}{kind}/{name}")));
    }
}

fn children(value: &mut Value) -> Box<dyn Iterator<Item = &mut Value> + '_> {
    match value {
        Value::Object(members) => Box::new(members.values_mut()),
        Value::Array(items) => Box::new(items.iter_mut()),
        _ => Box::new(std::iter::empty()),
    }
}

fn fold(place: &mut Value, schemas: &[(String, Value)]) {
    if let Some((name, _)) = schemas.iter().find(|(_, schema)| schema == place) {
        *place = json!({ "$ref": format!("{PREFIX}schemas/{name}") });
        return;
    }
    children(place).for_each(|child| fold(child, schemas));
}

/// What the operations refer to, and what that refers to.
fn used(document: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open = vec![&document["paths"]];
    while let Some(place) = open.pop() {
        for reference in references(place).into_iter().filter(|reference| reference.starts_with(PREFIX)) {
            if found.insert(reference.to_owned()) {
                open.extend(document.pointer(reference.trim_start_matches('#')));
            }
        }
    }
    found
}

fn references(value: &Value) -> Vec<&str> {
    match value {
        Value::Object(members) => {
            let own = members.get("$ref").and_then(Value::as_str);
            own.into_iter().chain(members.values().flat_map(references)).collect()
        }
        Value::Array(items) => items.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}
