//! What this process tells of itself, by the settings: log lines, spans, errors.

use std::sync::Arc;
use std::time::Duration;

use chassis::telemetry::{OtlpSettings, Telemetry, TelemetrySettings};
use chassis::{SystemClock, SystemIds};
use shared_kernel::Ids;

use crate::config::parts::Parts;
use crate::config::settings::Settings;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// Starts telemetry.
///
/// # Errors
/// When it was started before, or no HTTP client can be built for the collector.
pub fn start(settings: &Settings) -> anyhow::Result<Telemetry> {
    let instance = SystemIds.uuid().to_string();
    let process = &settings.process;
    let otlp = process.otlp_endpoint.as_ref().map(|endpoint| {
        anyhow::Ok(OtlpSettings {
            endpoint: endpoint.clone(),
            sample: process.otlp_sample,
            client: chassis::outbound::client(CONNECT_TIMEOUT, 1, true)?,
            service: service(&process.parts),
            shop: settings.site.name.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            instance: instance.clone(),
        })
    });
    Ok(chassis::telemetry::start(TelemetrySettings {
        format: process.log_format,
        filter: process.log.clone(),
        otlp: otlp.transpose()?,
        clock: Arc::new(SystemClock),
        instance,
    })?)
}

/// `better-store`, and what the process holds where a shop is several.
fn service(parts: &Parts) -> String {
    if *parts == Parts::all() { "better-store".to_owned() } else { format!("better-store-{parts}").replace(',', "-") }
}
