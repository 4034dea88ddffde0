//! Products and variants with everything defaulted.

use shared_kernel::{Currency, Money, Sku};
use uuid::Uuid;

use crate::domain::{
    Attributes, Category, Description, Grams, Handle, Image, ImageName, Kind, Options, Product, ProductDetails,
    ProductId, ProductRefused, Status, TaxClass, Title, Variant,
};
use crate::ports::ProductChange;

/// A product with this handle; everything else is defaulted.
pub fn a_product(handle: &str) -> ProductBuilder {
    ProductBuilder {
        id: Uuid::new_v5(&Uuid::NAMESPACE_OID, handle.as_bytes()),
        handle: handle.to_owned(),
        title: format!("Product {handle}"),
        description: "A good thing.".to_owned(),
        category: "Things".to_owned(),
        images: vec![],
        status: Status::Active,
        variants: vec![a_variant(&format!("SKU-{}", handle.to_uppercase())).build()],
    }
}

/// A variant with this code; everything else is defaulted.
pub fn a_variant(sku: &str) -> VariantBuilder {
    VariantBuilder {
        sku: sku.to_owned(),
        options: vec![],
        kind: Kind::Physical,
        minor: 5_990,
        currency: Currency::NZD,
        weight: 500,
        tax_class: "standard".to_owned(),
    }
}

/// The change that makes a new product.
pub fn new_product(builder: ProductBuilder) -> ProductChange {
    let (product, events) = builder.create().unwrap_or_else(|refused| panic!("{refused}"));
    ProductChange { product, events, counts: vec![], written: None }
}

#[derive(Clone)]
pub struct ProductBuilder {
    id: Uuid,
    handle: String,
    title: String,
    description: String,
    category: String,
    images: Vec<String>,
    status: Status,
    variants: Vec<Variant>,
}

impl ProductBuilder {
    /// The id, as a number.
    pub fn id(self, id: u128) -> Self {
        Self { id: Uuid::from_u128(id), ..self }
    }
    pub fn titled(self, title: &str) -> Self {
        Self { title: title.to_owned(), ..self }
    }
    pub fn described(self, description: &str) -> Self {
        Self { description: description.to_owned(), ..self }
    }
    pub fn in_category(self, category: &str) -> Self {
        Self { category: category.to_owned(), ..self }
    }
    /// One more picture.
    pub fn image(mut self, name: &str) -> Self {
        self.images.push(name.to_owned());
        self
    }
    pub fn status(self, status: Status) -> Self {
        Self { status, ..self }
    }
    pub fn variants(self, variants: Vec<Variant>) -> Self {
        Self { variants, ..self }
    }
    /// The only variant.
    pub fn variant(self, variant: VariantBuilder) -> Self {
        self.variants(vec![variant.build()])
    }

    pub fn details(&self) -> ProductDetails {
        let fit = "the builder's values are right";
        let image = |name: &String| Image { name: ImageName::parse(name).unwrap_or_else(|e| panic!("{e}")), alt: None };
        ProductDetails {
            title: Title::parse(&self.title).unwrap_or_else(|error| panic!("{fit}: {error}")),
            description: Description::parse(&self.description).unwrap_or_else(|error| panic!("{fit}: {error}")),
            category: Category::parse(&self.category).unwrap_or_else(|error| panic!("{fit}: {error}")),
            images: self.images.iter().map(image).collect(),
            attributes: Attributes::parse([("Warranty", "2 years")]).unwrap_or_default(),
            status: self.status,
            variants: self.variants.clone(),
        }
    }

    fn create(self) -> Result<(Product, Vec<crate::domain::ProductEvent>), ProductRefused> {
        let handle = Handle::parse(&self.handle)?;
        Product::create(ProductId::new(self.id), handle, self.details())
    }

    pub fn build(self) -> Product {
        self.create().unwrap_or_else(|refused| panic!("{refused}")).0
    }

    /// Why there is no such product.
    pub fn refused(self) -> ProductRefused {
        match self.create() {
            Err(refused) => refused,
            Ok((product, _)) => panic!("{} was not refused", product.handle()),
        }
    }
}

#[derive(Clone)]
pub struct VariantBuilder {
    sku: String,
    options: Vec<(String, String)>,
    kind: Kind,
    minor: i64,
    currency: Currency,
    weight: i64,
    tax_class: String,
}

impl VariantBuilder {
    pub fn tax_class(self, class: &str) -> Self {
        Self { tax_class: class.to_owned(), ..self }
    }
    /// One more option.
    pub fn option(mut self, name: &str, value: &str) -> Self {
        self.options.push((name.to_owned(), value.to_owned()));
        self
    }
    /// A file.
    pub fn digital(self) -> Self {
        Self { kind: Kind::Digital, weight: 0, ..self }
    }
    /// The price in minor units.
    pub fn price(self, minor: i64) -> Self {
        Self { minor, ..self }
    }
    /// The weight in grams.
    pub fn weight(self, weight: i64) -> Self {
        Self { weight, ..self }
    }
    /// Sold in euros.
    pub fn euro(self) -> Self {
        Self { currency: Currency::parse("EUR").unwrap_or(Currency::NZD), ..self }
    }

    pub fn build(self) -> Variant {
        Variant {
            sku: Sku::parse(&self.sku).unwrap_or_else(|error| panic!("{error}")),
            options: Options::parse(self.options).unwrap_or_else(|error| panic!("{error}")),
            kind: self.kind,
            price: Money::new(self.minor, self.currency),
            tax_class: TaxClass::parse(&self.tax_class).unwrap_or_else(|error| panic!("{error}")),
            weight: Grams::new(self.weight).unwrap_or_else(|error| panic!("{error}")),
        }
    }
}
