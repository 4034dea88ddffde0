//! Shopify's product CSV, in both generations of its header.
//!
//! Pictures are not fetched: a file that names addresses must not make the shop call them. They are known by their file
//! names and are to be put into the media store under these. What only Shopify has (channels, markets, metafields,
//! barcodes, compare-at prices) is passed over.

use shared_kernel::{Currency, Money, Sku};
use uuid::Uuid;

use super::html;
use super::table::{Columns, FileError, Findings, Row, Table};
use crate::application::DraftedProduct;
use crate::domain::words::slug;
use crate::domain::{
    Attributes, Category, Description, Grams, Handle, Image, ImageName, Kind, Options, ProductPatch, Status, TaxClass,
    Title, VariantPatch,
};

const HANDLE: [&str; 2] = ["handle", "url handle"];
const BODY: [&str; 2] = ["body (html)", "description"];
const SKU: [&str; 2] = ["variant sku", "sku"];
const PRICE: [&str; 2] = ["variant price", "price"];
const TRACKER: [&str; 2] = ["variant inventory tracker", "inventory tracker"];
const STOCK: [&str; 2] = ["variant inventory qty", "inventory quantity"];
const GRAMS: [&str; 2] = ["variant grams", "weight value (grams)"];
const SHIPS: [&str; 2] = ["variant requires shipping", "requires shipping"];
const TAXABLE: [&str; 2] = ["variant taxable", "charge tax"];
const PUBLISHED: [&str; 2] = ["published", "published on online store"];
const IMAGE: [&str; 2] = ["image src", "product image url"];
const VARIANT_IMAGE: [&str; 2] = ["variant image", "variant image url"];
const OPTIONS: [(&str, &str); 3] =
    [("option1 name", "option1 value"), ("option2 name", "option2 value"), ("option3 name", "option3 value")];
const CONTENT: Uuid = Uuid::from_u128(0x90a1_0d52_9c1e_4f43_8a9d_0c61_7465_0c03);

/// Whether a column is there that only Shopify has.
pub fn recognises(table: &Table<'_>) -> bool {
    let own =
        ["url handle", "body (html)", "option1 value", "option1 name", "variant sku", "variant price", "image src"];
    own.iter().any(|name| table.columns().has(name))
}

pub fn check_header(table: &Table<'_>) -> Result<(), FileError> {
    let has = |names: &[&str]| names.iter().any(|name| table.columns().has(name));
    if has(&HANDLE) || has(&["title"]) { Ok(()) } else { Err(FileError::MissingColumn("Handle")) }
}

/// The handle as written, or one made from the title when there is none.
pub fn handle(columns: &Columns, row: &Row) -> String {
    let written = columns.either(row, &HANDLE).unwrap_or_default();
    let source = if written.is_empty() { columns.cell(row, "title").unwrap_or_default() } else { written };
    let lower = source.to_lowercase();
    if Handle::parse(&lower).is_ok() { lower } else { slug(source, 100) }
}

pub fn draft(columns: &Columns, rows: &[Row], currency: Currency) -> DraftedProduct {
    let mut reader = Reader { columns, findings: Findings::default(), stock: Vec::new() };
    let patch = reader.product(rows, currency);
    reader.findings.finish(rows, patch, reader.stock)
}

struct Reader<'a> {
    columns: &'a Columns,
    findings: Findings,
    stock: Vec<(Sku, u32)>,
}

