//! What the shop writes into a file comes back from it whole, on the same shop and on a new one.

use proptest::prelude::*;
use shared_kernel::{Currency, Money, Sku};

use super::{ProductFile, write_products};
use crate::domain::{
    Attributes, Category, Description, FileHandle, Grams, Handle, Image, ImageName, Kind, Options, Product,
    ProductDetails, ProductId, Status, TaxClass, Title, Variant,
};

/// Text with everything that has a meaning in files, spreadsheets or cells of several texts.
const TEXT: &str = "['=+@|\\\\\"a-c,;:é本 \u{a0}-]{1,12}";

fn attributes() -> impl Strategy<Value = Attributes> {
    prop::collection::vec((TEXT, TEXT), 0..4).prop_filter_map("names differ", |pairs| Attributes::parse(pairs).ok())
}

fn images() -> impl Strategy<Value = Vec<Image>> {
    prop::collection::btree_map("[a-z]{1,3}", prop::option::of(TEXT), 0..4).prop_filter_map("texts fit", |named| {
        let image = |(name, alt): (String, Option<String>)| {
            Image::new(ImageName::parse(&format!("{name}.png")).ok()?, alt.as_deref().unwrap_or_default()).ok()
        };
        named.into_iter().map(image).collect()
    })
}

fn variants() -> impl Strategy<Value = Vec<Variant>> {
    let one = (TEXT, TEXT, any::<bool>(), 0..1_000_000_i64, 0..5_000_i64, "[a-z_-]{1,5}");
    (prop::collection::vec(one, 1..4), TEXT).prop_filter_map("codes and options differ", |(rows, option)| {
        let several = rows.len() > 1;
        let variant = |(sku, value, digital, minor, grams, class): (String, String, bool, i64, i64, String)| {
            let pairs = if several { vec![(option.clone(), value)] } else { Vec::new() };
            Some(Variant {
                sku: Sku::parse(sku.trim()).ok()?.of_new_goods().ok()?,
                options: Options::parse(pairs).ok()?,
                kind: if digital { Kind::Digital } else { Kind::Physical },
                price: Money::new(minor, Currency::NZD),
                tax_class: TaxClass::parse(&class).ok()?,
                weight: Grams::new(grams).ok()?,
            })
        };
        rows.into_iter().map(variant).collect::<Option<Vec<_>>>()
    })
}

fn products() -> impl Strategy<Value = Product> {
    let words = (TEXT, "['=+@|\"a-c,\n é-]{0,20}", TEXT);
    let status = prop::sample::select(vec![Status::Draft, Status::Active, Status::Archived]);
    (("[a-z0-9_-]{1,8}", words, status), images(), attributes(), variants()).prop_filter_map(
        "the details fit together",
        |((handle, (title, description, category), status), images, attributes, variants)| {
            let details = ProductDetails {
                title: Title::parse(&title).ok()?,
                description: Description::parse(&description).ok()?,
                category: Category::parse(&category).ok()?,
                images,
                attributes,
                status,
                variants,
            };
            let id = ProductId::new(uuid::Uuid::nil());
            Product::create(id, Handle::parse(&handle).ok()?, details).ok().map(|(product, _)| product)
        },
    )
}

/// What the file makes of `known`.
fn read(file: &str, known: Option<&Product>) -> (FileHandle, ProductDetails) {
    let open = ProductFile::open(file.as_bytes(), Currency::NZD).unwrap_or_else(|error| panic!("{error}: {file}"));
    let drafts: Vec<_> = open.products().collect();
    assert_eq!(drafts.len(), 1, "{file}");
    let patch = drafts.into_iter().next().unwrap().drafted.unwrap_or_else(|problems| panic!("{problems:?}: {file}"));
    (patch.handle.clone(), patch.onto(known).unwrap_or_else(|refused| panic!("{refused}: {file}")))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn every_field_comes_back(product in products()) {
        let mut file = String::new();
        write_products(&mut file, &product);
        let expected = (FileHandle::Address(product.handle().clone()), product.details().clone());
        prop_assert_eq!(&read(&file, None), &expected);
        prop_assert_eq!(&read(&file, Some(&product)), &expected);
    }
}
