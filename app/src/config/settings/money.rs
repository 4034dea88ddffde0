//! In which currency and with which tax the shop sells.

use anyhow::Context as _;
use shared_kernel::{Currency, TaxRate};

use super::read::within;

/// The shop's currency, which the payment provider has to take.
pub(super) fn currency(code: Option<&str>) -> anyhow::Result<Currency> {
    let code = code.unwrap_or("NZD").to_ascii_uppercase();
    let currency = Currency::parse(&code).context("STORE_CURRENCY")?;
    anyhow::ensure!(
        order::charge_limits(currency).is_some(),
        "STORE_CURRENCY is {currency}, which the payment provider does not take: choose one of https://docs.stripe.com/currencies"
    );
    Ok(currency)
}

/// The tax rate as a percentage, or as whole basis points, which was the only way once.
pub(super) fn tax(percent: Option<&str>, basis_points: Option<&str>) -> anyhow::Result<TaxRate> {
    match (percent, basis_points) {
        (Some(percent), None) => TaxRate::parse_percent(percent).context("STORE_TAX_PERCENT"),
        (Some(_), Some(_)) => anyhow::bail!("set either STORE_TAX_PERCENT or STORE_TAX_BASIS_POINTS, not both"),
        (None, basis_points) => {
            let rate = within("STORE_TAX_BASIS_POINTS", basis_points, 1_500, 0..=10_000);
            let said =
                |error| anyhow::anyhow!("{error}: 1500 is 15 %; STORE_TAX_PERCENT takes fractions, such as 9.975");
            Ok(TaxRate::from_basis_points(rate.map_err(said)?))
        }
    }
}
