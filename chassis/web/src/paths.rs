//! What a path says of itself.

/// Whether the path belongs to the JSON API, where cookies mean nothing and errors are problem documents.
pub fn is_api(path: &str) -> bool {
    path.starts_with("/api/")
}

/// Files, probes and metrics: asked for all the time, by no one in particular.
pub(crate) fn is_plumbing(path: &str) -> bool {
    path.starts_with("/assets/") || path.starts_with("/health/") || path == "/metrics" || path == "/favicon.ico"
}
