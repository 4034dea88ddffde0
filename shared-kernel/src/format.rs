//! Values as people read them, in pages, mails and on the command line.
//!
//! Amounts of money show themselves ([`Money`](crate::Money) implements `Display`), moments by
//! [`Timestamp::format_in`](crate::Timestamp::format_in), countries by [`country::name`](crate::country::name).

use std::fmt::Display;

use crate::tax::TaxRate;

/// Makes a sentence of the words of an error or a label: a capital letter at the start and a full stop at the end.
pub fn sentence(words: impl Display) -> String {
    let mut text = capitalize(words);
    if !text.is_empty() && !text.ends_with(['.', '!', '?']) {
        text.push('.');
    }
    text
}

/// The words with a capital letter at the start.
pub fn capitalize(words: impl Display) -> String {
    let words = words.to_string();
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// A number of things: `0 orders`, `1 order`, `2 orders`.
pub fn count<N: Display>(number: N, one: &str, many: &str) -> String {
    let number = number.to_string();
    let noun = if number == "1" { one } else { many };
    format!("{number} {noun}")
}

/// What the tax row of a table is called: `Tax (15 %)`.
pub fn tax_label(rate: TaxRate) -> String {
    format!("Tax ({} %)", rate.percent())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_a_sentence() {
        assert_eq!(sentence("the SKU is missing"), "The SKU is missing.");
        assert_eq!(sentence("écru is no colour"), "Écru is no colour.");
        assert_eq!(sentence("Is it closed already?"), "Is it closed already?");
        assert_eq!(sentence("done."), "Done.");
        assert_eq!((sentence(""), capitalize("")), (String::new(), String::new()));
        assert_eq!(capitalize("kea"), "Kea");
    }

    #[test]
    fn one_thing_is_not_many() {
        let orders = |number: u32| count(number, "order", "orders");
        assert_eq!([0, 1, 2, 11].map(orders), ["0 orders", "1 order", "2 orders", "11 orders"]);
    }

    #[test]
    fn a_tax_rate_is_named_without_needless_digits() {
        assert_eq!(tax_label(TaxRate::from_basis_points(1_500)), "Tax (15 %)");
        assert_eq!(tax_label(TaxRate::from_basis_points(1_050)), "Tax (10.5 %)");
        assert_eq!(tax_label(TaxRate::from_basis_points(825)), "Tax (8.25 %)");
        assert_eq!(tax_label(TaxRate::parse_percent("9.975").unwrap()), "Tax (9.975 %)");
    }
}
