//! Short texts that one person types and others read: codes, titles, names, lines of an address.
//!
//! Two texts that look alike should be equal. Canonically equivalent letters are composed (Unicode NFC), and invisible
//! characters are removed, unless the script or the emoji before them needs them to be shown right.

use unicode_normalization::UnicodeNormalization as _;

/// The text on one line: composed, without invisible characters, without outer white space.
pub fn clean_line(raw: &str) -> String {
    let mut seen = String::with_capacity(raw.len());
    for letter in raw.trim().nfc() {
        let before = seen.chars().next_back();
        let needed = is_joiner(letter) && before.is_some_and(|before| !before.is_ascii() && !before.is_whitespace());
        if !is_invisible(letter) || needed {
            seen.push(letter);
        }
    }
    // Taking a character out may bring a letter and its accent together.
    seen.trim().nfc().collect()
}

/// Whether the character is invisible: Unicode's `Default_Ignorable_Code_Point`, and the marks that anchor annotations.
/// White space and control characters are none of these.
pub const fn is_invisible(letter: char) -> bool {
    matches!(letter,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Invisible by itself, but changes how the letters around it are shown: joiners of Persian, Indic scripts and emoji,
/// and selectors of a letter's form.
const fn is_joiner(letter: char) -> bool {
    matches!(letter,
        '\u{200c}' | '\u{200d}' | '\u{180b}'..='\u{180d}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0020}'..='\u{e007f}'
        | '\u{e0100}'..='\u{e01ef}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_nobody_sees_is_taken_out() {
        for hidden in ['\u{200b}', '\u{feff}', '\u{ad}', '\u{2060}', '\u{202e}', '\u{200d}', '\u{3164}', '\u{e0041}'] {
            assert_eq!(clean_line(&format!("zw{hidden}-1{hidden}")), "zw-1", "{:x}", u32::from(hidden));
        }
        assert_eq!(clean_line("\u{feff} Kea \u{200b} "), "Kea");
    }

    #[test]
    fn letters_are_composed() {
        assert_eq!(clean_line("Cafe\u{301}"), "Café");
    }

    #[test]
    fn what_a_script_or_an_emoji_needs_stays() {
        for needed in ["می\u{200c}خواهم", "क्\u{200d}ष", "👩\u{200d}🚀", "❤\u{fe0f}"] {
            assert_eq!(clean_line(needed), needed);
        }
    }

    proptest! {
        #[test]
        fn a_clean_line_is_clean_already(raw in ".{0,40}") {
            let once = clean_line(&raw);
            prop_assert_eq!(clean_line(&once), once);
        }
    }
}
