//! Files that are sold, and the unguessable links to them.

use std::fmt;

use shared_kernel::{Sku, Timestamp};

/// The largest file that is kept, in bytes: 20 MiB.
pub const MAX_FILE_BYTES: usize = 20 * 1024 * 1024;

/// Name and kind of a file, without its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileInfo {
    sku: Sku,
    name: String,
    content_type: String,
    size: u64,
}

impl FileInfo {
    /// What was remembered of a file.
    pub fn restore(sku: Sku, name: String, content_type: String, size: u64) -> Self {
        Self { sku, name, content_type, size }
    }
    /// Whose file.
    pub fn sku(&self) -> &Sku {
        &self.sku
    }
    /// What a buyer sees it called.
    pub fn name(&self) -> &str {
        &self.name
    }
    /// Its media type.
    pub fn content_type(&self) -> &str {
        &self.content_type
    }
    /// Its length in bytes.
    pub fn size(&self) -> u64 {
        self.size
    }
}

/// A file that is sold.
#[derive(Clone, PartialEq, Eq)]
pub struct DigitalFile {
    info: FileInfo,
    bytes: Vec<u8>,
}

impl DigitalFile {
    /// A file of 1 byte to 20 MiB, whose name is a plain file name and whose type looks like `application/pdf`.
    pub fn new(sku: Sku, name: &str, content_type: &str, bytes: Vec<u8>) -> Result<Self, FileError> {
        let name = name.trim();
        let plain = (1..=150).contains(&name.chars().count())
            && !name.chars().any(|c| c.is_control() || matches!(c, '/' | '\\' | '"'))
            && !name.starts_with('.');
        if !plain {
            return Err(FileError::Name);
        }
        let content_type = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let token = |part: &str| {
            !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b))
        };
        if content_type.len() > 100 || !content_type.split_once('/').is_some_and(|(a, b)| token(a) && token(b)) {
            return Err(FileError::ContentType);
        }
        match bytes.len() {
            0 => Err(FileError::Empty),
            length if length > MAX_FILE_BYTES => Err(FileError::TooLarge),
            length => {
                Ok(Self { info: FileInfo { sku, name: name.to_owned(), content_type, size: length as u64 }, bytes })
            }
        }
    }

    /// Name, type and size.
    pub fn info(&self) -> &FileInfo {
        &self.info
    }

    /// The content.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The content, for good.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

impl fmt::Debug for DigitalFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DigitalFile").field("info", &self.info).finish_non_exhaustive()
    }
}

/// Why a file cannot be sold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// It is not a valid file name on the buyer's computer.
    #[error("a file name has 1 to 150 printable characters, no slash or quote, and no dot in front")]
    Name,
    /// It is not a media type.
    #[error("the content type must look like application/pdf")]
    ContentType,
    /// There is nothing in it.
    #[error("the file is empty")]
    Empty,
    /// More than [`MAX_FILE_BYTES`].
    #[error("a file may have at most 20 MiB")]
    TooLarge,
}

/// Gives access to one file until a day. Thirty-two random bytes in hexadecimal.
#[derive(Clone, PartialEq, Eq)]
pub struct DownloadToken(String);

impl DownloadToken {
    /// The token made of these bytes.
    pub fn new(secret: [u8; 32]) -> Self {
        Self(hex::encode(secret))
    }

    /// Reads 64 hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        (text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)))
            .then(|| Self(text.to_owned()))
    }

    /// The text, for a link. Not for logs.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for DownloadToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DownloadToken(..)")
    }
}

/// The right to fetch one item of one order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Its secret.
    pub token: DownloadToken,
    /// Until when it is good.
    pub until: Timestamp,
}
