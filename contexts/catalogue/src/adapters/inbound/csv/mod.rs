//! Product files: the shop's own CSV, and Shopify's in both generations of its header.
//!
//! Rows become drafts one product at a time, so a file of any length needs the memory of one product. What the drafts do
//! to the catalogue is decided elsewhere.

mod bars;
mod encoding;
mod formulas;
mod html;
mod own;
mod pictures;
mod records;
mod shopify;
mod shopify_variants;
mod table;
mod write;

#[cfg(test)]
mod round_trip;

use shared_kernel::Currency;
use uuid::Uuid;

pub use self::own::COLUMNS;
pub use self::pictures::picture_name;
pub use self::table::{FileError, UnreadColumn};
use self::table::{Groups, Row, Table};
pub use self::write::write_products;
use crate::application::DraftedProduct;

/// The namespace in which a file's content is named.
const CONTENT: Uuid = Uuid::from_u128(0x2f1d_9c1e_44a5_4f0e_9a37_0c61_7465_0b02);

/// Who made up the columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// This shop.
    Own,
    Shopify,
}

impl Format {
    /// The word on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Shopify => "shopify",
        }
    }
}

/// A file whose header has been understood.
pub struct ProductFile<'a> {
    table: Table<'a>,
    format: Format,
    currency: Currency,
    import_id: Uuid,
    guessed: Option<&'static str>,
}

impl<'a> ProductFile<'a> {
    /// Reads the header. Prices without a currency column are in `currency`.
    ///
    /// # Errors
    /// [`FileError`] when there is no header, or one that belongs to no known format.
    pub fn open(bytes: &'a [u8], currency: Currency) -> Result<Self, FileError> {
        let decoded = encoding::decode(bytes);
        let guessed = decoded.guessed.then(|| decoded.encoding.name());
        let table = Table::open(decoded.text)?;
        let format = if shopify::recognises(&table) { Format::Shopify } else { Format::Own };
        match format {
            Format::Own => own::check_header(&table)?,
            Format::Shopify => shopify::check_header(&table)?,
        }
        Ok(Self { table, format, currency, import_id: Uuid::new_v5(&CONTENT, bytes), guessed })
    }

    /// Who made up the columns.
    pub const fn format(&self) -> Format {
        self.format
    }

    /// The same for the same content: what the file counts is applied once.
    pub const fn import_id(&self) -> Uuid {
        self.import_id
    }

    /// The character set, where it was guessed from the letters.
    pub const fn guessed_encoding(&self) -> Option<&'static str> {
        self.guessed
    }

    /// The columns that hold something and are passed over.
    pub fn unread(&self) -> Vec<UnreadColumn> {
        match self.format {
            Format::Own => Vec::new(),
            Format::Shopify => self.table.unread(shopify::reads),
        }
    }

    /// The file's products, one after another.
    pub fn products(self) -> impl Iterator<Item = DraftedProduct> + 'a {
        let Self { table, format, currency, .. } = self;
        let columns = table.columns().clone();
        let handle = match format {
            Format::Own => own::handle,
            Format::Shopify => shopify::handle,
        };
        Groups::new(table, handle).map(move |rows: Vec<Row>| match format {
            Format::Own => own::draft(&columns, &rows, currency),
            Format::Shopify => shopify::draft(&columns, &rows, currency),
        })
    }
}
