//! A text as a picture that phones read.

use qrcode::{Color, EcLevel, QrCode};

/// Empty space around the picture, in modules, as the standard wants it.
const QUIET_ZONE_MODULES: usize = 4;

/// The side of the picture and the path that draws its dark modules, for an SVG of that size.
pub(super) fn svg_of(text: &str) -> Result<(usize, String), qrcode::types::QrError> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M)?;
    let width = code.width();
    let dark = code.to_colors().into_iter().enumerate().filter(|(_, color)| *color == Color::Dark);
    let squares: Vec<String> = dark
        .map(|(at, _)| format!("M{} {}h1v1h-1z", at % width + QUIET_ZONE_MODULES, at / width + QUIET_ZONE_MODULES))
        .collect();
    let path = squares.concat();
    Ok((width + 2 * QUIET_ZONE_MODULES, path))
}
