//! A file of past orders: one JSON object per line. Every line that cannot be read is named, with the order's number where
//! that can be told.

mod line;
#[cfg(test)]
mod tests;

use serde::Deserialize;

use self::line::OrderJson;
use crate::application::{BadLine, GoodLine, HistoricalOrder};

/// Reads all lines; a byte order mark before the first is no part of it.
pub fn read(bytes: &[u8]) -> (Vec<GoodLine>, Vec<BadLine>) {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    for (line, bytes) in (1..).zip(bytes.split(|byte| *byte == b'\n')) {
        match read_line(bytes) {
            Ok(None) => {}
            Ok(Some(order)) => good.push(GoodLine { line, order }),
            Err(error) => bad.push(BadLine { line, number: number_in(bytes), problem: error.to_string() }),
        }
    }
    (good, bad)
}

/// Why a line is no order.
#[derive(Debug, thiserror::Error)]
enum LineError {
    #[error("not UTF-8 from byte {}", .0.valid_up_to() + 1)]
    NotUtf8(#[from] std::str::Utf8Error),
    // The line of the file is named beside it; serde's own always says 1.
    #[error("{}", .0.to_string().replace(" at line 1 column ", " at column "))]
    NotAnOrder(#[from] serde_json::Error),
}

fn read_line(bytes: &[u8]) -> Result<Option<HistoricalOrder>, LineError> {
    let text = std::str::from_utf8(bytes)?;
    if text.trim().is_empty() {
        return Ok(None);
    }
    Ok(Some(serde_json::from_str::<OrderJson>(text)?.into()))
}

#[derive(Deserialize)]
struct Numbered {
    number: String,
}

fn number_in(bytes: &[u8]) -> Option<String> {
    serde_json::from_str::<Numbered>(&String::from_utf8_lossy(bytes)).ok().map(|numbered| numbered.number)
}
