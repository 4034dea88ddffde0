//! What this context promises: ports by every adapter, published events, understood events, files, the HTTP API, pages.

mod api;
mod events;
mod files;
mod pages;
mod ports;
mod shop;
