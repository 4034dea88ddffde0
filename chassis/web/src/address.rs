//! Addresses as APIs and pages show and take them.

use serde::{Deserialize, Serialize};
use shared_kernel::Address;
use shared_kernel::address::RawAddress;
use utoipa::ToSchema;

/// A postal address. White space around a field does not count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Address)]
#[serde(deny_unknown_fields)]
pub struct AddressView {
    /// Who receives it.
    #[schema(min_length = 1, max_length = 100, example = "Aroha Ngata")]
    pub name: String,
    /// Street and number.
    #[schema(min_length = 1, max_length = 200, example = "12 Kauri Lane")]
    pub line1: String,
    /// Flat, floor, building.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200)]
    pub line2: Option<String>,
    /// Town.
    #[schema(min_length = 1, max_length = 100, example = "Nelson")]
    pub city: String,
    /// State or region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 100)]
    pub region: Option<String>,
    /// Postcode.
    #[schema(min_length = 1, max_length = 20, example = "7010")]
    pub postcode: String,
    /// ISO 3166-1 alpha-2.
    #[schema(pattern = "^[A-Z]{2}$", min_length = 2, max_length = 2, example = "NZ")]
    pub country: String,
}

impl From<&Address> for AddressView {
    fn from(address: &Address) -> Self {
        Self {
            name: address.name().to_owned(),
            line1: address.line1().to_owned(),
            line2: address.line2().map(str::to_owned),
            city: address.city().to_owned(),
            region: address.region().map(str::to_owned),
            postcode: address.postcode().to_owned(),
            country: address.country().to_owned(),
        }
    }
}

impl From<AddressView> for RawAddress {
    fn from(view: AddressView) -> Self {
        let AddressView { name, line1, line2, city, region, postcode, country } = view;
        Self { name, line1, line2, city, region, postcode, country }
    }
}

/// An address as the fields of a form, as they are shown and sent. A form without an address leaves all of them empty.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct AddressFields {
    /// Who receives it. A form that has a name beside calls this field `recipient`.
    #[serde(alias = "recipient")]
    pub name: String,
    pub line1: String,
    pub line2: String,
    pub city: String,
    pub region: String,
    pub postcode: String,
    pub country: String,
}

impl AddressFields {
    /// Empty fields, but for the country that is likely.
    pub fn empty(country: &str) -> Self {
        Self { country: country.to_owned(), ..Self::default() }
    }

    /// Whether anything was typed. The country is filled in beforehand and does not count.
    pub fn is_begun(&self) -> bool {
        let typed = [&self.name, &self.line1, &self.line2, &self.city, &self.region, &self.postcode];
        typed.iter().any(|field| !field.trim().is_empty())
    }
}

impl From<&Address> for AddressFields {
    fn from(address: &Address) -> Self {
        let AddressView { name, line1, line2, city, region, postcode, country } = address.into();
        let (line2, region) = (line2.unwrap_or_default(), region.unwrap_or_default());
        Self { name, line1, line2, city, region, postcode, country }
    }
}

impl From<AddressFields> for RawAddress {
    fn from(fields: AddressFields) -> Self {
        let AddressFields { name, line1, line2, city, region, postcode, country } = fields;
        Self { name, line1, line2: Some(line2), city, region: Some(region), postcode, country }
    }
}
