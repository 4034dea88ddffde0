//! Where a parcel goes.

use serde::{Deserialize, Serialize};

use crate::country;
use crate::text::clean_line;

/// A postal address. Parsed once at the edge; every field is trimmed and bounded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Recorded")]
pub struct Address {
    name: String,
    line1: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    line2: Option<String>,
    city: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<String>,
    postcode: String,
    country: String,
}

/// An address as it was typed, or as another program states it.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct RawAddress {
    /// Who receives it, 1 to 100 characters.
    pub name: String,
    /// Street and number, 1 to 200 characters.
    pub line1: String,
    /// Flat, floor, building; up to 200 characters.
    #[serde(default)]
    pub line2: Option<String>,
    /// 1 to 100 characters.
    pub city: String,
    /// State or region, up to 100 characters.
    #[serde(default)]
    pub region: Option<String>,
    /// 1 to 20 characters.
    pub postcode: String,
    /// Two letters, ISO 3166; `UK` is understood.
    pub country: String,
}

/// An address that was taken in before, perhaps by an earlier version that knew no list of countries.
#[derive(Deserialize)]
#[serde(transparent)]
struct Recorded(RawAddress);

impl Address {
    /// An address that was accepted before, under the rules of that time: any two letters are a country.
    ///
    /// # Errors
    /// [`AddressError`] if a field could never have been so.
    pub fn recorded(raw: &RawAddress) -> Result<Self, AddressError> {
        let country = raw.country.trim().to_ascii_uppercase();
        if country.len() != 2 || !country.bytes().all(|b| b.is_ascii_uppercase()) {
            return Err(AddressError { field: "country", problem: "must be a two-letter country code" });
        }
        Self::with_country(raw, country)
    }

    fn with_country(raw: &RawAddress, country: String) -> Result<Self, AddressError> {
        Ok(Self {
            name: required("name", &raw.name, 100)?,
            line1: required("line1", &raw.line1, 200)?,
            line2: optional("line2", raw.line2.as_deref(), 200)?,
            city: required("city", &raw.city, 100)?,
            region: optional("region", raw.region.as_deref(), 100)?,
            postcode: required("postcode", &raw.postcode, 20)?,
            country,
        })
    }

    /// Who receives it.
    pub fn name(&self) -> &str {
        &self.name
    }
    /// Street and number.
    pub fn line1(&self) -> &str {
        &self.line1
    }
    /// Flat, floor, building.
    pub fn line2(&self) -> Option<&str> {
        self.line2.as_deref()
    }
    /// Town.
    pub fn city(&self) -> &str {
        &self.city
    }
    /// State or region.
    pub fn region(&self) -> Option<&str> {
        self.region.as_deref()
    }
    /// Postcode.
    pub fn postcode(&self) -> &str {
        &self.postcode
    }
    /// ISO 3166 two-letter code.
    pub fn country(&self) -> &str {
        &self.country
    }

    /// The address as the lines of a label, with the country by its name.
    pub fn label(&self) -> Vec<String> {
        let mut lines = vec![self.name.clone(), self.line1.clone()];
        lines.extend(self.line2.clone());
        lines.push(format!("{} {}", self.city, self.postcode));
        lines.extend(self.region.clone());
        lines.push(country::name(&self.country).to_owned());
        lines
    }
}

impl TryFrom<RawAddress> for Address {
    type Error = AddressError;

    fn try_from(raw: RawAddress) -> Result<Self, AddressError> {
        let country = Some(raw.country.trim()).filter(|text| text.len() == 2).and_then(country::code);
        let country = country.ok_or(AddressError { field: "country", problem: "must be an ISO 3166 country code" })?;
        Self::with_country(&raw, country.to_owned())
    }
}

impl TryFrom<Recorded> for Address {
    type Error = AddressError;

    fn try_from(Recorded(raw): Recorded) -> Result<Self, AddressError> {
        Self::recorded(&raw)
    }
}

fn required(field: &'static str, text: &str, longest: usize) -> Result<String, AddressError> {
    optional(field, Some(text), longest)?.ok_or(AddressError { field, problem: "is missing" })
}

fn optional(field: &'static str, text: Option<&str>, longest: usize) -> Result<Option<String>, AddressError> {
    let text = clean_line(text.unwrap_or_default());
    if text.chars().count() > longest {
        return Err(AddressError { field, problem: "is too long" });
    }
    if text.chars().any(char::is_control) {
        return Err(AddressError { field, problem: "holds a control character" });
    }
    Ok(Some(text).filter(|text| !text.is_empty()))
}

/// Which field of an address is not right, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field} {problem}")]
pub struct AddressError {
    /// The field's name on the wire.
    pub field: &'static str,
    /// What is wrong with it.
    pub problem: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw() -> RawAddress {
        RawAddress {
            name: "Aroha Ngata".into(),
            line1: " 12 Kauri Lane ".into(),
            line2: Some("  ".into()),
            city: "Nelson".into(),
            region: None,
            postcode: "7010".into(),
            country: "nz".into(),
        }
    }

    #[test]
    fn is_trimmed_and_its_country_capitalised() {
        let address = Address::try_from(raw()).unwrap();
        assert_eq!(address.label(), ["Aroha Ngata", "12 Kauri Lane", "Nelson 7010", "New Zealand"]);
    }

    #[test]
    fn nothing_in_it_is_invisible() {
        let padded = RawAddress { name: "\u{202e}Aroha\u{200b} Ngata".into(), line2: Some("\u{feff}".into()), ..raw() };
        assert_eq!(Address::try_from(padded).unwrap().label(), Address::try_from(raw()).unwrap().label());
    }

    #[test]
    fn names_the_field_that_is_wrong() {
        let missing = Address::try_from(RawAddress { city: " ".into(), ..raw() }).unwrap_err();
        assert_eq!(missing.to_string(), "city is missing");
        let odd = Address::try_from(RawAddress { country: "XX".into(), ..raw() }).unwrap_err();
        assert_eq!(odd.field, "country");
    }

    #[test]
    fn a_country_has_one_code_and_addresses_of_earlier_versions_can_still_be_read() {
        let british = |country: &str| Address::try_from(RawAddress { country: country.into(), ..raw() }).unwrap();
        assert_eq!((british("UK").country(), british("GB").country()), ("GB", "GB"));
        let kept = serde_json::json!({"name": "A", "line1": "1", "city": "B", "postcode": "2", "country": "XX"});
        assert_eq!(serde_json::from_value::<Address>(kept).unwrap().country(), "XX");
    }
}
