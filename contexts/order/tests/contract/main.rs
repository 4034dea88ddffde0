//! What others may rely on: every port on every adapter, the events that we publish and those that we understand, the
//! HTTP API, and whole purchases on a real database.

#[macro_use]
mod storage;

mod api;
mod concurrency;
mod events;
mod foreign_events;
mod http;
mod journeys;
mod money;
mod moves;
mod outside;
mod pages;
mod ports;
mod purchase;
mod restored;
mod shop;
mod stored;
mod two_processes;
