//! The shop's own columns. `contract/products-csv.md` describes them for people.

use shared_kernel::{Currency, Money, Sku};

use super::table::{Columns, FileError, Findings, Row, Table};
use crate::application::DraftedProduct;
use crate::domain::{
    Attributes, Category, Description, FieldError, Grams, Handle, Image, ImageName, Kind, Options, ProductPatch,
    Status, TaxClass, Title, VariantPatch,
};

/// All columns, in the order in which they are written.
pub const COLUMNS: [&str; 20] = [
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
    "attributes",
];

const OPTIONS: [(&str, &str); 3] =
    [("option1_name", "option1_value"), ("option2_name", "option2_value"), ("option3_name", "option3_value")];

pub fn check_header(table: &Table<'_>) -> Result<(), FileError> {
    if let Some(unknown) = table.columns().names().filter(|name| !COLUMNS.contains(name)).min() {
        return Err(FileError::UnknownColumn(unknown.to_owned()));
    }
    if table.columns().has("handle") { Ok(()) } else { Err(FileError::MissingColumn("handle")) }
}

pub fn handle(columns: &Columns, row: &Row) -> String {
    columns.cell(row, "handle").map(plain).unwrap_or_default().to_lowercase()
}

/// Takes the mark away that the export puts before cells that a spreadsheet would calculate.
fn plain(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| super::write::looks_calculated(rest)).unwrap_or(cell)
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
        let first = rows.first()?;
        let handle = self.findings.take(first.line, Handle::parse(&handle(self.columns, first)));
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
        Some(ProductPatch { handle: handle?, title, description, category, images, attributes, status, variants })
    }

    fn first_cell<T>(&mut self, row: &Row, name: &str, parse: impl Fn(&str) -> Result<T, FieldError>) -> Option<T> {
        let cell = self.columns.cell(row, name).map(plain)?;
        self.findings.take(row.line, parse(cell))
    }

    fn images(&mut self, rows: &[Row]) -> Option<Vec<Image>> {
        let mut images: Vec<Image> = Vec::new();
        for row in rows {
            for name in self.columns.cell(row, "image")?.split('|').map(str::trim).filter(|name| !name.is_empty()) {
                let Some(name) = self.findings.take(row.line, ImageName::parse(name)) else { continue };
                if !images.iter().any(|image| image.name == name) {
                    images.push(Image { name, alt: None });
                }
            }
        }
        Some(images)
    }

    fn attributes(&mut self, rows: &[Row]) -> Option<Attributes> {
        let mut pairs: Vec<(String, String)> = Vec::new();
        for row in rows {
            let cell = plain(self.columns.cell(row, "attributes")?);
            for pair in cell.split('|').map(str::trim).filter(|pair| !pair.is_empty()) {
                match pair.split_once('=') {
                    Some((name, value)) => pairs.push((name.to_owned(), value.to_owned())),
                    None => self.findings.problem(row.line, "attributes are written Name=Value|Name=Value"),
                }
            }
        }
        self.findings.take(rows.first().map_or(0, |row| row.line), Attributes::parse(pairs))
    }

    fn variants(&mut self, rows: &[Row], currency: Currency) -> Vec<VariantPatch> {
        let mut variants = Vec::new();
        for row in rows {
            let sku = self.columns.cell(row, "sku").map(plain).unwrap_or_default();
            let says_more = ["price", "option1_value", "stock"]
                .iter()
                .any(|name| self.columns.cell(row, name).is_some_and(|cell| !cell.is_empty()));
            if sku.is_empty() && !says_more && rows.len() > 1 {
                continue;
            }
            let Some(sku) = self.findings.take(row.line, Sku::parse(sku)) else { continue };
            variants.extend(self.variant(row, rows, sku, currency));
        }
        variants
    }

    fn variant(&mut self, row: &Row, rows: &[Row], sku: Sku, currency: Currency) -> Option<VariantPatch> {
        let known = self.findings.problems.len();
        self.count(row, &sku);
        let options = self.options(row, rows.first()?);
        let kind = self.variant_cell(row, "kind", Kind::Physical, Kind::parse);
        let tax_class = self.variant_cell(row, "tax_class", TaxClass::standard(), TaxClass::parse);
        let weight = self.variant_cell(row, "weight_g", Grams::default(), |cell| {
            let grams = if cell.bytes().all(|b| b.is_ascii_digit()) { cell.parse().unwrap_or(-1) } else { -1 };
            Grams::new(grams)
        });
        let price = self.price(row, currency);
        let patch = VariantPatch { sku, options, kind, price, tax_class, weight };
        (self.findings.problems.len() == known).then_some(patch)
    }

    fn variant_cell<T>(
        &mut self,
        row: &Row,
        name: &str,
        default: T,
        parse: impl Fn(&str) -> Result<T, FieldError>,
    ) -> Option<T> {
        let cell = self.columns.cell(row, name)?;
        if cell.is_empty() { Some(default) } else { self.findings.take(row.line, parse(cell)) }
    }

    fn price(&mut self, row: &Row, currency: Currency) -> Option<Money> {
        let cell = self.columns.cell(row, "price")?;
        if cell.is_empty() {
            self.findings.problem(row.line, "price is missing");
            return None;
        }
        let code = self.columns.cell(row, "currency").filter(|code| !code.is_empty());
        let currency = match code.map(|code| Currency::parse(&code.to_uppercase())) {
            None => currency,
            Some(read) => self.findings.take(row.line, read)?,
        };
        self.findings.take(row.line, Money::parse_decimal(cell, currency).map_err(|error| format!("price: {error}")))
    }

    fn count(&mut self, row: &Row, sku: &Sku) {
        let Some(cell) = self.columns.cell(row, "stock").filter(|cell| !cell.is_empty()) else { return };
        let digits = cell.bytes().all(|b| b.is_ascii_digit());
        match cell.parse::<u32>().ok().filter(|count| digits && *count <= 1_000_000_000) {
            Some(count) => self.stock.push((sku.clone(), count)),
            None => self.findings.problem(row.line, "stock must be a whole number from 0 to 1000000000"),
        }
    }

    fn options(&mut self, row: &Row, first: &Row) -> Option<Options> {
        let columns = self.columns;
        if !OPTIONS.iter().any(|(_, value)| columns.has(value)) {
            return None;
        }
        let filled = |row, name| columns.cell(row, name).map(plain).filter(|cell| !cell.is_empty());
        let mut pairs = Vec::new();
        for (name_column, value_column) in OPTIONS {
            let name = filled(row, name_column).or_else(|| filled(first, name_column));
            match (name, filled(row, value_column)) {
                (_, None) => {}
                (Some(name), Some(value)) => pairs.push((name, value)),
                (None, Some(_)) => self.findings.problem(row.line, format!("{name_column} is missing")),
            }
        }
        self.findings.take(row.line, Options::parse(pairs))
    }
}
