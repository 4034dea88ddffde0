//! A collector of spans: takes OTLP over HTTP as a real one does, decodes it, and remembers it.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use actix_web::dev::ServerHandle;
use actix_web::web::{Bytes, Data};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use opentelemetry_proto::tonic::collector::trace::v1::{ExportTraceServiceRequest, ExportTraceServiceResponse};
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::trace::v1::Span as WireSpan;
use prost::Message as _;

/// Attributes as text.
pub type Attributes = BTreeMap<String, String>;

/// A span as a person sees it.
#[derive(Debug, Clone)]
pub struct Span {
    pub service: String,
    pub trace: String,
    pub id: String,
    /// Empty for the first of a trace.
    pub parent: String,
    pub name: String,
    /// As the protocol numbers them: 2 server, 3 client, 4 producer, 5 consumer.
    pub kind: i32,
    pub attributes: Attributes,
    /// The traces that it is linked to.
    pub links: Vec<String>,
    /// Name and attributes of each.
    pub events: Vec<(String, Attributes)>,
    pub nanoseconds: u64,
}

/// Listens until it is dropped.
pub struct Collector {
    pub endpoint: String,
    spans: Arc<Mutex<Vec<Span>>>,
    server: ServerHandle,
}

impl Collector {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let spans = Arc::new(Mutex::new(Vec::new()));
        let kept = Data::from(Arc::clone(&spans));
        let app = move || App::new().app_data(kept.clone()).route("/v1/traces", web::post().to(take));
        let server = HttpServer::new(app).workers(1).disable_signals().listen(listener).unwrap().run();
        let handle = server.handle();
        std::thread::spawn(move || actix_web::rt::System::new().block_on(server));
        Self { endpoint, spans, server: handle }
    }

    /// Everything that has come so far.
    pub fn spans(&self) -> Vec<Span> {
        self.spans.lock().unwrap().clone()
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        drop(self.server.stop(false));
    }
}

async fn take(spans: Data<Mutex<Vec<Span>>>, request: HttpRequest, body: Bytes) -> HttpResponse {
    assert_eq!(request.headers().get("content-type").unwrap(), "application/x-protobuf");
    let export = ExportTraceServiceRequest::decode(body).unwrap();
    for of_process in export.resource_spans {
        let resource = attributes(&of_process.resource.unwrap_or_default().attributes);
        for name in ["service.version", "service.instance.id", "service.namespace"] {
            assert!(resource.contains_key(name), "{name} is missing: {resource:?}");
        }
        let received = of_process.scope_spans.into_iter().flat_map(|scope| scope.spans);
        spans.lock().unwrap().extend(received.map(|span| read(span, &resource["service.name"])));
    }
    HttpResponse::Ok()
        .content_type("application/x-protobuf")
        .body(ExportTraceServiceResponse::default().encode_to_vec())
}

fn read(span: WireSpan, service: &str) -> Span {
    Span {
        service: service.to_owned(),
        trace: hex::encode(span.trace_id),
        id: hex::encode(span.span_id),
        parent: hex::encode(span.parent_span_id),
        name: span.name,
        kind: span.kind,
        attributes: attributes(&span.attributes),
        links: span.links.into_iter().map(|link| hex::encode(link.trace_id)).collect(),
        events: span.events.into_iter().map(|event| (event.name, attributes(&event.attributes))).collect(),
        nanoseconds: span.end_time_unix_nano.checked_sub(span.start_time_unix_nano).unwrap(),
    }
}

fn attributes(sent: &[KeyValue]) -> Attributes {
    let text = |value: &AnyValue| match &value.value {
        Some(Value::StringValue(text)) => text.clone(),
        Some(Value::IntValue(number)) => number.to_string(),
        Some(Value::DoubleValue(number)) => number.to_string(),
        other => format!("{other:?}"),
    };
    sent.iter().map(|pair| (pair.key.clone(), pair.value.as_ref().map(text).unwrap_or_default())).collect()
}
