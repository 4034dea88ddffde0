//! The way of spans to a collector: OTLP as protobuf over HTTP.
//!
//! Spans wait in a bounded queue and go in batches, from a thread of their own. A collector that is slow or away costs spans,
//! never a request.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use opentelemetry::KeyValue;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{ExporterBuildError, Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{BatchConfigBuilder, BatchSpanProcessor, Sampler, SdkTracerProvider, Tracer};
use tokio::runtime::Handle;

/// Spans that wait; further ones are dropped.
const QUEUE_SIZE: usize = 8_192;
const BATCH_SIZE: usize = 512;
const DELAY: Duration = Duration::from_secs(2);
const TIMEOUT: Duration = Duration::from_secs(10);
/// What is under way at the end gets so long.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(5);

/// Where spans go, and which.
#[derive(Debug, Clone)]
pub struct OtlpSettings {
    /// The collector's address, such as `http://collector:4318`; `/v1/traces` is added unless it is there.
    pub endpoint: String,
    /// Which share of the traces that begin here is recorded, 0 to 1.
    pub sample: f64,
    /// Makes the requests.
    pub client: reqwest::Client,
    /// `service.name`.
    pub service: String,
    /// `service.namespace`: the shop.
    pub shop: String,
    /// `service.version`.
    pub version: String,
    /// `service.instance.id`: names this process.
    pub instance: String,
}

/// Sends spans until it is closed.
pub(crate) struct Export(SdkTracerProvider);

impl Export {
    /// Begins. Must be called inside the runtime that makes the requests.
    pub(crate) fn start(settings: OtlpSettings) -> Result<(Self, Tracer), ExporterBuildError> {
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(Client {
                http: settings.client,
                runtime: Handle::current(),
                is_failing: AtomicBool::default(),
            })
            .with_endpoint(traces_of(&settings.endpoint))
            .with_protocol(Protocol::HttpBinary)
            .with_timeout(TIMEOUT)
            .build()?;
        let queue = BatchConfigBuilder::default()
            .with_max_queue_size(QUEUE_SIZE)
            .with_max_export_batch_size(BATCH_SIZE)
            .with_scheduled_delay(DELAY);
        let resource = Resource::builder_empty().with_service_name(settings.service).with_attributes([
            KeyValue::new("service.namespace", settings.shop),
            KeyValue::new("service.version", settings.version),
            KeyValue::new("service.instance.id", settings.instance),
        ]);
        let provider = SdkTracerProvider::builder()
            .with_span_processor(BatchSpanProcessor::builder(exporter).with_batch_config(queue.build()).build())
            .with_sampler(Sampler::parent_based(Sampler::TraceIdRatioBased(settings.sample)))
            .with_resource(resource.build())
            .build();
        let tracer = provider.tracer("better-store");
        Ok((Self(provider), tracer))
    }

    /// Sends what waits and ends; blocks the thread for a few seconds at most.
    pub(crate) fn close(self) {
        if let Err(error) = self.0.shutdown_with_timeout(FLUSH_TIMEOUT) {
            tracing::debug!("the last spans were not sent: {error}");
        }
    }
}

fn traces_of(endpoint: &str) -> String {
    let endpoint = endpoint.trim_end_matches('/');
    if endpoint.ends_with("/v1/traces") { endpoint.to_owned() } else { format!("{endpoint}/v1/traces") }
}

/// Makes the exporter's requests on the shop's own runtime.
#[derive(Debug)]
struct Client {
    http: reqwest::Client,
    runtime: Handle,
    is_failing: AtomicBool,
}

impl Client {
    /// Says once that spans are lost, and once that they arrive again.
    fn report(&self, problem: Option<String>) {
        let was_failing = self.is_failing.swap(problem.is_some(), Ordering::Relaxed);
        match problem {
            Some(problem) if !was_failing => tracing::warn!("spans cannot be sent: {problem}"),
            None if was_failing => tracing::info!("spans are sent again"),
            _ => {}
        }
    }
}

#[async_trait]
impl HttpClient for Client {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let request = reqwest::Request::try_from(request)?;
        let http = self.http.clone();
        let sending = self.runtime.spawn(async move {
            let answer = http.execute(request).await?;
            let status = answer.status();
            Ok::<_, reqwest::Error>((status, answer.bytes().await?))
        });
        let sent = sending.await?;
        self.report(match &sent {
            Ok((status, _)) if status.is_success() => None,
            Ok((status, _)) => Some(format!("the collector answers {status}")),
            Err(error) => Some(error.to_string()),
        });
        let (status, body) = sent?;
        Ok(Response::builder().status(status).body(body)?)
    }
}
