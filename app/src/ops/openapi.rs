//! The OpenAPI document at `/api/openapi.json`, and a page to browse it offline at `/api/docs`.
//!
//! It is put together from the contracts of the contexts, to which their tests hold the code, and the operator's API: so it
//! is the same whether the contexts run in this process or in others.

use std::sync::Arc;

use actix_web::{HttpResponse, web};
use anyhow::Context as _;
use chassis::web::openapi::complete;
use rust_embed::RustEmbed;
use serde_json::{Map, Value, json};
use utoipa::OpenApi;
use utoipa_swagger_ui::{Config, SwaggerUi};

use super::{PATH, counts, events, handlers, path_of, topology};
use crate::config::parts::Part;

const DOCUMENT: &str = "/api/openapi.json";

#[derive(RustEmbed)]
#[folder = "../contexts"]
#[include = "*/contract/openapi.json"]
struct Contracts;

/// What only the operator's API over all contexts has, without what its paths begin with.
#[derive(OpenApi)]
#[openapi(paths(counts::of_shop, events::list, topology::of_shop))]
struct OfShop;

/// What only the operator's API of one context has.
#[derive(OpenApi)]
#[openapi(paths(counts::of_context, topology::of_context))]
struct OfContext;

/// What both have.
#[derive(OpenApi)]
#[openapi(paths(
    handlers::dead_letters,
    handlers::retry,
    handlers::discard,
    handlers::errors,
    handlers::security_log,
    handlers::rebuildable,
    handlers::replay
))]
struct Common;

/// How the operations over all contexts are called where they are called otherwise than those of one.
const NAMES_OF_SHOP: [(&str, &str, &str); 4] = [
    ("dead_letters", "list_dead_letters", "Messages that could not be handled"),
    ("errors", "list_errors", "What went wrong in the program since it was started"),
    ("security_log", "list_security_log", "Who did what, from where and when"),
    ("replays", "list_replays", "Read models that can be built again from the archive of events"),
];

/// The document of all contexts.
///
/// # Errors
/// When a contract is not there or no JSON, which would be a defect.
pub fn document() -> anyhow::Result<String> {
    Ok(serde_json::to_string_pretty(&whole()?)?)
}

fn whole() -> anyhow::Result<Value> {
    let mut whole = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "The Better Store",
            "description": "Amounts are integers in minor units. Errors are RFC 9457 problem documents: what is wrong in \
                the address or a header is 400, what is wrong in a body 422. Lists are read by opaque cursors. An undeclared \
                method is 405 with `Allow`. Words of an enumeration, fields of an answer and kinds of problems may be added.",
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
            "contact": { "name": "The operator of this shop" },
        },
        "paths": {},
        "tags": [{ "name": "operations", "description": "How the shop runs: counts, dead letters, replays, types of events" }],
        "components": { "schemas": {} },
    });
    for context in Part::CONTEXTS {
        let own = of_its_own(&whole, contract(context)?, context)?;
        add(&mut whole, own);
        add(&mut whole, operations(context)?);
    }
    add(&mut whole, operations_of_shop()?);
    complete(&mut whole)?;
    Ok(whole)
}

fn contract(context: Part) -> anyhow::Result<Value> {
    let path = format!("{}/contract/openapi.json", context.name());
    let file = Contracts::get(&path).with_context(|| path.clone())?;
    serde_json::from_slice(&file.data).context(path)
}

/// The operator's API of this context; its operations carry the context's name, for no two may have the same.
fn operations(context: Part) -> anyhow::Result<Value> {
    scoped(serde_json::to_value(OfContext::openapi())?, &path_of(context), |operation| {
        if let Some(id) = operation["operationId"].as_str() {
            operation["operationId"] = format!("{}_{id}", context.name()).into();
        }
    })
}

/// The operator's API over all contexts.
fn operations_of_shop() -> anyhow::Result<Value> {
    scoped(serde_json::to_value(OfShop::openapi())?, PATH, |operation| {
        if let Some((_, id, summary)) = NAMES_OF_SHOP.iter().find(|(id, ..)| operation["operationId"] == *id) {
            operation["operationId"] = (*id).into();
            operation["summary"] = (*summary).into();
        }
    })
}

/// These operations and the common ones, below `path`.
fn scoped(mut part: Value, path: &str, rename: impl Fn(&mut Value)) -> anyhow::Result<Value> {
    add(&mut part, serde_json::to_value(Common::openapi())?);
    let paths = part["paths"].as_object_mut().map(std::mem::take).unwrap_or_default();
    let renamed = paths.into_iter().map(|(below, mut item)| {
        item.as_object_mut().into_iter().flat_map(Map::values_mut).for_each(&rename);
        (format!("{path}{below}"), item)
    });
    part["paths"] = Value::Object(renamed.collect());
    Ok(part)
}

