//! What an operator may set.

use std::time::Duration;

/// What the shop may set.
#[derive(Debug, Clone)]
pub struct FulfilmentSettings {
    /// How long after an order's own deadline its stock is released without a message.
    pub reservation_grace: Duration,
    /// How often the sweeps run.
    pub sweep_period: Duration,
    /// Larger files are linked instead of attached, in bytes.
    pub largest_attachment: u64,
    /// How long a download link is good.
    pub download_valid: Duration,
}

impl Default for FulfilmentSettings {
    fn default() -> Self {
        Self {
            reservation_grace: Duration::from_mins(30),
            sweep_period: Duration::from_secs(5),
            largest_attachment: 5 * 1024 * 1024,
            download_valid: Duration::from_hours(24 * 30),
        }
    }
}