impl Reader<'_> {
    fn product(&mut self, rows: &[Row], currency: Currency) -> Option<ProductPatch> {
        for row in rows {
            if let Some(broken) = row.broken {
                self.findings.problem(row.line, broken);
            }
        }
        let (columns, first) = (self.columns, rows.first()?);
        let line = first.line;
        let handle = self.findings.take(line, Handle::parse(&handle(columns, first)));
        let title = columns.cell(first, "title").and_then(|cell| self.findings.take(line, Title::parse(cell)));
        let body = columns.either(first, &BODY).map(|cell| Description::parse(&html::to_text(cell)));
        let description = body.and_then(|read| self.findings.take(line, read));
        let category = self.category(first);
        let images = self.images(rows);
        let attributes = self.attributes(first);
        let status = self.status(first);
        let touched = SKU.iter().chain(&PRICE).any(|name| columns.has(name));
        let variants = touched.then(|| self.variants(rows, handle.as_ref(), currency));
        Some(ProductPatch { handle: handle?, title, description, category, images, attributes, status, variants })
    }

    /// The shop's own word for the kind of goods, else the last part of Shopify's long one.
    fn category(&mut self, row: &Row) -> Option<Category> {
        let own = self.columns.cell(row, "type");
        let long =
            self.columns.cell(row, "product category").map(|path| path.rsplit('>').next().unwrap_or(path).trim());
        own.or(long)?;
        let name = own.filter(|name| !name.is_empty()).or(long.filter(|name| !name.is_empty()));
        let Some(name) = name else { return Some(Category::other()) };
        let short: String = name.chars().take(60).collect();
        self.findings.take(row.line, Category::parse(&short))
    }

    fn attributes(&mut self, row: &Row) -> Option<Attributes> {
        let found =
            [("vendor", "Brand"), ("tags", "Tags")].map(|(column, name)| (name, self.columns.cell(row, column)));
        if found.iter().all(|(_, cell)| cell.is_none()) {
            return None;
        }
        let short = |cell: Option<&str>| cell.unwrap_or_default().chars().take(500).collect::<String>();
        self.findings.take(row.line, Attributes::parse(found.map(|(name, cell)| (name, short(cell)))))
    }

    fn status(&mut self, row: &Row) -> Option<Status> {
        let published = self.columns.either(row, &PUBLISHED).map(|cell| !is_false(cell));
        let stated = match self.columns.cell(row, "status") {
            None => None,
            Some("") => Some(Status::Active),
            Some(cell) => Some(self.findings.take(row.line, Status::parse(cell))?),
        };
        match (stated, published) {
            (Some(Status::Active) | None, Some(false)) => Some(Status::Draft),
            (None, Some(true)) => Some(Status::Active),
            (stated, _) => stated,
        }
    }

    fn images(&mut self, rows: &[Row]) -> Option<Vec<Image>> {
        if !IMAGE.iter().any(|name| self.columns.has(name)) {
            return None;
        }
        let mut found: Vec<(u32, Image)> = Vec::new();
        for row in rows {
            let position = self.columns.cell(row, "image position").and_then(|cell| cell.parse().ok());
            let alt: String = self.columns.cell(row, "image alt text").unwrap_or_default().chars().take(500).collect();
            let pictures =
                [(self.columns.either(row, &IMAGE), position), (self.columns.either(row, &VARIANT_IMAGE), None)];
            for (address, position) in pictures {
                let Some(address) = address.filter(|address| !address.is_empty()) else { continue };
                match file_name(address).and_then(|name| Image::new(name, &alt).ok()) {
                    None => self.findings.warn(row.line, format!("picture {address:?} is left out: not a file name")),
                    Some(image) if found.iter().any(|(_, other)| other.name == image.name) => {}
                    Some(image) => found.push((position.unwrap_or(u32::MAX), image)),
                }
            }
        }
        found.sort_by_key(|(position, _)| *position);
        Some(found.into_iter().map(|(_, image)| image).collect())
    }

    fn variants(&mut self, rows: &[Row], handle: Option<&Handle>, currency: Currency) -> Vec<VariantPatch> {
        let mut variants = Vec::new();
        for (index, row) in rows.iter().enumerate() {
            let filled = |names: &[&str]| self.columns.either(row, names).is_some_and(|cell| !cell.is_empty());
            let is_variant = index == 0 || filled(&SKU) || filled(&PRICE) || filled(&[OPTIONS[0].1]);
            if is_variant && let (Some(first), Some(handle)) = (rows.first(), handle) {
                variants.extend(self.variant(row, first, handle, currency));
            }
        }
        variants
    }

    fn variant(&mut self, row: &Row, first: &Row, handle: &Handle, currency: Currency) -> Option<VariantPatch> {
        let known = self.findings.problems.len();
        let options = self.options(row, first)?;
        let sku = self.sku(row, handle, &options)?;
        let gift = self.columns.cell(first, "gift card").is_some_and(is_true);
        let ships = self.columns.either(row, &SHIPS).map(|cell| !is_false(cell));
        let kind = if gift {
            Some(Kind::Digital)
        } else {
            ships.map(|ships| if ships { Kind::Physical } else { Kind::Digital })
        };
        let taxable = self.columns.either(row, &TAXABLE).map(|cell| !is_false(cell));
        let tax_class = match taxable {
            Some(false) => Some(self.findings.take(row.line, TaxClass::parse("zero"))?),
            Some(true) => Some(TaxClass::standard()),
            None => None,
        };
        let price = self
            .columns
            .either(row, &PRICE)
            .map(|cell| if cell.is_empty() { Err("price is missing".to_owned()) } else { money(cell, currency) });
        let price = price.and_then(|read| self.findings.take(row.line, read));
        let weight = self.columns.either(row, &GRAMS).map(|cell| if cell.is_empty() { Some(0) } else { whole(cell) });
        let weight = weight.map(|grams| Grams::new(grams.unwrap_or(-1)));
        let weight = weight.and_then(|read| self.findings.take(row.line, read));
        self.count(row, &sku, kind);
        let patch = VariantPatch { sku, options: Some(options), kind, price, tax_class, weight };
        (self.findings.problems.len() == known).then_some(patch)
    }

    /// A product without options has the option "Title" with the value "Default Title".
    fn options(&mut self, row: &Row, first: &Row) -> Option<Options> {
        let filled = |row, name| self.columns.cell(row, name).filter(|cell| !cell.is_empty());
        let mut pairs = Vec::new();
        for (number, (name_column, value_column)) in (1..).zip(OPTIONS) {
            let Some(value) = filled(row, value_column) else { continue };
            let given = filled(row, name_column).or_else(|| filled(first, name_column));
            if value.eq_ignore_ascii_case("default title")
                && given.is_none_or(|name| name.eq_ignore_ascii_case("title"))
            {
                continue;
            }
            pairs.push((given.map_or_else(|| format!("Option {number}"), str::to_owned), value));
        }
        self.findings.take(row.line, Options::parse(pairs))
    }

    /// The SKU as written, or one made of handle and options, which is the same at the next import.
    fn sku(&mut self, row: &Row, handle: &Handle, options: &Options) -> Option<Sku> {
        let written = self.columns.either(row, &SKU).unwrap_or_default();
        let written = written.strip_prefix('\'').unwrap_or(written);
        if !written.is_empty() {
            return self.findings.take(row.line, Sku::parse(written));
        }
        let full = format!("{handle} {options}");
        let mut made = slug(&full, 64);
        if made.len() > 60 || !options.to_string().is_ascii() {
            let digest = Uuid::new_v5(&CONTENT, full.as_bytes()).simple().to_string();
            made = format!("{}-{}", slug(&full, 50), &digest[..8]);
        }
        self.findings.warn(row.line, format!("the SKU is missing; {made} is used"));
        self.findings.take(row.line, Sku::parse(&made))
    }

    fn count(&mut self, row: &Row, sku: &Sku, kind: Option<Kind>) {
        let stock = self.columns.either(row, &STOCK).unwrap_or_default();
        let tracked = self.columns.either(row, &TRACKER).is_none_or(|tracker| !tracker.is_empty());
        match whole(stock) {
            Some(count) if tracked || count > 0 => {
                if count < 0 {
                    self.findings.warn(row.line, format!("stock of {sku} is below zero; 0 is used"));
                }
                self.stock.push((sku.clone(), u32::try_from(count.clamp(0, 1_000_000_000)).unwrap_or(0)));
            }
            Some(_) | None if kind != Some(Kind::Digital) && !tracked => {
                self.findings.warn(row.line, format!("{sku} has no stock count and is sold out until it is counted"));
            }
            Some(_) => {}
            None if stock.is_empty() => {}
            None => self.findings.problem(row.line, "the inventory quantity is not a whole number"),
        }
    }
}

