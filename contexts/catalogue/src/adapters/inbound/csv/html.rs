//! Plain text out of the HTML that other shops keep in their descriptions.
//!
//! Not a browser: it keeps words and paragraphs and drops everything else. What it returns is escaped when shown, so
//! nothing that slips through can act.

/// The words of a piece of HTML, in paragraphs parted by empty lines.
#[must_use]
pub fn to_text(html: &str) -> String {
    if !html.contains('<') && !html.contains('&') {
        return html.trim().to_owned();
    }
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        text.push_str(&rest[..start]);
        let after = &rest[start + 1..];
        let is_tag = after.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '/' || letter == '!');
        if !is_tag {
            text.push('<');
            rest = after;
            continue;
        }
        let Some(end) = after.find('>') else {
            rest = "";
            break;
        };
        let name = tag_name(&after[..end]);
        text.push_str(stands_for(&name));
        rest = &after[end + 1..];
        if name == "script" || name == "style" {
            rest = past_end_of(rest, &name);
        }
    }
    text.push_str(rest);
    tidy(&decode(&text))
}

fn tag_name(tag: &str) -> String {
    let name: String = tag.chars().take_while(|letter| letter.is_ascii_alphanumeric() || *letter == '/').collect();
    name.trim_end_matches('/').to_ascii_lowercase()
}

fn stands_for(tag: &str) -> &'static str {
    match tag {
        "br" | "/tr" | "/li" => "\n",
        "li" => "\n- ",
        "p" | "/p" | "div" | "/div" | "/ul" | "/ol" | "/table" | "h1" | "/h1" | "h2" | "/h2" | "h3" | "/h3" | "h4"
        | "/h4" | "h5" | "/h5" | "h6" | "/h6" => "\n\n",
        "/td" | "/th" => " ",
        _ => "",
    }
}

fn past_end_of<'a>(text: &'a str, name: &str) -> &'a str {
    let end = format!("</{name}");
    let lower = text.to_ascii_lowercase();
    let Some(at) = lower.find(&end) else { return "" };
    text[at..].find('>').map_or("", |close| &text[at + close + 1..])
}

fn decode(text: &str) -> String {
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('&') {
        decoded.push_str(&rest[..start]);
        let after = &rest[start + 1..];
        let entity = after.find(';').filter(|end| *end <= 10).and_then(|end| Some((end, letter(&after[..end])?)));
        let (letter, read) = entity.map_or(('&', 0), |(end, letter)| (letter, end + 1));
        decoded.push(letter);
        rest = &after[read..];
    }
    decoded + rest
}

fn letter(entity: &str) -> Option<char> {
    let number = entity.strip_prefix('#');
    let hexadecimal = number.and_then(|number| number.strip_prefix(['x', 'X']));
    match (entity, number, hexadecimal) {
        (_, _, Some(digits)) => u32::from_str_radix(digits, 16).ok().and_then(char::from_u32),
        (_, Some(digits), None) => digits.parse().ok().and_then(char::from_u32),
        ("amp", ..) => Some('&'),
        ("lt", ..) => Some('<'),
        ("gt", ..) => Some('>'),
        ("quot", ..) => Some('"'),
        ("apos", ..) => Some('\''),
        ("nbsp", ..) => Some(' '),
        ("ndash", ..) => Some('–'),
        ("mdash", ..) => Some('—'),
        ("hellip", ..) => Some('…'),
        ("rsquo", ..) => Some('’'),
        ("lsquo", ..) => Some('‘'),
        ("ldquo", ..) => Some('“'),
        ("rdquo", ..) => Some('”'),
        ("trade", ..) => Some('™'),
        ("reg", ..) => Some('®'),
        ("copy", ..) => Some('©'),
        ("deg", ..) => Some('°'),
        _ => None,
    }
}

/// One space between words, at most one empty line between paragraphs, no control characters.
fn tidy(text: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        let words = line.split(|letter: char| letter.is_whitespace() || letter.is_control());
        let line = words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
        let repeated = line.is_empty() && lines.last().is_none_or(String::is_empty);
        if !repeated && line != "-" {
            lines.push(line);
        }
    }
    lines.join("\n").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_paragraphs_stay() {
        let html =
            "<p>Light &amp; quiet&nbsp;&ndash; 5 &lt; 6.</p>\n<ul><li>One</li><li><b>Two</b></li></ul><p>End</p>";
        assert_eq!(to_text(html), "Light & quiet – 5 < 6.\n\n- One\n\n- Two\n\nEnd");
        assert_eq!(to_text("plain\n\ntext"), "plain\n\ntext");
    }

    #[test]
    fn scripts_and_styles_go() {
        assert_eq!(to_text("a<script>alert('<p>')</script>b<STYLE>p{}</STYLE >c<!-- x -->d"), "abcd");
        assert_eq!(to_text("a <img src=x onerror=alert(1)"), "a");
        assert_eq!(to_text("5 < 6 &unknown; &#x41;&#66;"), "5 < 6 &unknown; AB");
    }
}
