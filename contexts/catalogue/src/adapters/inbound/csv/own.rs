//! The shop's own columns. `contract/products-csv.md` describes them for people.

use shared_kernel::{Currency, Money, Sku};

use super::bars::split;
use super::formulas::unmarked;
use super::table::{Columns, FileError, Row, RowProblems, Table};
use crate::application::DraftedProduct;
use crate::domain::{
    Attributes, Category, Description, FieldError, FileHandle, Grams, Handle, Image, ImageName, Kind, Options,
    ProductPatch, Status, TaxClass, Title, VariantPatch, WrittenHandle, parse_kind,
};

/// All columns, in the order in which they are written.
pub const COLUMNS: [&str; 21] = [
    "handle",
    "title",
    "description",
    "category",
    "kind",
    "status",
    "sku",
    "option1_name",
    "option1_value",
    "option2_name",
    "option2_value",
    "option3_name",
    "option3_value",
    "price",
    "currency",
    "tax_class",
    "weight_g",
    "stock",
    "image",
    "image_alt",
    "attributes",
];

const OPTIONS: [(&str, &str); 3] =
    [("option1_name", "option1_value"), ("option2_name", "option2_value"), ("option3_name", "option3_value")];

pub(super) fn check_header(table: &Table<'_>) -> Result<(), FileError> {
    if let Some(unknown) = table.columns().names().filter(|name| !COLUMNS.contains(name)).min() {
        return Err(FileError::UnknownColumn(unknown.to_owned()));
    }
    if table.columns().has("handle") { Ok(()) } else { Err(FileError::MissingColumn("handle")) }
}

/// The handle as it is written.
pub(super) fn handle(columns: &Columns, row: &Row) -> String {
    columns.cell(row, "handle").map(unmarked).unwrap_or_default().to_owned()
}

pub(super) fn draft(columns: &Columns, rows: &[Row], currency: Currency) -> DraftedProduct {
    let product = rows.first().map(|row| handle(columns, row)).unwrap_or_default();
    let mut reader = Reader { columns, findings: RowProblems::new(product, rows) };
    let patch = reader.product(rows, currency);
    reader.findings.finish(rows, patch)
}

/// An address of this shop, or whatever else another one may write there.
fn file_handle(written: &str) -> Result<FileHandle, FieldError> {
    match Handle::parse(written) {
        Ok(handle) => Ok(FileHandle::Address(handle)),
        Err(_) => WrittenHandle::parse(written).map(FileHandle::Written),
    }
}

struct Reader<'a> {
    columns: &'a Columns,
    findings: RowProblems,
}

