//! What others may rely on: every port on every adapter, the events that we publish and those that we understand, the
//! HTTP API, and whole purchases on a real database.

mod api;
mod events;
mod foreign_events;
mod journeys;
mod pages;
mod ports;
mod rig;
mod shop;
