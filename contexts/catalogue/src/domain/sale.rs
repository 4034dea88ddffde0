//! What this shop can sell: goods priced in its currency and of the one class by which it taxes.
//!
//! Checked when a product is made or changed, and not when it is read: what the shop has sold so far must keep opening, and
//! what a change leaves as it was is no reason to refuse the change.

use shared_kernel::{Currency, TaxRate};

use super::product::{Product, ProductDetails, ProductRefused, Status};
use super::text::{FieldError, TaxClass};
use super::variant::Variant;

/// In what the shop sells, and how it is taxed.
#[derive(Debug, Clone, Copy)]
pub struct SaleRules {
    /// The currency of all prices.
    pub currency: Currency,
    /// The tax contained in all prices.
    pub tax: TaxRate,
}

impl SaleRules {
    /// Whether tax is found right for goods of this class: the shop has one rate, which it applies to everything.
    pub fn applies(self, class: &TaxClass) -> bool {
        *class == TaxClass::standard() || (*class == TaxClass::zero() && self.tax == TaxRate::from_basis_points(0))
    }

    /// Whether some variant would be taxed by a rate that is not its own.
    pub fn is_taxed_wrongly(self, details: &ProductDetails) -> bool {
        details.variants.iter().any(|variant| !self.applies(&variant.tax_class))
    }

    /// Whether some variant is priced in another currency than the shop's.
    pub fn is_priced_wrongly(self, details: &ProductDetails) -> bool {
        details.variants.iter().any(|variant| variant.price.currency() != self.currency)
    }

    /// Refuses what could not be sold, or would be sold with a wrong tax, unless `known` is so already.
    pub fn check(self, details: &ProductDetails, known: Option<&Product>) -> Result<(), ProductRefused> {
        for variant in &details.variants {
            let old = known.and_then(|product| product.variants().iter().find(|other| other.sku == variant.sku));
            self.check_price(variant, old)?;
            let was_active = known.is_some_and(|product| product.details().status == Status::Active);
            self.check_tax(variant, old.filter(|_| was_active), details.status)?;
        }
        Ok(())
    }

    fn check_price(self, variant: &Variant, old: Option<&Variant>) -> Result<(), ProductRefused> {
        let currency = variant.price.currency();
        if currency == self.currency || old.is_some_and(|old| old.price.currency() == currency) {
            return Ok(());
        }
        let problem = FieldError::new("price", "must be in the currency of the shop");
        Err(ProductRefused::Variant { sku: variant.sku.clone(), problem })
    }

    fn check_tax(self, variant: &Variant, old: Option<&Variant>, status: Status) -> Result<(), ProductRefused> {
        let unchanged = old.is_some_and(|old| old.tax_class == variant.tax_class);
        if status != Status::Active || unchanged || self.applies(&variant.tax_class) {
            return Ok(());
        }
        let words = "is not applied by this shop, which has one tax rate for everything: use `standard`, or keep the \
                     product a draft";
        Err(ProductRefused::Variant { sku: variant.sku.clone(), problem: FieldError::new("tax_class", words) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{a_product, a_variant};

    fn rules(basis_points: u32) -> SaleRules {
        SaleRules { currency: Currency::NZD, tax: TaxRate::from_basis_points(basis_points) }
    }

    fn untaxed(status: Status) -> Product {
        a_product("rice").variant(a_variant("RICE").tax_class("zero")).status(status).build()
    }

    #[test]
    fn a_class_that_is_not_applied_cannot_be_sold() {
        let refused = rules(1_500).check(untaxed(Status::Active).details(), None).unwrap_err();
        assert!(refused.to_string().starts_with("variant RICE: tax_class is not applied"), "{refused}");
        assert_eq!(rules(1_500).check(untaxed(Status::Draft).details(), None), Ok(()));
        assert_eq!(rules(0).check(untaxed(Status::Active).details(), None), Ok(()));
    }

    #[test]
    fn a_product_that_is_sold_so_already_may_be_changed() {
        let known = untaxed(Status::Active);
        assert_eq!(rules(1_500).check(known.details(), Some(&known)), Ok(()));
        assert!(rules(1_500).check(known.details(), Some(&untaxed(Status::Draft))).is_err());
    }

    #[test]
    fn prices_are_in_the_currency_of_the_shop() {
        let euro = a_product("u").variant(a_variant("U").euro()).build();
        let refused = rules(1_500).check(euro.details(), None).unwrap_err();
        assert_eq!(refused.to_string(), "variant U: price must be in the currency of the shop");
        assert_eq!(rules(1_500).check(euro.details(), Some(&euro)), Ok(()));
    }
}