impl Reader<'_> {
    fn product(&mut self, rows: &[Row], currency: Currency) -> Option<ProductPatch> {
        let first = rows.first()?;
        let handle = self.findings.take(first, file_handle(&handle(self.columns, first)));
        let title = self.first_cell(first, "title", Title::parse);
        let none_or = |cell: &str| if cell.is_empty() { Ok(Description::none()) } else { Description::parse(cell) };
        let description = self.first_cell(first, "description", none_or);
        let category = self.first_cell(first, "category", |cell| {
            if cell.is_empty() { Ok(Category::other()) } else { Category::parse(cell) }
        });
        let status = self
            .first_cell(first, "status", |cell| if cell.is_empty() { Ok(Status::Active) } else { Status::parse(cell) });
        let (images, attributes) = (self.images(rows), self.attributes(rows));
        let variants = self.columns.has("sku").then(|| self.variants(rows, currency));
        let (handle, wrongly_taxed_is_draft) = (handle?, false);
        Some(ProductPatch {
            handle,
            title,
            description,
            category,
            images,
            attributes,
            status,
            variants,
            wrongly_taxed_is_draft,
        })
    }

    fn first_cell<T>(&mut self, row: &Row, name: &str, parse: impl Fn(&str) -> Result<T, FieldError>) -> Option<T> {
        let cell = self.columns.cell(row, name).map(unmarked)?;
        self.findings.take(row, parse(cell))
    }

    fn images(&mut self, rows: &[Row]) -> Option<Vec<Image>> {
        let mut images: Vec<Image> = Vec::new();
        for row in rows {
            let names = unmarked(self.columns.cell(row, "image")?);
            let texts = split(unmarked(self.columns.cell(row, "image_alt").unwrap_or_default()), false);
            for (index, (name, _)) in split(names, false).into_iter().enumerate() {
                if name.is_empty() {
                    continue;
                }
                let text = texts.get(index).map_or("", |(text, _)| text);
                let read = ImageName::parse(&name).and_then(|name| Image::new(name, text));
                let Some(image) = self.findings.take(row, read) else { continue };
                if !images.iter().any(|other| other.name == image.name) {
                    images.push(image);
                }
            }
        }
        Some(images)
    }

    fn attributes(&mut self, rows: &[Row]) -> Option<Attributes> {
        let mut pairs: Vec<(String, String)> = Vec::new();
        for row in rows {
            let cell = unmarked(self.columns.cell(row, "attributes")?);
            for (name, value) in split(cell, true) {
                match value {
                    Some(value) => pairs.push((name, value)),
                    None if name.is_empty() => {}
                    None => self.findings.problem(row, "attributes are written Name=Value|Name=Value"),
                }
            }
        }
        self.findings.take(rows.first()?, Attributes::parse(pairs))
    }

    fn variants(&mut self, rows: &[Row], currency: Currency) -> Vec<VariantPatch> {
        let mut variants = Vec::new();
        for row in rows {
            let sku = self.columns.cell(row, "sku").map(unmarked).unwrap_or_default();
            let says_more = ["price", "option1_value", "stock"]
                .iter()
                .any(|name| self.columns.cell(row, name).is_some_and(|cell| !cell.is_empty()));
            if sku.is_empty() && !says_more && rows.len() > 1 {
                continue;
            }
            let Some(sku) = self.findings.take(row, Sku::parse(sku)) else { continue };
            self.findings.sku = Some(sku.to_string());
            variants.extend(self.variant(row, rows, sku, currency));
            self.findings.sku = None;
        }
        variants
    }

    fn variant(&mut self, row: &Row, rows: &[Row], sku: Sku, currency: Currency) -> Option<VariantPatch> {
        let known = self.findings.problems.len();
        let stock = self.count(row);
        let options = self.options(row, rows.first()?);
        let kind = self.variant_cell(row, "kind", Kind::Physical, parse_kind);
        let tax_class = self.variant_cell(row, "tax_class", TaxClass::standard(), TaxClass::parse);
        let weight = self.variant_cell(row, "weight_g", Grams::default(), |cell| {
            let grams = if cell.bytes().all(|b| b.is_ascii_digit()) { cell.parse().unwrap_or(-1) } else { -1 };
            Grams::new(grams)
        });
        let price = self.price(row, currency);
        let patch = VariantPatch { sku, options, kind, price, tax_class, weight, stock };
        (self.findings.problems.len() == known).then_some(patch)
    }

    fn variant_cell<T>(
        &mut self,
        row: &Row,
        name: &str,
        default: T,
        parse: impl Fn(&str) -> Result<T, FieldError>,
    ) -> Option<T> {
        let cell = unmarked(self.columns.cell(row, name)?);
        if cell.is_empty() { Some(default) } else { self.findings.take(row, parse(cell)) }
    }

    fn price(&mut self, row: &Row, currency: Currency) -> Option<Money> {
        let cell = self.columns.cell(row, "price")?;
        if cell.is_empty() {
            self.findings.problem(row, "price is missing");
            return None;
        }
        let code = self.columns.cell(row, "currency").filter(|code| !code.is_empty());
        let currency = match code.map(|code| Currency::parse(&code.to_uppercase())) {
            None => currency,
            Some(read) => self.findings.take(row, read)?,
        };
        let cell = self.columns.decimal(cell);
        self.findings.take(row, Money::parse_decimal(&cell, currency).map_err(|error| format!("price: {error}")))
    }

    fn count(&mut self, row: &Row) -> Option<u32> {
        let cell = self.columns.cell(row, "stock").filter(|cell| !cell.is_empty())?;
        let digits = cell.bytes().all(|b| b.is_ascii_digit());
        let count = cell.parse::<u32>().ok().filter(|count| digits && *count <= 1_000_000_000);
        if count.is_none() {
            self.findings.problem(row, "stock must be a whole number from 0 to 1000000000");
        }
        count
    }

    fn options(&mut self, row: &Row, first: &Row) -> Option<Options> {
        let columns = self.columns;
        if !OPTIONS.iter().any(|(_, value)| columns.has(value)) {
            return None;
        }
        let filled = |row, name| columns.cell(row, name).map(unmarked).filter(|cell| !cell.is_empty());
        let mut pairs = Vec::new();
        for (name_column, value_column) in OPTIONS {
            let name = filled(row, name_column).or_else(|| filled(first, name_column));
            match (name, filled(row, value_column)) {
                (_, None) => {}
                (Some(name), Some(value)) => pairs.push((name, value)),
                (None, Some(_)) => self.findings.problem(row, format!("{name_column} is missing")),
            }
        }
        self.findings.take(row, Options::parse(pairs))
    }
}
