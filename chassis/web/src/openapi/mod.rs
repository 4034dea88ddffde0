//! The descriptions of JSON APIs: what annotations say of an operation, completed by rule.
//!
//! An annotation says what only it can know: summary, tag, bodies, who may ask (`security`), and the refusals of its
//! own business. What is the same for every operation that is alike (the problems that the edge, the extractors and the
//! store answer with, the parameters of lists, what a status means) is added by [`complete`], so that it is said once
//! and no operation can forget it. `security(())` is public, `security((), ("bearer" = []))` shows more to those who
//! log in, `security(("bearer" = []))` is for those who have; a role in the list, `["staff"]` or `["admin"]`, is the
//! least one.
//!
//! It knows no context and no path.

mod operation;
mod parameters;
mod responses;
mod schemas;
#[cfg(test)]
mod tests;
mod words;

use serde_json::{Value, json};
use utoipa::openapi::OpenApi;
pub use words::{KindWord, RoleWord, one_of};

/// What an API is called, and what it is about.
#[derive(Debug, Clone, Copy)]
pub struct About {
    /// The tag of its operations.
    pub tag: &'static str,
    /// One line about it.
    pub text: &'static str,
}

/// The complete description of one API whose annotations are `api`.
pub fn describe(about: About, api: &OpenApi) -> serde_json::Result<Value> {
    let mut document = serde_json::to_value(api)?;
    document["info"] = json!({
        "title": about.tag, "version": "1", "description": about.text,
        "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        "contact": { "name": "The operator of this shop" }
    });
    document["tags"] = json!([{ "name": about.tag, "description": about.text }]);
    complete(&mut document)?;
    Ok(document)
}

/// Adds by rule what annotations leave out. Changes nothing of a complete document.
pub fn complete(document: &mut Value) -> serde_json::Result<()> {
    document["servers"] = json!([{ "url": "/", "description": "The shop that serves this document" }]);
    let mut paths = document["paths"].take();
    for (path, item) in paths.as_object_mut().into_iter().flatten() {
        for (method, operation) in item.as_object_mut().into_iter().flatten() {
            operation::complete(path, method, operation);
        }
    }
    document["paths"] = paths;
    document["components"]["securitySchemes"] = json!({ "bearer": bearer() });
    document["components"]["responses"] = responses::shared();
    document["components"]["schemas"]["Problem"] = responses::problem()?;
    schemas::tidy(document);
    Ok(())
}

fn bearer() -> Value {
    json!({
        "type": "http", "scheme": "bearer",
        "description": "The token of a session or an API key. Where an operation names a role, it is the least that will do: \
                        each of `customer`, `staff`, `admin` includes the ones before it."
    })
}
