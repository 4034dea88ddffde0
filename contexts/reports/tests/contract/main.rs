//! What this context owes and is owed: ports by adapters, foreign events by their producers' golden files, the JSON API
//! by its published description, the pages, and that everything can be rebuilt from the archive.

#[cfg(test)]
mod adapters;
#[cfg(test)]
mod api;
#[cfg(test)]
mod concurrency;
#[cfg(test)]
mod events;
#[cfg(test)]
mod over_time;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod rebuild;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod shop;
#[cfg(test)]
mod storage;
