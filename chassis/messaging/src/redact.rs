//! Takes secrets out of messages before a person sees them.
//!
//! A dead letter shows the whole message, which may come from outside and hold what staff must not read: the secret of
//! a payment, a token, a signature. What is stored stays as it is: a retry needs it.

use serde_json::Value;

/// Stands where a secret stood.
const MASK: &str = "[hidden]";

/// A field is secret when its name, without punctuation and in small letters, contains one of these.
const SECRET_NAMES: [&str; 8] =
    ["secret", "password", "token", "signature", "apikey", "authorization", "cookie", "privatekey"];

/// A word is secret when it begins with one of these, or contains `_secret_` as Stripe's client secrets do.
const SECRET_PREFIXES: [&str; 8] =
    ["sk_live_", "sk_test_", "sk_sandbox_", "rk_live_", "rk_test_", "whsec_", "tbs_", "Bearer "];

/// The message, with every secret hidden.
pub(crate) fn without_secrets(message: Value) -> Value {
    match message {
        Value::Object(fields) => fields.into_iter().map(without_secret_field).collect(),
        Value::Array(items) => items.into_iter().map(without_secrets).collect(),
        Value::String(text) => Value::String(text_without_secrets(&text)),
        plain => plain,
    }
}

fn without_secret_field((name, value): (String, Value)) -> (String, Value) {
    let hidden = is_secret_name(&name) && (value.is_string() || value.is_number());
    let value = if hidden { MASK.into() } else { without_secrets(value) };
    (name, value)
}

fn is_secret_name(name: &str) -> bool {
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    SECRET_NAMES.iter().any(|secret| plain.contains(secret))
}

/// The text, with every word hidden that is a secret by its form, and the value of every `name=value` whose name is one.
pub(crate) fn text_without_secrets(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((at, prefix)) = first_secret(rest) {
        shown.push_str(&rest[..at]);
        shown.push_str(MASK);
        rest = &rest[at + prefix..];
        rest = rest.trim_start_matches(is_word);
    }
    shown.push_str(rest);
    shown
}

/// Where the first secret begins, and how much of it is certain.
fn first_secret(text: &str) -> Option<(usize, usize)> {
    let by_prefix = SECRET_PREFIXES.iter().filter_map(|prefix| Some((text.find(prefix)?, prefix.len())));
    let client_secret = text.find("_secret_").map(|at| (word_start(text, at), at - word_start(text, at)));
    let by_name = SECRET_NAMES.iter().filter_map(|name| {
        let end = text.to_ascii_lowercase().find(&format!("{name}="))? + name.len() + 1;
        text[end..].starts_with(is_word).then_some((end, 0))
    });
    by_prefix.chain(client_secret).chain(by_name).min()
}

fn word_start(text: &str, at: usize) -> usize {
    text[..at]
        .rfind(|c| !is_word(c))
        .map_or(0, |before| before + text[before..].chars().next().map_or(1, char::len_utf8))
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_-.+/%~".contains(c)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_payment_event_is_shown_without_its_client_secret() {
        let event = json!({ "data": { "object": { "id": "pi_1", "amount": 4_990, "metadata": { "order_id": "o-1" },
            "client_secret": "pi_1_secret_abc", "charges": [{ "paymentToken": "tok_9", "last4": "4242" }] } } });
        let shown = without_secrets(event);
        let object = &shown["data"]["object"];
        assert_eq!(object["client_secret"], MASK);
        assert_eq!(object["charges"][0], json!({ "paymentToken": MASK, "last4": "4242" }));
        assert_eq!((&object["id"], &object["amount"]), (&json!("pi_1"), &json!(4_990)), "the rest can be read");
    }

    #[test]
    fn a_secret_is_hidden_in_whatever_text_it_stands() {
        let table = [
            ("no such intent pi_3_secret_Xy-9 here", "no such intent [hidden] here"),
            ("https://shop.example/reset?token=abc-_1&x=1", "https://shop.example/reset?token=[hidden]&x=1"),
            ("Authorization: Bearer abc.def", "Authorization: [hidden]"),
            ("key sk_test_51H and whsec_a/b", "key [hidden] and [hidden]"),
            ("the secretary has a token of thanks", "the secretary has a token of thanks"),
            ("Größe_secret_x", "Größ[hidden]"),
        ];
        for (text, expected) in table {
            assert_eq!(text_without_secrets(text), expected);
        }
    }

    #[test]
    fn whole_objects_under_a_secret_name_are_searched_not_dropped() {
        let message = json!({ "tokens": { "count": 2, "access_token": "x" }, "secret": null });
        assert_eq!(without_secrets(message), json!({ "tokens": { "count": 2, "access_token": MASK }, "secret": null }));
    }
}
