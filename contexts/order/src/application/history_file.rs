//! A file of past orders: one JSON object per line. Every line that cannot be read is named, with the order's number where
//! that can be told.

use serde::Deserialize;

use super::historical_order::HistoricalOrder;

/// A line that is not an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadLine {
    /// Counts from 1, empty lines too.
    pub line: usize,
    /// The order's number, where it can be told.
    pub number: Option<String>,
    /// What is wrong.
    pub problem: String,
}

/// A line that is an order, and where it stands.
#[derive(Debug, Clone)]
pub struct GoodLine {
    /// Counts from 1, empty lines too.
    pub line: usize,
    pub order: HistoricalOrder,
}

/// Reads all lines; a byte order mark before the first is no part of it.
pub fn read(bytes: &[u8]) -> (Vec<GoodLine>, Vec<BadLine>) {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    for (line, bytes) in (1..).zip(bytes.split(|byte| *byte == b'\n')) {
        match read_line(bytes) {
            Ok(None) => {}
            Ok(Some(order)) => good.push(GoodLine { line, order }),
            Err(problem) => bad.push(BadLine { line, number: number_in(bytes), problem }),
        }
    }
    (good, bad)
}

fn read_line(bytes: &[u8]) -> Result<Option<HistoricalOrder>, String> {
    let text =
        std::str::from_utf8(bytes).map_err(|error| format!("not UTF-8 from byte {}", error.valid_up_to() + 1))?;
    if text.trim().is_empty() {
        return Ok(None);
    }
    serde_json::from_str(text).map(Some).map_err(|error| {
        // The line of the file is named beside it; serde's own always says 1.
        error.to_string().replace(" at line 1 column ", " at column ")
    })
}

#[derive(Deserialize)]
struct Numbered {
    number: String,
}

fn number_in(bytes: &[u8]) -> Option<String> {
    serde_json::from_str::<Numbered>(&String::from_utf8_lossy(bytes)).ok().map(|numbered| numbered.number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn an_order(number: &str, quantity: &str) -> String {
        format!(
            r#"{{"number":"{number}","placed_at":"2024-03-05T10:15:00Z","status":"PAID","currency":"NZD","lines":[{{"sku":"S","title":"T","quantity":{quantity},"unit_price_minor":1}}]}}"#
        )
    }

    #[test]
    fn every_line_that_cannot_be_read_is_named() {
        let (one, broken) = (an_order("A-1", "1"), an_order("A-2", "1.5"));
        let mut file = format!("\u{feff}{one}\r\n\n{broken}\nnonsense\n").into_bytes();
        file.extend(
            an_order("A-3", "1").replace('T', "Caf\u{e9}").into_bytes().into_iter().filter(|byte| *byte != 0xc3),
        );
        let (good, bad) = read(&file);
        assert_eq!(good.iter().map(|good| (good.line, good.order.number.as_str())).collect::<Vec<_>>(), [(1, "A-1")]);
        let named: Vec<_> = bad.iter().map(|bad| (bad.line, bad.number.as_deref())).collect();
        assert_eq!(named, [(3, Some("A-2")), (4, None), (5, Some("A-3"))]);
        assert!(bad[0].problem.starts_with("invalid type: floating point `1.5`"), "{}", bad[0].problem);
        assert!(bad[0].problem.contains("at column ") && bad[2].problem.starts_with("not UTF-8"), "{bad:?}");
    }
}
