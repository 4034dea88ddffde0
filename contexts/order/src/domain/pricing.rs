//! Prices, delivery and tax of a handful of lines, to the cent.
//!
//! Prices contain their tax. The tax of the whole is split over the lines and the delivery so that the parts add up to
//! it exactly. Nothing here asks where a price came from.

use shared_kernel::{Money, MoneyError, Sku, TaxRate};

use super::price_list::Kind;

/// One line of an order, as it was when it was placed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderLine {
    /// Which thing.
    pub sku: Sku,
    /// What the buyer read.
    pub title: String,
    /// Parcel or e-mail.
    pub kind: Kind,
    /// How many. Imported orders may hold more than a cart could.
    pub quantity: u32,
    /// With tax, for one.
    pub unit_gross: Money,
    /// With tax, for all of them.
    pub gross: Money,
    /// Without tax.
    pub net: Money,
    /// Gross less net.
    pub tax: Money,
}

/// Delivery, an item of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShippingItem {
    /// What the buyer reads.
    pub title: String,
    /// With tax.
    pub gross: Money,
    /// Without tax.
    pub net: Money,
    /// Gross less net.
    pub tax: Money,
}

/// What the whole costs: `net + tax = gross`, and `gross` includes `shipping`, which is its gross part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Totals {
    /// Without tax.
    pub net: Money,
    /// Gross less net.
    pub tax: Money,
    /// The part of gross that is delivery.
    pub shipping: Money,
    /// What the buyer pays.
    pub gross: Money,
}

impl Totals {
    /// Whether the parts make the whole.
    pub fn add_up(&self) -> bool {
        self.net.plus(self.tax) == Ok(self.gross) && self.shipping.currency() == self.gross.currency()
    }
}

/// A line that wants its price worked out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineToPrice {
    /// Which thing.
    pub sku: Sku,
    /// What the buyer reads.
    pub title: String,
    /// Parcel or e-mail.
    pub kind: Kind,
    /// How many.
    pub quantity: u32,
    /// With tax, for one.
    pub unit_gross: Money,
}

/// Lines, delivery and totals that add up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Priced {
    /// In the order in which they were wanted.
    pub lines: Vec<OrderLine>,
    /// `None` when nothing needs a parcel.
    pub shipping: Option<ShippingItem>,
    /// The sums.
    pub totals: Totals,
}

/// Works out what `wanted` costs. `delivery` is the flat gross price of a parcel, charged once when any line is
/// physical; `None` leaves delivery out.
///
/// # Errors
/// [`MoneyError`] when currencies differ or an amount leaves 64 bits.
pub fn price(
    wanted: Vec<LineToPrice>,
    delivery: Option<Money>,
    rate: TaxRate,
    zero: Money,
) -> Result<Priced, MoneyError> {
    let parcel = wanted.iter().any(|line| line.kind == Kind::Physical);
    let delivery = delivery.filter(|_| parcel);
    let mut parts = Vec::with_capacity(wanted.len() + 1);
    for line in &wanted {
        parts.push(line.unit_gross.times(i64::from(line.quantity))?);
    }
    parts.extend(delivery);
    let shares = rate.shares(&parts)?;
    let mut lines = Vec::with_capacity(wanted.len());
    for ((line, gross), tax) in wanted.into_iter().zip(&parts).zip(&shares) {
        let LineToPrice { sku, title, kind, quantity, unit_gross } = line;
        lines.push(OrderLine {
            sku,
            title,
            kind,
            quantity,
            unit_gross,
            gross: *gross,
            net: gross.minus(*tax)?,
            tax: *tax,
        });
    }
    let shipping = match (delivery, shares.last()) {
        (Some(gross), Some(tax)) => {
            Some(ShippingItem { title: "Delivery".to_owned(), gross, net: gross.minus(*tax)?, tax: *tax })
        }
        _ => None,
    };
    let (gross, tax) = (Money::sum(parts, zero.currency())?, Money::sum(shares, zero.currency())?);
    let totals = Totals { net: gross.minus(tax)?, tax, shipping: delivery.unwrap_or(zero), gross };
    Ok(Priced { lines, shipping, totals })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use shared_kernel::Currency;

    use super::*;

    fn nzd(minor: i64) -> Money {
        Money::new(minor, Currency::NZD)
    }
    fn wanted(kind: Kind, quantity: u32, minor: i64) -> LineToPrice {
        LineToPrice { sku: Sku::parse("S").unwrap(), title: "Thing".into(), kind, quantity, unit_gross: nzd(minor) }
    }
    const GST: TaxRate = TaxRate::from_basis_points(1_500);

    #[test]
    fn delivery_is_charged_once_and_only_when_something_needs_a_parcel() {
        let both = vec![wanted(Kind::Physical, 2, 11_500), wanted(Kind::Physical, 1, 2_300)];
        let priced = price(both, Some(nzd(690)), GST, nzd(0)).unwrap();
        assert_eq!(priced.totals, Totals { net: nzd(22_600), tax: nzd(3_390), shipping: nzd(690), gross: nzd(25_990) });
        assert_eq!(priced.shipping.unwrap().tax, nzd(90));
        let mail = price(vec![wanted(Kind::Digital, 1, 1_150)], Some(nzd(690)), GST, nzd(0)).unwrap();
        assert_eq!((mail.totals.gross, mail.totals.shipping, mail.shipping), (nzd(1_150), nzd(0), None));
    }

    #[test]
    fn nothing_costs_nothing_and_too_much_is_refused() {
        let nothing = price(vec![], Some(nzd(690)), GST, nzd(0)).unwrap();
        assert_eq!(nothing.totals.gross, nzd(0));
        let huge = vec![wanted(Kind::Digital, 99, i64::MAX / 50)];
        assert_eq!(price(huge, None, GST, nzd(0)), Err(MoneyError::Overflow));
    }

    proptest! {
        #[test]
        fn lines_and_delivery_add_up_to_the_total_to_the_cent(
            lines in prop::collection::vec((any::<bool>(), 1_u32..100, 0_i64..5_000_000), 1..100),
            delivery in prop::option::of(0_i64..5_000),
            rate in 0_u32..3_000,
        ) {
            let kind = |parcel| if parcel { Kind::Physical } else { Kind::Digital };
            let lines = lines.into_iter().map(|(parcel, count, minor)| wanted(kind(parcel), count, minor)).collect();
            let rate = TaxRate::from_basis_points(rate);
            let Priced { lines, shipping, totals } = price(lines, delivery.map(nzd), rate, nzd(0)).unwrap();
            let sum = |parts: Vec<Money>| Money::sum(parts, Currency::NZD).unwrap();
            let of = |line: fn(&OrderLine) -> Money, item: fn(&ShippingItem) -> Money| {
                sum(lines.iter().map(line).chain(shipping.iter().map(item)).collect())
            };
            prop_assert_eq!(of(|line| line.gross, |item| item.gross), totals.gross);
            prop_assert_eq!(of(|line| line.net, |item| item.net), totals.net);
            prop_assert_eq!(of(|line| line.tax, |item| item.tax), totals.tax);
            prop_assert!(totals.add_up());
            prop_assert_eq!(totals.tax, rate.contained_in(totals.gross).unwrap());
            prop_assert_eq!(totals.shipping, shipping.map_or(nzd(0), |item| item.gross));
        }
    }
}
