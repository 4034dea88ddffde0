//! Money as the JSON API shows it.

use serde::{Deserialize, Serialize};
use shared_kernel::Money;
use utoipa::ToSchema;

/// An amount in minor units of its currency: `{"amount": 5990, "currency": "NZD"}` is NZ$59.90.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Money)]
pub struct MoneyView {
    /// Minor units, such as cents.
    #[schema(example = 5990)]
    pub amount: i64,
    /// ISO 4217 code.
    #[schema(pattern = "^[A-Z]{3}$", min_length = 3, max_length = 3, example = "NZD")]
    pub currency: String,
}

impl From<Money> for MoneyView {
    fn from(money: Money) -> Self {
        Self { amount: money.minor(), currency: money.currency().code().to_owned() }
    }
}
