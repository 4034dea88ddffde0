//! One product, as its page shows it and as search engines read it.

use askama::Template;
use chassis::web::PageFrame;
use serde_json::{Value, json};

use super::product_card::tone;
use crate::adapters::inbound::api::dto::media_url;
use crate::adapters::inbound::pages::messages::{StockLabel, stock_label};
use crate::domain::{Availability, Image, Kind, ListedProduct, Variant};

#[derive(Template)]
#[template(path = "catalogue/product.html")]
pub struct ProductPage {
    frame: PageFrame,
    title: String,
    category: String,
    category_slug: String,
    summary: String,
    paragraphs: Vec<String>,
    pictures: Vec<Picture>,
    initial: String,
    tone: u32,
    attributes: Vec<(String, String)>,
    price: String,
    from: bool,
    in_stock: bool,
    stock: StockLabel,
    variants: Vec<Choice>,
    canonical: String,
    json_ld: String,
}

struct Picture {
    url: String,
    alt: String,
}

struct Choice {
    sku: String,
    name: String,
    price: String,
    digital: bool,
    in_stock: bool,
    /// Nothing where there is enough.
    stock: Option<StockLabel>,
    chosen: bool,
}

impl ProductPage {
    pub fn new(frame: PageFrame, listed: &ListedProduct, base_url: &str) -> Self {
        let product = listed.product();
        let details = product.details();
        let (price, from) =
            product.price_from().map_or((String::new(), false), |(price, from)| (price.to_string(), from));
        let canonical = format!("{base_url}/products/{}", product.handle());
        let picture = |image: &Image| Picture {
            url: media_url(&image.name),
            alt: image.alt.clone().unwrap_or_else(|| details.title.to_string()),
        };
        let paragraphs: Vec<String> = details.description.paragraphs().map(str::to_owned).collect();
        Self {
            frame,
            title: details.title.to_string(),
            category: details.category.to_string(),
            category_slug: details.category.slug(),
            summary: paragraphs.first().map(|text| text.chars().take(160).collect()).unwrap_or_default(),
            paragraphs,
            pictures: details.images.iter().map(picture).collect(),
            initial: details.title.as_str().chars().take(1).collect(),
            tone: tone(product.handle().as_str()),
            attributes: details.attributes.as_slice().to_vec(),
            price,
            from,
            in_stock: listed.in_stock(),
            stock: stock_label(listed.overall()),
            variants: choices(listed),
            json_ld: json_ld(listed, base_url, &canonical),
            canonical,
        }
    }
}

/// The variants; the first one that can be bought is chosen.
fn choices(listed: &ListedProduct) -> Vec<Choice> {
    let mut chosen_yet = false;
    let mut choice = |(variant, left): (&Variant, Availability)| {
        let in_stock = left.can_be_sold();
        let chosen = in_stock && !chosen_yet;
        chosen_yet |= chosen;
        Choice {
            sku: variant.sku.to_string(),
            name: variant.options.to_string(),
            price: variant.price.to_string(),
            digital: variant.kind == Kind::Digital,
            in_stock,
            stock: (left != Availability::InStock).then(|| stock_label(left)),
            chosen,
        }
    };
    listed.availability().map(&mut choice).collect()
}

/// The product as search engines read it. It stands inside a script element, which only a `<` could end early.
fn json_ld(listed: &ListedProduct, base_url: &str, canonical: &str) -> String {
    let details = listed.product().details();
    let offer = |(variant, in_stock): (&Variant, bool)| {
        json!({
            "@type": "Offer",
            "sku": variant.sku.as_str(),
            "url": canonical,
            "price": variant.price.decimal(),
            "priceCurrency": variant.price.currency().code(),
            "availability": if in_stock { "https://schema.org/InStock" } else { "https://schema.org/OutOfStock" },
        })
    };
    let images: Vec<String> =
        details.images.iter().map(|image| format!("{base_url}{}", media_url(&image.name))).collect();
    let sku = listed.product().variants().first().map_or(Value::Null, |variant| variant.sku.as_str().into());
    let document = json!({
        "@context": "https://schema.org",
        "@type": "Product",
        "name": details.title.as_str(),
        "description": details.description.as_str(),
        "category": details.category.as_str(),
        "sku": sku,
        "url": canonical,
        "image": images,
        "offers": listed.variants().map(offer).collect::<Vec<_>>(),
    });
    document.to_string().replace('<', "\\u003c")
}
