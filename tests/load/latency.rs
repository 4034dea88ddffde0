//! How long answers took: a histogram with three digits, read by percentile.

use std::sync::Mutex;
use std::time::Duration;

use hdrhistogram::Histogram;
use serde::Serialize;

/// Times of one kind of request. Filled by all buyers at once.
pub struct Latencies(Mutex<Histogram<u64>>);

/// What is told of them, in microseconds.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Percentiles {
    pub count: u64,
    pub p50: u64,
    pub p90: u64,
    pub p99: u64,
    pub p999: u64,
    pub max: u64,
}

impl Default for Latencies {
    fn default() -> Self {
        Self(Mutex::new(Histogram::new(3).unwrap()))
    }
}

impl Latencies {
    pub fn record(&self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.0.lock().unwrap().record(micros).unwrap();
    }

    pub fn percentiles(&self) -> Percentiles {
        let times = self.0.lock().unwrap();
        Percentiles {
            count: times.len(),
            p50: times.value_at_quantile(0.5),
            p90: times.value_at_quantile(0.9),
            p99: times.value_at_quantile(0.99),
            p999: times.value_at_quantile(0.999),
            max: times.max(),
        }
    }
}

impl Percentiles {
    /// For people, in milliseconds.
    pub fn text(&self) -> String {
        let ms = |micros: u64| format!("{}.{}", micros / 1_000, micros / 100 % 10);
        format!("{} / {} / {} / {}", ms(self.p50), ms(self.p90), ms(self.p99), ms(self.max))
    }
}
