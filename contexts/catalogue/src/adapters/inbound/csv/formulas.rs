//! Cells that a spreadsheet would calculate: the export puts a mark before them, which the import takes away again.

use std::borrow::Cow;

const MARK: char = '\'';

/// Whether a spreadsheet would calculate the cell, or the mark before such a cell stands there already.
fn looks_calculated(cell: &str) -> bool {
    let begins = |letter| matches!(letter, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠');
    cell.trim_start_matches(MARK).starts_with(begins)
}

/// The cell as it is written.
pub(super) fn marked(cell: &str) -> Cow<'_, str> {
    if looks_calculated(cell) { format!("{MARK}{cell}").into() } else { cell.into() }
}

/// The cell as it was before [`marked`].
pub(super) fn unmarked(cell: &str) -> &str {
    cell.strip_prefix(MARK).filter(|rest| looks_calculated(rest)).unwrap_or(cell)
}
