//! Orders and things with sensible defaults.

use std::time::Duration;

use shared_kernel::address::RawAddress;
use shared_kernel::{Address, OrderId, Sku, Timestamp};
use uuid::Uuid;

use crate::domain::{Kind, Line, PaidOrder, PlacedOrder, Units};

/// Noon of 22 November 2026.
pub fn noon() -> Timestamp {
    Timestamp::from_micros(1_795_348_800_000_000)
}

pub fn minutes(count: u64) -> Duration {
    Duration::from_secs(60 * count)
}

pub fn order(number: u128) -> OrderId {
    OrderId::new(Uuid::from_u128((0x0190_0000_0000_7000_8000_u128 << 48) | number))
}

pub fn sku(code: &str) -> Sku {
    Sku::parse(code).unwrap_or_else(|error| panic!("{code:?}: {error}"))
}

/// A line that is packed.
pub fn physical(code: &str, units: i64) -> Line {
    line(code, units, Kind::Physical)
}

/// A line that is mailed.
pub fn digital(code: &str, units: i64) -> Line {
    line(code, units, Kind::Digital)
}

fn line(code: &str, units: i64, kind: Kind) -> Line {
    let units = Units::new(units).unwrap_or_else(|| panic!("{units} units"));
    Line { sku: sku(code), title: format!("The {code}"), kind, units }
}

/// An order that was placed and is good until half past twelve.
pub fn placed(number: u128, lines: &[Line]) -> PlacedOrder {
    let expires_at = noon().plus(minutes(30));
    PlacedOrder { order: order(number), replaces: None, lines: lines.to_vec(), expires_at }
}

/// The same order, paid.
pub fn paid(number: u128, lines: &[Line]) -> PaidOrder {
    PaidOrder {
        order: order(number),
        number: format!("A-{number}"),
        email: "aroha@example.test".to_owned(),
        address: Some(an_address()),
        gross_minor: Some(1_000),
        lines: lines.to_vec(),
    }
}

/// Somewhere in Nelson.
pub fn an_address() -> Address {
    let raw = RawAddress {
        name: "Aroha Ngata".to_owned(),
        line1: "12 Kauri Lane".to_owned(),
        line2: None,
        city: "Nelson".to_owned(),
        region: None,
        postcode: "7010".to_owned(),
        country: "NZ".to_owned(),
    };
    Address::try_from(raw).unwrap_or_else(|error| panic!("{error}"))
}
