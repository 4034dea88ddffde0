//! What the payment provider would decide, and nothing of how it is asked or remembered: pure values and functions.

pub mod attempt;
pub mod card;
pub mod checkout;
pub mod complaint;
pub mod currency;
pub mod dispute;
pub mod intent;
pub mod method;
pub mod refund;

/// Joined to its number of random or counted characters, such as `pi_` + 32 hexadecimal digits.
pub fn object_id(prefix: &str, unique: uuid::Uuid) -> String {
    format!("{prefix}_{}", unique.simple())
}