fn is_false(cell: &str) -> bool {
    ["false", "no", "0"].iter().any(|word| cell.eq_ignore_ascii_case(word))
}

fn is_true(cell: &str) -> bool {
    ["true", "yes", "1"].iter().any(|word| cell.eq_ignore_ascii_case(word))
}

/// The whole part of a number such as `1250` or `1250.0`.
fn whole(cell: &str) -> Option<i64> {
    let (number, fraction) = cell.split_once('.').unwrap_or((cell, ""));
    let digits = number.strip_prefix('-').unwrap_or(number);
    let plain = !digits.is_empty() && digits.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit());
    if plain { number.parse().ok() } else { None }
}

/// Shopify writes `12.5`, `12.50` and, for currencies without cents, `1200.00`.
fn money(cell: &str, currency: Currency) -> Result<Money, String> {
    let exponent = currency.exponent() as usize;
    let kept = match cell.split_once('.') {
        Some((number, fraction)) if fraction.len() > exponent && fraction[exponent..].bytes().all(|b| b == b'0') => {
            format!("{number}.{}", &fraction[..exponent])
        }
        _ => cell.to_owned(),
    };
    Money::parse_decimal(kept.trim_end_matches('.'), currency).map_err(|error| format!("price: {error}"))
}

/// The last part of an address, made fit for the media store.
fn file_name(address: &str) -> Option<ImageName> {
    let path = address.split(['?', '#']).next()?;
    let name = path.rsplit('/').next()?;
    let fit =
        |letter: char| if letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '_') { letter } else { '-' };
    let clean: String = name.chars().map(fit).collect();
    let clean = clean.trim_start_matches(['.', '-', '_']);
    let cut = clean.len().saturating_sub(128);
    ImageName::parse(clean[cut..].trim_start_matches(['.', '-', '_'])).ok()
}
