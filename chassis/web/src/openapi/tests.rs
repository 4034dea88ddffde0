//! What the rules make of small descriptions.

use serde_json::{Value, json};

use super::complete;

fn completed(operation: &Value) -> Value {
    let mut document = json!({
        "openapi": "3.1.0",
        "paths": { "/things/{id}": { "post": operation } },
        "components": { "schemas": {
            "Thing": { "type": "object", "properties": { "name": { "type": "string" } } },
            "Unused": { "type": "object", "properties": {} }
        } }
    });
    complete(&mut document).unwrap();
    document
}

fn operation(document: &Value) -> &Value {
    &document["paths"]["/things/{id}"]["post"]
}

fn statuses(document: &Value) -> Vec<&str> {
    operation(document)["responses"].as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn an_operation_for_everybody_without_a_body_has_the_problems_of_any_request() {
    let document = completed(&json!({ "security": [{}], "responses": { "204": {} } }));
    assert_eq!(statuses(&document), ["204", "400", "404", "409", "429", "500", "503"]);
    assert_eq!(operation(&document)["responses"]["204"]["description"], "Done; there is nothing to say");
}

#[test]
fn a_role_and_a_body_add_their_problems() {
    let body = json!({ "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Thing" } } } });
    let staff = json!({ "security": [{ "bearer": ["staff"] }], "requestBody": body, "responses": { "200": {} } });
    let document = completed(&staff);
    let expected = ["200", "400", "401", "403", "404", "408", "409", "413", "415", "422", "429", "500", "503"];
    assert_eq!(statuses(&document), expected);
    assert_eq!(operation(&document)["requestBody"]["required"], true);
}

#[test]
fn a_body_that_may_be_null_may_be_left_out() {
    let thing = json!({ "$ref": "#/components/schemas/Thing" });
    let body = json!({ "content": { "application/json": { "schema": { "oneOf": [thing, { "type": "null" }] } } } });
    let document = completed(&json!({ "requestBody": body, "responses": {} }));
    let body = &operation(&document)["requestBody"];
    assert_eq!((&body["required"], &body["content"]["application/json"]["schema"]), (&json!(false), &thing));
    let mut twice = document.clone();
    complete(&mut twice).unwrap();
    assert_eq!(twice, document);
}

#[test]
fn somebody_who_is_logged_in_needs_no_role() {
    let document = completed(&json!({ "security": [{}, { "bearer": [] }], "responses": {} }));
    assert!(statuses(&document).contains(&"401") && !statuses(&document).contains(&"403"));
}

#[test]
fn the_words_of_an_operation_stay_and_its_errors_are_problem_documents() {
    let wrong = json!({ "description": "`taken`", "content": { "application/json": { "schema": {} } } });
    let document = completed(&json!({ "responses": { "409": wrong, "429": { "description": "`delayed`" } } }));
    let responses = &operation(&document)["responses"];
    let problem = json!({ "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } });
    assert_eq!((&responses["409"]["description"], &responses["409"]["content"]), (&json!("`taken`"), &problem));
    assert!(responses["429"]["headers"]["Retry-After"].is_object());
}

#[test]
fn a_limit_is_the_same_everywhere() {
    let limit = json!({ "name": "limit", "in": "query", "schema": { "type": "string" } });
    let document = completed(&json!({ "parameters": [limit], "responses": {} }));
    let parameter = &operation(&document)["parameters"][0];
    assert_eq!((&parameter["schema"]["minimum"], &parameter["schema"]["maximum"]), (&json!(1), &json!(100)));
    assert_eq!(parameter["description"], "How many at most");
}

#[test]
fn a_copy_of_a_schema_becomes_a_reference_and_what_nobody_uses_goes() {
    let copy =
        json!({ "type": "array", "items": { "type": "object", "properties": { "name": { "type": "string" } } } });
    let ok = json!({ "content": { "application/json": { "schema": copy } } });
    let document = completed(&json!({ "responses": { "200": ok } }));
    let schema = &operation(&document)["responses"]["200"]["content"]["application/json"]["schema"];
    assert_eq!(schema["items"], json!({ "$ref": "#/components/schemas/Thing" }));
    let schemas = document["components"]["schemas"].as_object().unwrap();
    assert!(schemas.contains_key("Thing") && schemas.contains_key("Problem") && !schemas.contains_key("Unused"));
}

#[test]
fn completing_twice_is_completing_once() {
    let body = json!({ "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Thing" } } } });
    let once = completed(&json!({ "security": [{ "bearer": ["admin"] }], "requestBody": body, "responses": {} }));
    let mut twice = once.clone();
    complete(&mut twice).unwrap();
    assert_eq!(once, twice);
}
