//! What the payment provider would decide, and nothing of how it is asked or remembered: pure values and functions.

pub(crate) mod attempt;
pub(crate) mod card;
pub(crate) mod checkout;
pub(crate) mod complaint;
pub(crate) mod currency;
pub(crate) mod dispute;
pub(crate) mod intent;
pub(crate) mod method;
pub(crate) mod refund;

/// Joined to its number of random or counted characters, such as `pi_` + 32 hexadecimal digits.
pub(crate) fn object_id(prefix: &str, unique: uuid::Uuid) -> String {
    format!("{prefix}_{}", unique.simple())
}
