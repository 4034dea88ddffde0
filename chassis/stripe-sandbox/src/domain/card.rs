//! Card data as a buyer types it: checked, used for one attempt, forgotten.
//!
//! The number lives only inside [`CardDetails`], which can be neither stored nor printed. What a card does is
//! [`super::method`]'s.

use shared_kernel::Timestamp;

/// What a buyer typed, checked. Deliberately neither `Debug` nor `Serialize`: it is forgotten after the attempt.
#[derive(Clone)]
pub(crate) struct CardDetails {
    number: String,
}

impl CardDetails {
    /// Checks number, expiry and security code. Spaces and hyphens in the number are for people.
    pub(crate) fn check(
        number: &str,
        expiry: Option<Expiry>,
        cvc: Option<&str>,
        now: Timestamp,
    ) -> Result<Self, CardMistake> {
        let digits: String = number.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
        let plausible = (12..=19).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        if !plausible {
            return Err(CardMistake::InvalidNumber);
        }
        if !passes_luhn(&digits) {
            return Err(CardMistake::IncorrectNumber);
        }
        if let Some(expiry) = expiry {
            expiry.check(now)?;
        }
        let code_length = if brand_of(&digits) == "amex" { 4 } else { 3 };
        if cvc.is_some_and(|cvc| cvc.len() != code_length || !cvc.bytes().all(|b| b.is_ascii_digit())) {
            return Err(CardMistake::InvalidCvc);
        }
        Ok(Self { number: digits })
    }

    /// The digits. They go into an attempt and nowhere else.
    pub(crate) fn number(&self) -> &str {
        &self.number
    }
}

/// The last month in which a card is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Expiry {
    /// 1 to 12, if it is right.
    pub month: i64,
    /// With or without its century.
    pub year: i64,
}

impl Expiry {
    /// Reads `12/34`, `12 / 2034`, `1234`.
    ///
    /// # Errors
    /// [`CardMistake::InvalidExpiryMonth`] when it is nothing of the kind.
    pub(crate) fn parse(text: &str) -> Result<Self, CardMistake> {
        let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let (month, year) = compact
            .split_once(['/', '-'])
            .or_else(|| compact.split_at_checked(2))
            .ok_or(CardMistake::InvalidExpiryMonth)?;
        let digits = |part: &str| (1..=4).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        if !digits(month) || !matches!(year.len(), 2 | 4) || !digits(year) {
            return Err(CardMistake::InvalidExpiryMonth);
        }
        let number = |part: &str| part.parse().map_err(|_| CardMistake::InvalidExpiryMonth);
        Ok(Self { month: number(month)?, year: number(year)? })
    }

    fn check(self, now: Timestamp) -> Result<(), CardMistake> {
        if !(1..=12).contains(&self.month) {
            return Err(CardMistake::InvalidExpiryMonth);
        }
        let year = if (0..100).contains(&self.year) { self.year + 2000 } else { self.year };
        let today = now.jiff().to_zoned(jiff::tz::TimeZone::UTC);
        let (this_year, this_month) = (i64::from(today.year()), i64::from(today.month()));
        if year < this_year || year > this_year + 50 {
            return Err(CardMistake::InvalidExpiryYear);
        }
        if year == this_year && self.month < this_month {
            return Err(CardMistake::InvalidExpiryMonth);
        }
        Ok(())
    }
}

/// The check digit that every card number carries.
fn passes_luhn(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, byte)| {
            let digit = u32::from(byte - b'0');
            let weighed = if place % 2 == 1 { digit * 2 } else { digit };
            if weighed > 9 { weighed - 9 } else { weighed }
        })
        .sum();
    sum.is_multiple_of(10)
}

/// Why card data cannot be right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CardMistake {
    /// Not a card's number at all.
    InvalidNumber,
    /// A mistyped digit.
    IncorrectNumber,
    /// No such month, or a month of this year that is over.
    InvalidExpiryMonth,
    /// A year that is over, or too far off.
    InvalidExpiryYear,
    /// Not three digits (four for American Express).
    InvalidCvc,
}

impl CardMistake {
    /// Stripe's `code`.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::InvalidNumber => "invalid_number",
            Self::IncorrectNumber => "incorrect_number",
            Self::InvalidExpiryMonth => "invalid_expiry_month",
            Self::InvalidExpiryYear => "invalid_expiry_year",
            Self::InvalidCvc => "invalid_cvc",
        }
    }

    /// The field that has to be corrected.
    pub(crate) const fn field(self) -> &'static str {
        match self {
            Self::InvalidNumber | Self::IncorrectNumber => "number",
            Self::InvalidExpiryMonth => "exp_month",
            Self::InvalidExpiryYear => "exp_year",
            Self::InvalidCvc => "cvc",
        }
    }

    /// For the buyer.
    pub(crate) const fn message(self) -> &'static str {
        match self {
            Self::InvalidNumber => "The card number is not a valid credit card number.",
            Self::IncorrectNumber => "Your card number is incorrect.",
            Self::InvalidExpiryMonth => "Your card's expiration month is invalid.",
            Self::InvalidExpiryYear => "Your card's expiration year is invalid.",
            Self::InvalidCvc => "Your card's security code is invalid.",
        }
    }
}

/// The brand that a number belongs to.
pub(crate) fn brand_of(number: &str) -> &'static str {
    match number.as_bytes() {
        [b'4', ..] => "visa",
        [b'5' | b'2', ..] => "mastercard",
        [b'3', b'4' | b'7', ..] => "amex",
        [b'0', ..] => "us_bank_account",
        _ => "unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(number: &str, expiry: &str, cvc: &str) -> Result<(), CardMistake> {
        let now = Timestamp::parse("2026-11-22T12:00:00Z").unwrap();
        CardDetails::check(number, Some(Expiry::parse(expiry)?), Some(cvc), now).map(|_| ())
    }

    #[test]
    fn mistakes_are_named() {
        assert_eq!(check("4242", "12/30", "123"), Err(CardMistake::InvalidNumber));
        assert_eq!(check("4242 4242 4242 424x", "12/30", "123"), Err(CardMistake::InvalidNumber));
        assert_eq!(check("4242 4242 4242 4241", "12/30", "123"), Err(CardMistake::IncorrectNumber));
        assert_eq!(check("4242424242424242", "13/30", "123"), Err(CardMistake::InvalidExpiryMonth));
        assert_eq!(check("4242424242424242", "soon", "123"), Err(CardMistake::InvalidExpiryMonth));
        assert_eq!(check("4242424242424242", "10/26", "123"), Err(CardMistake::InvalidExpiryMonth));
        assert_eq!(check("4242424242424242", "12/2025", "123"), Err(CardMistake::InvalidExpiryYear));
        assert_eq!(check("4242424242424242", "12/30", "12"), Err(CardMistake::InvalidCvc));
        assert_eq!(check("378282246310005", "12/30", "123"), Err(CardMistake::InvalidCvc));
    }

    #[test]
    fn people_write_cards_in_many_ways() {
        for (number, expiry, code) in [
            ("4242424242424242", "11/26", "123"),
            ("4242 4242-4242 4242", "1 / 2030", "000"),
            ("378282246310005", "1230", "1234"),
        ] {
            assert_eq!(check(number, expiry, code), Ok(()), "{number} {expiry}");
        }
    }
}
