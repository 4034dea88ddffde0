//! Stub for nats.
