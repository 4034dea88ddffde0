//! What a change changes, field by field, for people to read before they apply it.

use super::facts::Image;
use super::product::ProductDetails;
use super::variant::Variant;

/// One field before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldChange {
    /// The field's name in the shop's own files; of a variant, its SKU stands before: `KEA14-32 price`.
    pub field: String,
    /// What it is; empty for nothing.
    pub from: String,
    /// What it will be; empty for nothing.
    pub to: String,
}

/// The fields in which the details differ.
pub fn differences(old: &ProductDetails, new: &ProductDetails) -> Vec<FieldChange> {
    let mut changes = Changes(Vec::new());
    changes.note("title", old.title.to_string(), new.title.to_string());
    changes.note("description", old.description.to_string(), new.description.to_string());
    changes.note("category", old.category.to_string(), new.category.to_string());
    changes.note("status", old.status.name().to_owned(), new.status.name().to_owned());
    changes.note("image", pictures(&old.images), pictures(&new.images));
    changes.note("attributes", pairs(old.attributes.as_slice()), pairs(new.attributes.as_slice()));
    for variant in &new.variants {
        match old.variants.iter().find(|other| other.sku == variant.sku) {
            Some(known) => changes.variant(known, variant),
            None => changes.note("sku", String::new(), format!("{}: {}", variant.sku, variant.price)),
        }
    }
    for gone in old.variants.iter().filter(|variant| !new.variants.iter().any(|other| other.sku == variant.sku)) {
        changes.note("sku", format!("{}: {}", gone.sku, gone.price), String::new());
    }
    let order = |details: &ProductDetails| details.variants.iter().map(|v| v.sku.to_string()).collect::<Vec<_>>();
    if changes.0.is_empty() {
        changes.note("order of variants", order(old).join(", "), order(new).join(", "));
    }
    changes.0
}

struct Changes(Vec<FieldChange>);

impl Changes {
    fn note(&mut self, field: &str, from: String, to: String) {
        if from != to {
            self.0.push(FieldChange { field: field.to_owned(), from, to });
        }
    }

    fn variant(&mut self, old: &Variant, new: &Variant) {
        let field = |name: &str| format!("{} {name}", new.sku);
        self.note(&field("options"), pairs(old.options.as_slice()), pairs(new.options.as_slice()));
        self.note(&field("kind"), old.kind.name().to_owned(), new.kind.name().to_owned());
        self.note(&field("price"), old.price.to_string(), new.price.to_string());
        self.note(&field("tax_class"), old.tax_class.to_string(), new.tax_class.to_string());
        self.note(&field("weight_g"), old.weight.get().to_string(), new.weight.get().to_string());
    }
}

fn pictures(images: &[Image]) -> String {
    let one = |image: &Image| match &image.alt {
        Some(alt) => format!("{} ({alt})", image.name),
        None => image.name.to_string(),
    };
    images.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn pairs(pairs: &[(String, String)]) -> String {
    pairs.iter().map(|(name, value)| format!("{name}: {value}")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Title;
    use crate::testing::{a_product, a_variant};

    #[test]
    fn every_field_that_differs_is_named_with_both_values() {
        let old = a_product("kea").variant(a_variant("KEA")).build();
        assert_eq!(differences(old.details(), old.details()), []);
        let renamed = ProductDetails { title: Title::parse("Kea 15").unwrap(), ..old.details().clone() };
        let change =
            |field: &str, from: &str, to: &str| FieldChange { field: field.into(), from: from.into(), to: to.into() };
        assert_eq!(differences(old.details(), &renamed), [change("title", "Product kea", "Kea 15")]);
        let dearer = a_product("kea").variant(a_variant("KEA").price(6_000)).build();
        assert_eq!(differences(old.details(), dearer.details()), [change("KEA price", "NZ$59.90", "NZ$60.00")]);
        let other = a_product("kea").variant(a_variant("TUI")).build();
        let swapped = [change("sku", "", "TUI: NZ$59.90"), change("sku", "KEA: NZ$59.90", "")];
        assert_eq!(differences(old.details(), other.details()), swapped);
    }
}