/// The contract with its schemas renamed that mean something else elsewhere: the second `Address` is `FulfilmentAddress`.
fn of_its_own(whole: &Value, mut part: Value, context: Part) -> anyhow::Result<Value> {
    let taken = |(name, schema): (&String, &Value)| {
        let known = &whole["components"]["schemas"][name];
        (!known.is_null() && known != schema).then(|| name.clone())
    };
    let schemas = part["components"]["schemas"].as_object().into_iter().flatten();
    let taken: Vec<String> = schemas.filter_map(taken).collect();
    for name in taken {
        let (first, rest) = context.name().split_at(1);
        let own = format!("{}{rest}{name}", first.to_uppercase());
        let schema = part["components"]["schemas"][&name].take();
        part["components"]["schemas"][&own] = schema;
        let reference = |name: &str| format!("\"#/components/schemas/{name}\"");
        part = serde_json::from_str(&part.to_string().replace(&reference(&name), &reference(&own)))?;
        if let Some(schemas) = part["components"]["schemas"].as_object_mut() {
            schemas.remove(&name);
        }
    }
    Ok(part)
}

/// Adds the tags, paths and schemas of a part.
fn add(whole: &mut Value, mut part: Value) {
    if let (Some(known), Some(more)) = (whole["tags"].as_array_mut(), part["tags"].as_array_mut()) {
        known.append(more);
    }
    for place in ["/paths", "/components/schemas"] {
        let more = part.pointer_mut(place).and_then(Value::as_object_mut).map(std::mem::take);
        if let (Some(known), Some(more)) = (whole.pointer_mut(place).and_then(Value::as_object_mut), more) {
            known.extend(more);
        }
    }
}

/// Registers the document and the page.
pub fn routes(document: &Arc<str>) -> impl FnOnce(&mut web::ServiceConfig) + use<> {
    let text = Arc::clone(document);
    move |config| {
        let serve = move || {
            let text = Arc::clone(&text);
            async move { HttpResponse::Ok().content_type("application/json").body(text.to_string()) }
        };
        config
            .route(DOCUMENT, web::get().to(serve))
            .route("/api/docs", web::get().to(|| async { chassis::web::see_other("/api/docs/") }))
            .service(SwaggerUi::new("/api/docs/{_:.*}").config(Config::from(DOCUMENT)));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn operation_ids(document: &Value) -> Vec<String> {
        let items = document["paths"].as_object().unwrap().values();
        let operations = items.flat_map(|item| item.as_object().unwrap().values());
        operations.filter_map(|it| it["operationId"].as_str()).map(str::to_owned).collect()
    }

    #[test]
    fn every_context_is_in_it_with_its_own_paths_and_its_operators() {
        let document = whole().unwrap();
        let paths = document["paths"].as_object().unwrap();
        for context in Part::CONTEXTS {
            let own: Vec<String> = contract(context).unwrap()["paths"].as_object().unwrap().keys().cloned().collect();
            assert!(!own.is_empty() && own.iter().all(|path| paths.contains_key(path)), "{context:?}");
            assert!(paths.contains_key(&format!("{}/dead-letters/{{id}}/retry", path_of(context))), "{context:?}");
        }
        assert!(paths.contains_key("/api/ops/v1/counts") && paths.contains_key("/api/ops/v1/events"));
    }

    #[test]
    fn no_two_operations_have_the_same_name() {
        let ids = operation_ids(&whole().unwrap());
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "{ids:?}");
    }

    #[test]
    fn no_context_describes_a_thing_of_another() {
        let document = whole().unwrap();
        for context in Part::CONTEXTS {
            let own = contract(context).unwrap();
            for (path, item) in own["paths"].as_object().unwrap() {
                let (mut described, mut promised) = (document["paths"][path].clone(), item.clone());
                resolve(&document, &mut described);
                resolve(&own, &mut promised);
                assert_eq!(described, promised, "{path}");
            }
        }
        let names = document["components"]["schemas"].as_object().unwrap();
        let addresses: Vec<&String> = names.keys().filter(|name| name.ends_with("Address")).collect();
        assert_eq!(addresses, ["Address"], "one shape has one name");
    }

    /// Puts every schema and every shared response in the place of its name.
    fn resolve(document: &Value, place: &mut Value) {
        if let Some(name) = place["$ref"].as_str().and_then(|name| name.strip_prefix('#')) {
            *place = document.pointer(name).unwrap().clone();
        }
        match place {
            Value::Object(members) => members.values_mut().for_each(|member| resolve(document, member)),
            Value::Array(items) => items.iter_mut().for_each(|item| resolve(document, item)),
            _ => {}
        }
    }

    #[test]
    fn the_operators_schemas_are_the_same_for_a_context_and_the_shop() {
        let (shop, context) = (operations_of_shop().unwrap(), operations(Part::Order).unwrap());
        let of_shop = shop["components"]["schemas"].as_object().unwrap();
        for (name, schema) in context["components"]["schemas"].as_object().unwrap() {
            assert!(of_shop.get(name).is_none_or(|ours| ours == schema), "{name}");
        }
        for context in Part::CONTEXTS {
            let contract = contract(context).unwrap();
            for (name, schema) in contract["components"]["schemas"].as_object().unwrap() {
                assert!(of_shop.get(name).is_none_or(|ours| ours == schema), "{name} of {context:?}");
            }
        }
    }

    #[test]
    fn whatever_it_refers_to_is_in_it() {
        let document = whole().unwrap();
        let text = document.to_string();
        let names = text.split("\"#/components/schemas/").skip(1).map(|rest| rest.split('"').next().unwrap());
        for name in names {
            assert!(document["components"]["schemas"][name].is_object(), "{name} is not described");
        }
    }
}
