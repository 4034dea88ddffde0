//! Shopify's product CSV, in both generations of its header.
//!
//! Pictures are not fetched: a file that names addresses must not make the shop call them. They are known by their file
//! names and are to be put into the media store under these. What only Shopify has (channels, markets, metafields,
//! barcodes, compare-at prices) is passed over, and the report says how much of it there was.

use shared_kernel::Currency;

use super::table::{Columns, FileError, Row, RowProblems, Table};
use super::{html, pictures, shopify_variants as variants};
use crate::application::DraftedProduct;
use crate::domain::{Attributes, Category, Description, FileHandle, ProductPatch, Status, Title, WrittenHandle};

const HANDLE: [&str; 2] = ["handle", "url handle"];
const BODY: [&str; 2] = ["body (html)", "description"];
const PUBLISHED: [&str; 2] = ["published", "published on online store"];
/// Whether a column is there that only Shopify has.
pub(super) fn recognises(table: &Table<'_>) -> bool {
    let own =
        ["url handle", "body (html)", "option1 value", "option1 name", "variant sku", "variant price", "image src"];
    own.iter().any(|name| table.columns().has(name))
}

pub(super) fn check_header(table: &Table<'_>) -> Result<(), FileError> {
    let has = |names: &[&str]| names.iter().any(|name| table.columns().has(name));
    if has(&HANDLE) || has(&["title"]) { Ok(()) } else { Err(FileError::MissingColumn("Handle")) }
}

/// The handle as it is written, or the title when there is none.
pub(super) fn handle(columns: &Columns, row: &Row) -> String {
    let written = columns.either(row, &HANDLE).filter(|written| !written.is_empty());
    written.or_else(|| columns.cell(row, "title")).unwrap_or_default().to_owned()
}

/// Whether the column is read, whole. Which variant a picture shows is not kept.
pub(super) fn reads(name: &str) -> bool {
    const SINGLE: [&str; 9] = [
        "title",
        "type",
        "product category",
        "vendor",
        "tags",
        "status",
        "gift card",
        "image position",
        "image alt text",
    ];
    let several = [&HANDLE, &BODY, &PUBLISHED];
    SINGLE.contains(&name)
        || several.iter().any(|names| names.contains(&name))
        || variants::reads(name)
        || (pictures::reads(name) && !name.starts_with("variant"))
}

pub(super) fn draft(columns: &Columns, rows: &[Row], currency: Currency) -> DraftedProduct {
    let product = rows.first().map(|row| handle(columns, row)).unwrap_or_default();
    let mut reader = Reader { columns, findings: RowProblems::new(product, rows) };
    let patch = reader.product(rows, currency);
    reader.findings.finish(rows, patch)
}

struct Reader<'a> {
    columns: &'a Columns,
    findings: RowProblems,
}

impl Reader<'_> {
    fn product(&mut self, rows: &[Row], currency: Currency) -> Option<ProductPatch> {
        let (columns, first) = (self.columns, rows.first()?);
        let handle = self.findings.take(first, WrittenHandle::parse(&handle(columns, first)));
        let title = columns.cell(first, "title").map(|cell| Title::parse(&html::unescape(cell)));
        let title = title.and_then(|read| self.findings.take(first, read));
        let description = self.description(first);
        let category = self.category(first);
        let images = pictures::pictures(columns, rows, &mut self.findings);
        let attributes = self.attributes(first);
        let status = self.status(first);
        let handle = handle?;
        let variants = variants::variants(columns, rows, &handle, currency, &mut self.findings);
        Some(ProductPatch {
            handle: FileHandle::Written(handle),
            title,
            description,
            category,
            images,
            attributes,
            status,
            variants,
            wrongly_taxed_is_draft: true,
        })
    }

    fn description(&mut self, row: &Row) -> Option<Description> {
        let html::PlainText { text, dropped } = html::to_text(self.columns.either(row, &BODY)?);
        if !dropped.is_empty() {
            self.findings.warn(row, format!("the description becomes plain text without its {}", dropped.join(", ")));
        }
        self.findings.take(row, Description::parse(&text))
    }

    /// The shop's own word for the kind of goods, else the last part of Shopify's long one.
    fn category(&mut self, row: &Row) -> Option<Category> {
        let own = self.columns.cell(row, "type");
        let long =
            self.columns.cell(row, "product category").map(|path| path.rsplit('>').next().unwrap_or(path).trim());
        own.or(long)?;
        let name = own.filter(|name| !name.is_empty()).or(long.filter(|name| !name.is_empty()));
        let Some(name) = name else { return Some(Category::other()) };
        self.findings.take(row, Category::parse(&html::unescape(name)))
    }

    fn attributes(&mut self, row: &Row) -> Option<Attributes> {
        let found =
            [("vendor", "Brand"), ("tags", "Tags")].map(|(column, name)| (name, self.columns.cell(row, column)));
        if found.iter().all(|(_, cell)| cell.is_none()) {
            return None;
        }
        let mut pairs = Vec::new();
        for (name, cell) in found {
            let (cell, most) = (html::unescape(cell.unwrap_or_default()), Attributes::MAX_VALUE_CHARS);
            let kept: String = cell.chars().take(most).collect();
            if kept.len() < cell.len() {
                self.findings.warn(row, format!("{name} is cut to {most} characters"));
            }
            pairs.push((name, kept));
        }
        self.findings.take(row, Attributes::parse(pairs))
    }

    fn status(&mut self, row: &Row) -> Option<Status> {
        let published = self.columns.either(row, &PUBLISHED).map(|cell| !is_false(cell));
        let stated = match self.columns.cell(row, "status") {
            None => None,
            Some("") => Some(Status::Active),
            Some(cell) if cell.eq_ignore_ascii_case("unlisted") => {
                self.findings.warn(row, "is unlisted there, which this shop cannot do, and comes in as a draft");
                Some(Status::Draft)
            }
            Some(cell) => Some(self.findings.take(row, Status::parse(cell))?),
        };
        match (stated, published) {
            (Some(Status::Active) | None, Some(false)) => Some(Status::Draft),
            (None, Some(true)) => Some(Status::Active),
            (stated, _) => stated,
        }
    }
}

pub(super) fn is_false(cell: &str) -> bool {
    ["false", "no", "0"].iter().any(|word| cell.eq_ignore_ascii_case(word))
}

pub(super) fn is_true(cell: &str) -> bool {
    ["true", "yes", "1"].iter().any(|word| cell.eq_ignore_ascii_case(word))
}
