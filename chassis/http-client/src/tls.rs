//! The one TLS setting of outbound calls: rustls on ring, trusting the roots that are compiled in.
//!
//! Reads no certificate from the machine, so that the shop behaves alike in an empty container.

use std::sync::Arc;

use rustls::{ClientConfig, RootCertStore, crypto::ring};

/// A client's side of TLS 1.2 and 1.3.
///
/// # Errors
/// rustls', if its provider could do neither version.
pub(super) fn config() -> Result<ClientConfig, rustls::Error> {
    let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    Ok(builder.with_safe_default_protocol_versions()?.with_root_certificates(roots).with_no_client_auth())
}
