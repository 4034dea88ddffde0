//! The description of the events: what `app/contract/asyncapi.json` has to say, put together from the golden files and
//! schemas of all contexts, from what they declare to state, and from their subscriptions. A difference fails;
//! `UPDATE_CONTRACTS=1` writes the file again, and the difference is then looked at by a person.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use app::composition::shop::Shop;
use app::config::parts::Part;
use app::config::settings::Settings;
use chassis::messaging::PublishedEvent;
use chassis::testing::skip;
use serde_json::{Map, Value, json};

use crate::tools::{packages, root, succeeds, tool};

fn kept() -> PathBuf {
    root().join("app/contract/asyncapi.json")
}

fn read(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A file of the contract of an event.
fn contract(event: &PublishedEvent, ending: &str) -> Value {
    let context = event.event_type.split('.').nth(1).unwrap();
    read(&root().join(format!("contexts/{context}/contract/events/{}.{ending}", event.event_type)))
}

/// What the contexts of a shop state and hear.
struct Facts {
    /// By the context that states them.
    stated: Vec<(&'static str, PublishedEvent)>,
    /// Context and consumer, and the types that it hears.
    heard: Vec<(&'static str, &'static str, Vec<&'static str>)>,
}

impl Facts {
    async fn of_a_whole_shop() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut settings = Settings::in_folder(folder.path()).unwrap();
        settings.accounts.demo = false;
        let shop = Shop::open(settings).await.unwrap();
        let (mut stated, mut heard) = (Vec::new(), Vec::new());
        for part in Part::CONTEXTS {
            let name = part.name();
            stated.extend(shop.modules.published_events(part).iter().map(|event| (name, *event)));
            let (subscriptions, _) = shop.modules.lists(part);
            let on_the_bus = subscriptions.iter().filter(|it| it.is_on_the_bus());
            heard.extend(on_the_bus.map(|it| (name, it.consumer().as_str(), it.event_types().to_vec())));
        }
        shop.close().await;
        Self { stated, heard }
    }

    fn document(&self) -> Value {
        let (mut channels, mut messages, mut schemas) = (Map::new(), Map::new(), Map::new());
        schemas.insert("Envelope".to_owned(), envelope());
        for (context, event) in &self.stated {
            let name = event.event_type.to_owned();
            let schema = contract(event, "schema.json");
            channels.insert(name.clone(), channel(context, &name, &schema));
            messages.insert(name.clone(), message(event, &schema));
            schemas.insert(name.clone(), payload(context, &name));
            schemas.insert(format!("{name}.data"), data(schema));
        }
        json!({
            "asyncapi": "3.0.0",
            "info": info(),
            "defaultContentType": "application/json",
            "servers": servers(),
            "channels": channels,
            "operations": self.operations(),
            "components": { "messages": messages, "schemas": schemas },
        })
    }

    /// Each context sends what it states; each consumer receives what it hears.
    fn operations(&self) -> Map<String, Value> {
        let mut operations = BTreeMap::new();
        for (context, event) in &self.stated {
            let name = event.event_type;
            let mut send = operation("send", name, context, &format!("{context} states {name}"));
            send["description"] = format!("Use cases that may state it: {}.", event.stated_by.join(", ")).into();
            operations.insert(format!("{context}.send.{name}"), send);
        }
        for (context, consumer, types) in &self.heard {
            for name in types {
                let title = format!("{context}/{consumer} hears {name}");
                let receive = operation("receive", name, context, &title);
                operations.insert(format!("{context}.{consumer}.receive.{name}"), receive);
            }
        }
        operations.into_iter().collect()
    }
}

fn info() -> Value {
    json!({
        "title": "The Better Store: events",
        "version": env!("CARGO_PKG_VERSION"),
        "description": "What the contexts of a shop state to each other. Delivery is at least once, in the order of \
            `sequence` for one `source` and `subject`; de-duplicate by `id`. Types end in their major version: within one, \
            fields are only added, so readers tolerate what they do not know. Amounts are in minor units.",
        "license": { "name": "MIT OR Apache-2.0" },
        "contact": { "name": "The operator of this shop" },
        "tags": Part::CONTEXTS.map(|context| json!({ "name": context.name() })),
    })
}

/// Only a shop with NATS has one; in a shop that is one process, events leave no process.
fn servers() -> Value {
    json!({
        "nats": {
            "host": "{host}",
            "protocol": "nats",
            "description": "NATS JetStream, with a stream for each context. An event's type is its subject.",
            "variables": { "host": { "default": "localhost:4222", "description": "STORE_NATS_URL" } },
        },
    })
}

fn reference(place: &str) -> Value {
    json!({ "$ref": format!("#/{place}") })
}

fn channel(context: &str, name: &str, schema: &Value) -> Value {
    json!({
        "address": name,
        "title": name,
        "description": schema["description"],
        "servers": [reference("servers/nats")],
        "messages": { name: reference(&format!("components/messages/{name}")) },
        "tags": [{ "name": context }],
    })
}

fn operation(action: &str, name: &str, context: &str, title: &str) -> Value {
    json!({
        "action": action,
        "title": title,
        "channel": reference(&format!("channels/{name}")),
        "messages": [reference(&format!("channels/{name}/messages/{name}"))],
        "tags": [{ "name": context }],
    })
}

fn message(event: &PublishedEvent, schema: &Value) -> Value {
    json!({
        "name": event.event_type,
        "title": event.event_type,
        "summary": schema["description"],
        "contentType": "application/json",
        "headers": {
            "type": "object",
            "properties": { "Nats-Msg-Id": { "type": "string", "description": "over NATS: the envelope's id" } },
        },
        "payload": reference(&format!("components/schemas/{}", event.event_type)),
        "examples": [{ "name": "golden", "payload": contract(event, "json") }],
    })
}

/// The envelope with what this type puts into it.
fn payload(context: &str, name: &str) -> Value {
    json!({
        "allOf": [
            reference("components/schemas/Envelope"),
            {
                "type": "object",
                "properties": {
                    "type": { "const": name },
                    "source": { "const": format!("/{context}") },
                    "data": reference(&format!("components/schemas/{name}.data")),
                },
            },
        ],
    })
}

/// The schema as the contract has it; AsyncAPI has a dialect of its own, of which these schemas use nothing.
fn data(mut schema: Value) -> Value {
    schema.as_object_mut().unwrap().remove("$schema");
    schema
}

/// CloudEvents 1.0 as JSON, with our extensions.
fn envelope() -> Value {
    let text = |description: &str| json!({ "type": "string", "minLength": 1, "description": description });
    json!({
        "title": "Envelope",
        "description": "CloudEvents 1.0 in structured mode, with the extensions sequence, correlationid, causationid and \
            traceparent.",
        "type": "object",
        "properties": {
            "specversion": { "const": "1.0" },
            "id": text("unique permanently; de-duplicate by it"),
            "source": text("the context that states the event, such as /order"),
            "type": text("what has happened, and the version of its form"),
            "subject": text("the id of the thing that it is about"),
            "time": { "type": "string", "format": "date-time", "description": "when it was committed" },
            "datacontenttype": { "const": "application/json" },
            "sequence": {
                "type": "integer",
                "minimum": 1,
                "description": "counts the events of one source about one subject, without gaps",
            },
            "correlationid": text("shared by all messages that one request set off"),
            "causationid": text("the message that led to this one"),
            "traceparent": text("W3C trace context"),
            "data": { "type": "object" },
        },
        "required": [
            "specversion", "id", "source", "type", "subject", "time", "datacontenttype", "sequence", "correlationid", "data",
        ],
    })
}

/// Whether a message is what the document says of messages of this type.
fn fits(document: &Value, name: &str, message: &Value) -> bool {
    let payload = &document["components"]["messages"][name]["payload"];
    let schema = json!({ "allOf": [payload], "components": document["components"] });
    jsonschema::is_valid(&schema, message)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_document_says_what_the_contexts_state_and_hear() {
    let document = Facts::of_a_whole_shop().await.document();
    if std::env::var_os("UPDATE_CONTRACTS").is_some() {
        std::fs::write(kept(), format!("{}\n", serde_json::to_string_pretty(&document).unwrap())).unwrap();
    }
    assert_eq!(read(&kept()), document, "app/contract/asyncapi.json differs; UPDATE_CONTRACTS=1 writes it again");
}

/// Independent of how the document is made: every golden file, and every type that anybody hears, is in it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_event_of_every_contract_is_in_the_document_with_its_schema_and_who_hears_it() {
    let document = read(&kept());
    let mut events = 0;
    for context in Part::CONTEXTS {
        let folder = root().join(format!("contexts/{}/contract/events", context.name()));
        for file in std::fs::read_dir(folder).into_iter().flatten() {
            let path = file.unwrap().path();
            let file = path.file_name().unwrap().to_string_lossy().into_owned();
            let Some(name) = file.strip_suffix(".schema.json") else { continue };
            let mut schema = read(&path);
            schema.as_object_mut().unwrap().remove("$schema");
            assert_eq!(document["channels"][name]["address"], name, "{name} has no channel");
            assert_eq!(document["components"]["schemas"][format!("{name}.data")], schema, "{name}");
            let example = &document["components"]["messages"][name]["examples"][0]["payload"];
            assert!(fits(&document, name, example), "the example of {name} does not fit its schema");
            for (field, wrong) in
                [("sequence", json!("1")), ("type", json!("store.shoes.sold.v1")), ("data", json!({}))]
            {
                let mut other = example.clone();
                other[field] = wrong;
                assert!(!fits(&document, name, &other), "{name} takes {other}");
            }
            assert_eq!(document["operations"][format!("{}.send.{name}", context.name())]["action"], "send", "{name}");
            events += 1;
        }
    }
    assert_eq!(document["channels"].as_object().unwrap().len(), events, "there are no others");
    for (context, consumer, types) in Facts::of_a_whole_shop().await.heard {
        for name in types {
            let receive = &document["operations"][format!("{context}.{consumer}.receive.{name}")];
            assert_eq!(receive["channel"]["$ref"], format!("#/channels/{name}"), "{context}/{consumer}");
            assert!(document["channels"][name].is_object(), "{context}/{consumer} hears {name}, which nobody states");
        }
    }
}

#[test]
fn the_validator_of_asyncapi_finds_no_fault() {
    // The linter lies among the packages of which the validator, having no program of its own, is another.
    let (Some(node), Some(linter)) = (tool("node"), tool("spectral")) else { return };
    let packages = packages(&linter);
    if !packages.join("@asyncapi/parser").is_dir() {
        return skip("@asyncapi/parser is not installed");
    }
    let mut validate = Command::new(node);
    validate.env("NODE_PATH", packages).arg(root().join("tests/openapi/asyncapi.cjs"));
    let channels: usize = succeeds(validate.arg(kept())).trim().parse().unwrap();
    assert!(channels > 20, "only {channels} channels were read");
}
