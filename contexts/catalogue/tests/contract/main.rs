//! What this context promises: ports by every adapter, published events, understood events, files, the HTTP API, pages.

#[cfg(test)]
mod api;
#[cfg(test)]
mod concurrency;
#[cfg(test)]
mod events;
#[cfg(test)]
mod files;
#[cfg(test)]
mod foreign_files;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod ports;
#[cfg(test)]
mod shop;
