//! Values as people read them on a page. Nothing here decides anything.

use shared_kernel::Timestamp;

/// A moment for people and for machines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DisplayTime {
    /// Such as `22 November 2026, 19:05`, in the shop's time zone.
    pub text: String,
    /// RFC 3339, for the `datetime` attribute.
    pub machine: String,
}

/// Writes the moment as the clocks of the shop's time zone show it; UTC if there is no such zone.
pub(super) fn when(at: Timestamp, time_zone: &str) -> DisplayTime {
    DisplayTime { text: at.format_in(time_zone), machine: at.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_shown_as_the_shops_clocks_show_it() {
        let at = Timestamp::parse("2026-11-22T06:05:00Z").unwrap();
        assert_eq!(when(at, "Pacific/Auckland").text, "22 November 2026, 19:05");
        assert_eq!(when(at, "Nowhere/Such").text, "22 November 2026, 06:05");
        assert_eq!(when(at, "Pacific/Auckland").machine, "2026-11-22T06:05:00Z");
    }
}
