//! The countries that an address form offers. Data, not policy: what can be delivered where is not decided here.

use shared_kernel::country;

/// One choice of the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CountryChoice {
    /// ISO 3166, two capitals.
    pub code: &'static str,
    /// In English.
    pub name: &'static str,
    /// Whether it is the one chosen so far.
    pub selected: bool,
}

/// All countries, with `chosen` marked.
pub(super) fn choices(chosen: &str) -> Vec<CountryChoice> {
    country::all()
        .map(|(code, name)| CountryChoice { code, name, selected: code.eq_ignore_ascii_case(chosen) })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_country_has_two_capitals_and_appears_once() {
        let all = choices("NZ");
        let mut codes: Vec<_> = all.iter().map(|choice| choice.code).collect();
        assert!(codes.iter().all(|code| code.len() == 2 && code.bytes().all(|b| b.is_ascii_uppercase())), "{codes:?}");
        codes.sort_unstable();
        let count = codes.len();
        codes.dedup();
        assert_eq!(codes.len(), count);
        assert_eq!(
            all.iter().filter(|choice| choice.selected).map(|choice| choice.name).collect::<Vec<_>>(),
            ["New Zealand"]
        );
    }
}
