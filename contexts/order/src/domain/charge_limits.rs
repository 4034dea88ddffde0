//! What can be paid by card at once: the provider's least and most for the shop's currency, and the step of its amounts.
//!
//! Asked before an order exists, so that nothing is reserved for a payment that cannot be made.

use shared_kernel::Money;

/// The limits of one payment, in minor units of the shop's currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChargeLimits {
    /// The smallest amount.
    pub least: i64,
    /// The largest amount.
    pub most: i64,
    /// Every amount is a multiple of it: 1 in most currencies, 10 for three-decimal ones.
    pub step: i64,
}

/// Why an amount cannot be paid by card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotChargeable {
    /// Less than the provider takes.
    #[error("card payments start at {least}")]
    TooSmall { least: Money },
    /// More than the provider takes at once.
    #[error("a card can pay at most {most} at once")]
    TooLarge { most: Money },
    /// Between two steps.
    #[error("card payments in {} are multiples of {step}", .step.currency())]
    BetweenSteps { step: Money },
}

impl ChargeLimits {
    /// Whether `amount` can be paid.
    ///
    /// # Errors
    /// [`NotChargeable`] with the limit that it breaks.
    pub fn check(&self, amount: Money) -> Result<(), NotChargeable> {
        let limit = |minor| Money::new(minor, amount.currency());
        if amount.minor() < self.least {
            return Err(NotChargeable::TooSmall { least: limit(self.least) });
        }
        if amount.minor() > self.most {
            return Err(NotChargeable::TooLarge { most: limit(self.most) });
        }
        if self.step > 1 && amount.minor() % self.step != 0 {
            return Err(NotChargeable::BetweenSteps { step: limit(self.step) });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use shared_kernel::Currency;

    use super::*;

    #[test]
    fn an_amount_is_within_the_limits_and_on_a_step() {
        let dinar = Currency::parse("KWD").unwrap();
        let limits = ChargeLimits { least: 10, most: 99_999_990, step: 10 };
        let money = |minor| Money::new(minor, dinar);
        assert_eq!(limits.check(money(1_230)), Ok(()));
        assert_eq!(limits.check(money(0)), Err(NotChargeable::TooSmall { least: money(10) }));
        assert_eq!(limits.check(money(100_000_000)), Err(NotChargeable::TooLarge { most: money(99_999_990) }));
        let between = limits.check(money(1_234)).unwrap_err();
        assert_eq!(between.to_string(), "card payments in KWD are multiples of KWD\u{a0}0.010");
    }
}
