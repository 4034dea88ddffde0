//! What keeps a shop when its machine is lost, and what moves it to a bigger one.
//!
//! Reading order: [`places`] (where each part keeps what it keeps), [`consistent_snapshot`] (one moment of all of them at once), [`take`]
//! (a backup: a folder with a SQLite file per part, whatever the engine, and a [`manifest`]), [`verify`] (whether a backup
//! is what it says, with [`money`] counted once more), [`restore`] (into an empty place, on either engine) and
//! [`promote`] (from files onto a server), which may be cut off anywhere ([`pending_transfer`]).
//!
//! A context's rows are opaque here: they move by way of [`chassis::sql::transfer`], which proves that they are the same.

pub mod consistent_snapshot;
pub mod manifest;
pub mod money;
pub mod pending_transfer;
pub mod places;
pub mod promote;
pub mod restore;
pub mod take;
pub mod verify;
