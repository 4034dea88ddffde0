//! What a shopkeeper sets: the shop itself, its orders and its accounts.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use customer::domain::{EmailAddress, NewPassword};
use secrecy::SecretString;
use serde::{Deserialize, Deserializer};
use shared_kernel::{Currency, Role, TaxRate};

use super::text::{number, origin, parse, span, switch, whole};

/// What all contexts know of the shop.
#[derive(Debug, Clone, Deserialize)]
pub struct SiteSettings {
    #[serde(rename = "shop_name")]
    pub name: String,
    /// Where browsers find the shop, without a slash at the end; by default where the process listens.
    #[serde(deserialize_with = "base_url")]
    pub base_url: String,
    /// Whether `base_url` is written somewhere, and not its default.
    #[serde(skip)]
    pub base_url_is_set: bool,
    /// Of all prices.
    #[serde(deserialize_with = "currency")]
    pub currency: Currency,
    #[serde(default, deserialize_with = "tax_percent")]
    pub(super) tax_percent: Option<TaxRate>,
    /// The same in whole hundredths of a percent, which was the only way once.
    #[serde(default, deserialize_with = "tax_basis_points")]
    pub(super) tax_basis_points: Option<TaxRate>,
    /// The zone whose calendar pages and reports follow.
    #[serde(deserialize_with = "time_zone")]
    pub time_zone: String,
    /// The month in which the financial year of the reports begins, 1 to 12.
    #[serde(deserialize_with = "whole::<1, 12, _, _>")]
    pub financial_year_month: u8,
}

impl SiteSettings {
    /// The tax contained in all prices; 15 % by default.
    pub fn tax(&self) -> TaxRate {
        self.tax_percent.or(self.tax_basis_points).unwrap_or(TaxRate::from_basis_points(1_500))
    }
}

/// How orders are placed, and compared with what the payment provider says.
#[derive(Debug, Clone, Deserialize)]
pub struct OrderSettings {
    /// The flat price of a parcel, in minor units, tax included.
    #[serde(deserialize_with = "minor_units")]
    pub shipping_minor: i64,
    /// How long stock is held for a buyer who pays.
    #[serde(deserialize_with = "span")]
    pub payment_window: Duration,
    /// Unpaid orders that one customer may have at a time.
    #[serde(deserialize_with = "whole::<1, { u32::MAX as i64 }, _, _>")]
    pub open_orders: u32,
    /// Pieces that these may hold together.
    #[serde(deserialize_with = "whole::<1, 1_000_000, _, _>")]
    pub open_pieces: u32,
    /// How often payments are compared with the provider.
    #[serde(deserialize_with = "span")]
    pub reconcile_every: Duration,
    /// Orders with payments younger than this are compared, in days.
    #[serde(deserialize_with = "whole::<1, 3_650, _, _>")]
    pub reconcile_days: u32,
}

/// The accounts of a new shop, and how accounts are protected.
#[derive(Debug, Clone, Deserialize)]
pub struct AccountSettings {
    /// Whether a new shop starts with the demo catalogue and logins.
    #[serde(deserialize_with = "switch")]
    pub demo: bool,
    #[serde(default, deserialize_with = "password")]
    pub demo_password: Option<SecretString>,
    #[serde(default, deserialize_with = "email")]
    pub(super) admin_email: Option<String>,
    #[serde(default, deserialize_with = "password")]
    pub(super) admin_password: Option<SecretString>,
    /// How long a verification link is valid.
    #[serde(deserialize_with = "span")]
    pub verification_window: Duration,
    /// The role from which on a second factor is required.
    #[serde(deserialize_with = "role_or_nobody")]
    pub second_factor_from: Option<Role>,
    /// How long records of the security log are kept, in days.
    #[serde(deserialize_with = "whole::<1, 36_500, _, _>")]
    pub security_log_days: u32,
}

impl AccountSettings {
    /// The first administrator: address and password.
    pub fn admin(&self) -> Option<(&str, &SecretString)> {
        self.admin_email.as_deref().zip(self.admin_password.as_ref())
    }

    #[cfg(test)]
    pub(crate) fn with_admin(self, email: &str, password: &str) -> Self {
        Self { admin_email: Some(email.to_owned()), admin_password: Some(password.into()), ..self }
    }
}

fn base_url<'de, D: Deserializer<'de>>(text: D) -> Result<String, D::Error> {
    parse(text, origin)
}

fn currency<'de, D: Deserializer<'de>>(code: D) -> Result<Currency, D::Error> {
    parse(code, |code| {
        let currency = Currency::parse(&code.to_ascii_uppercase())?;
        ensure!(
            order::charge_limits(currency).is_some(),
            "the payment provider does not take {currency}: choose one of https://docs.stripe.com/currencies"
        );
        Ok(currency)
    })
}

fn tax_percent<'de, D: Deserializer<'de>>(text: D) -> Result<Option<TaxRate>, D::Error> {
    parse(text, |text| Ok(TaxRate::parse_percent(text)?))
}

fn tax_basis_points<'de, D: Deserializer<'de>>(text: D) -> Result<Option<TaxRate>, D::Error> {
    parse(text, |text| {
        let rate = number(text, 0..=10_000).map_err(|error| {
            anyhow::anyhow!("{error}: 1500 is 15 %; STORE_TAX_PERCENT takes fractions, such as 9.975")
        });
        Ok(TaxRate::from_basis_points(rate?))
    })
}

fn minor_units<'de, D: Deserializer<'de>>(text: D) -> Result<i64, D::Error> {
    parse(text, |text| {
        let price = number::<i64>(text, 0..=1_000_000);
        price.map_err(|error| anyhow::anyhow!("{error}: it is in minor units, so that 650 is 6.50"))
    })
}

fn time_zone<'de, D: Deserializer<'de>>(name: D) -> Result<String, D::Error> {
    parse(name, |name| {
        jiff::tz::TimeZone::get(name).with_context(|| format!("{name:?}"))?;
        Ok(name.to_owned())
    })
}

/// Held to the rules of every account's address.
fn email<'de, D: Deserializer<'de>>(text: D) -> Result<Option<String>, D::Error> {
    parse(text, |text| {
        let email = EmailAddress::parse(text).with_context(|| format!("{text:?}"))?;
        Ok(email.as_str().to_owned())
    })
}

/// Held to the rules of every account's password, which the error does not repeat.
fn password<'de, D: Deserializer<'de>>(text: D) -> Result<Option<SecretString>, D::Error> {
    parse(text, |text| {
        let password = SecretString::from(text);
        NewPassword::check_length(&password)?;
        Ok(password)
    })
}

fn role_or_nobody<'de, D: Deserializer<'de>>(text: D) -> Result<Option<Role>, D::Error> {
    parse(text, |text| match text {
        "nobody" => Ok(None),
        "staff" => Ok(Some(Role::Staff)),
        "admin" => Ok(Some(Role::Admin)),
        other => anyhow::bail!("expected nobody, staff or admin, got {other:?}"),
    })
}
