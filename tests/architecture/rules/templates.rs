//! What people type is shown as text: no template writes a field past the escaping, or puts one where escaping does not help.
//!
//! Every field of every template is looked at, so that a new one is in at once.

/// Fields that are written as they are, each with the reason why that is safe.
const AS_THEY_ARE: [(&str, &str, &str); 1] = [(
    "catalogue/product.html",
    "json_ld|safe",
    "JSON in a script element, whose writer escapes what could end the element; tests beside it feed it every character",
)];

/// What is wrong in a template.
pub fn breaches(path: &str, text: &str) -> Vec<String> {
    if path.rsplit('.').next() != Some("html") {
        return Vec::new(); // mails as text: nothing is markup there
    }
    let mut wrong = Vec::new();
    for (at, field) in fields(text) {
        let line = text[..at].lines().count().max(1);
        if let Some(why) = breach(path, &text[..at], field) {
            wrong.push(format!("{path}:{line} {{{{ {field} }}}} {why}"));
        }
    }
    wrong
}

fn breach(path: &str, before: &str, field: &str) -> Option<&'static str> {
    let known = |(file, expression, _): &(&str, &str, &str)| path.ends_with(file) && field == *expression;
    if AS_THEY_ARE.iter().any(known) {
        return None;
    }
    let plain: String = field.split('"').step_by(2).collect(); // what stands in quotes is no filter
    if plain
        .split('|')
        .skip(1)
        .any(|filter| matches!(filter.trim().split('(').next().unwrap_or_default(), "safe" | "escape" | "e"))
    {
        return Some("is not escaped");
    }
    if inside(before, "<script", "</script") || inside(before, "<style", "</style") {
        return Some("stands in a script or style, where escaping does not help");
    }
    let written = outside_of_tags(before);
    let tag = written.rfind('<').filter(|start| written.rfind('>').is_none_or(|end| end < *start))?;
    match place(&written[tag..]) {
        None => Some("stands in a tag without quotes"),
        Some(attribute) => {
            attribute.starts_with("on").then_some("stands in a handler of events, where escaping does not help")
        }
    }
}

/// The attribute in whose quotes the text of a tag ends; `None` if it ends outside of quotes.
fn place(tag: &str) -> Option<String> {
    let (mut quote, mut name) = (None, String::new());
    for c in tag.chars() {
        match (quote, c) {
            (Some(open), _) if open == c => (quote, name) = (None, String::new()),
            (Some(_), _) | (None, '=') => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, c) if c.is_whitespace() => name.clear(),
            (None, c) => name.push(c),
        }
    }
    quote.map(|_| name)
}

/// The text so far, without what the template engine reads.
fn outside_of_tags(text: &str) -> String {
    let mut written = String::new();
    let mut rest = text;
    while let Some(open) = rest.find("{{").into_iter().chain(rest.find("{%")).min() {
        written.push_str(&rest[..open]);
        let close = if rest[open..].starts_with("{{") { "}}" } else { "%}" };
        let Some(end) = rest[open..].find(close) else { return written };
        rest = &rest[open + end + 2..];
    }
    written.push_str(rest);
    written
}

fn inside(before: &str, open: &str, close: &str) -> bool {
    before.rfind(open).is_some_and(|start| before.rfind(close).is_none_or(|end| end < start))
}

/// Every `{{ .. }}`: where it stands, and what it says.
fn fields(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(open) = text[from..].find("{{") {
        let start = from + open;
        let Some(len) = text[start..].find("}}") else { break };
        let field = text[start + 2..start + len].trim().trim_matches('-').trim();
        found.push((start, field));
        from = start + len + 2;
    }
    found
}

/// What is wrong in a source file: a page that is not escaped by its kind, or a field that escapes the escaping. A mail as
/// text is written as it is.
pub fn source_breaches(path: &str, source: &str) -> Vec<String> {
    let forbidden = ["HtmlSafe", "MarkupDisplay", "filters::Safe", "askama::filters::safe"];
    let named = forbidden.iter().filter(|word| source.contains(**word));
    let named = named.map(|word| format!("{path} names {word}: what it writes is not escaped"));
    let templates = source.split("#[template(").skip(1).filter_map(|rest| rest.split(")]").next());
    let open = templates.filter(|settings| settings.contains("escape = \"none\"") && !settings.contains(".txt\""));
    named.chain(open.map(|settings| format!("{path} has a template that is not escaped: {settings}"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(text: &str) -> usize {
        breaches("order/page.html", text).len()
    }

    #[test]
    fn a_field_that_is_not_escaped_is_found_wherever_it_stands() {
        for bad in [
            "<p>{{ name|safe }}</p>",
            "<p>{{ name | safe }}</p>",
            "<p>{{- name|upper|safe -}}</p>",
            "<p>{{ name|escape(\"none\") }}</p>",
            "<script>let a = '{{ name }}';</script>",
            "<style>{{ name }}</style>",
            "<a href={{ link }}>x</a>",
            "<a href=\"/x\" class={{ kind }}>x</a>",
            "<option {{ more }}>x</option>",
            "<a onclick=\"go('{{ name }}')\">x</a>",
        ] {
            assert_eq!(wrong(bad), 1, "{bad}");
        }
        assert_eq!(breaches("catalogue/product.html", "<script>{{ json_ld|safe }}</script>").len(), 0);
        assert_eq!(breaches("catalogue/product.html", "<p>{{ title|safe }}</p>").len(), 1);
    }

    #[test]
    fn a_page_that_is_not_escaped_is_found_and_a_mail_as_text_is_fine() {
        let page = "#[template(path = \"order/page.html\", escape = \"none\")] struct A;";
        let mail = "#[template(path = \"order/mail/receipt.txt\", escape = \"none\")] struct A;";
        assert_eq!(source_breaches("x.rs", page).len(), 1);
        assert_eq!(source_breaches("x.rs", "impl HtmlSafe for Name {}").len(), 1);
        assert_eq!(source_breaches("x.rs", mail), Vec::<String>::new());
    }

    #[test]
    fn what_is_escaped_is_fine() {
        for good in [
            "<p>{{ name }}</p>",
            "<script src=\"/a.js\"></script><p>{{ name }}</p>",
            "<a href=\"/x?q={{ q|urlencode }}&amp;a=1\" class=\"{% if a == 1 %}b{% endif %}\">{{ name }}</a>",
            "<input name=\"a\" value=\"{{ value }}\"{% if on %} checked{% endif %}>",
            "<p>{{ names|join(\"|safe\") }}</p>",
            "<a href=\"/x\" aria-current=\"{{ frame.current(\"/x\") }}\">x</a>",
        ] {
            assert_eq!(breaches("order/page.html", good), Vec::<String>::new(), "{good}");
        }
    }
}
