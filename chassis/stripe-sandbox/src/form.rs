//! Reads Stripe's way of writing trees into forms: `metadata[order_id]=7&line_items[0][quantity]=2&types[]=card`.
//!
//! Knows no parameter by name. Endpoints take out what they know and call [`Params::nothing_else`], so that a
//! misspelt parameter is refused, as Stripe refuses it, and not silently without effect.

use std::collections::BTreeMap;

use actix_web::web::Query;

use crate::errors::ApiError;

const MAX_PAIRS: usize = 500;
const MAX_DEPTH: usize = 6;

/// A value of a form: a text, or a group of named values. Lists are groups named `0`, `1`, ...
#[derive(Debug, Clone, PartialEq, Eq)]
enum Node {
    Text(String),
    Group(BTreeMap<String, Node>),
}

/// The parameters of a request that the endpoint has not read yet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Params {
    prefix: String,
    values: BTreeMap<String, Node>,
}

impl Params {
    /// Reads a query string or the body of a form.
    ///
    /// # Errors
    /// A refusal in Stripe's form when the text is not one, is too deep or too long.
    pub(crate) fn parse(encoded: &str) -> Result<Self, ApiError> {
        let pairs = Query::<Vec<(String, String)>>::from_query(encoded)
            .map_err(|_| ApiError::invalid("The request is not a form.", None))?
            .into_inner();
        if pairs.len() > MAX_PAIRS {
            return Err(ApiError::invalid("The request has too many parameters.", None));
        }
        let mut values = BTreeMap::new();
        for (key, text) in pairs {
            let path =
                path_of(&key).ok_or_else(|| ApiError::invalid(format!("Invalid parameter name: {key}"), None))?;
            insert(&mut values, &path, text)
                .ok_or_else(|| ApiError::invalid(format!("Invalid value: {key}"), Some(&key)))?;
        }
        Ok(Self { prefix: String::new(), values })
    }

    /// The parameters of the query and of the body together.
    pub(crate) fn with(mut self, other: Self) -> Self {
        self.values.extend(other.values);
        self
    }

    /// How errors name the parameter.
    pub(crate) fn name(&self, key: &str) -> String {
        if self.prefix.is_empty() { key.to_owned() } else { format!("{}[{key}]", self.prefix) }
    }

    /// Takes out a text. An empty one counts as not given, as with Stripe.
    pub(crate) fn text(&mut self, key: &str) -> Option<String> {
        if matches!(self.values.get(key), Some(Node::Text(_)))
            && let Some(Node::Text(text)) = self.values.remove(key)
        {
            return Some(text).filter(|text| !text.is_empty());
        }
        None
    }

    /// Takes out a text that has to be there.
    pub(crate) fn required(&mut self, key: &str) -> Result<String, ApiError> {
        self.text(key).ok_or_else(|| ApiError::missing(&self.name(key)))
    }

    /// Takes out a whole number.
    pub(crate) fn integer(&mut self, key: &str) -> Result<Option<i64>, ApiError> {
        let Some(text) = self.text(key) else { return Ok(None) };
        text.parse().map(Some).map_err(|_| ApiError::not_an_integer(&self.name(key), &text))
    }

    /// Takes out a truth value.
    ///
    /// # Errors
    /// A refusal for anything but `true` and `false`.
    pub(crate) fn flag(&mut self, key: &str) -> Result<Option<bool>, ApiError> {
        match self.text(key).as_deref() {
            None => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(_) => Err(ApiError::invalid(format!("Invalid boolean: {}", self.name(key)), Some(&self.name(key)))),
        }
    }

    /// Takes out a group such as `card[..]`; empty when it is not there.
    pub(crate) fn group(&mut self, key: &str) -> Self {
        let prefix = self.name(key);
        let values = match self.values.get(key) {
            Some(Node::Group(_)) => self.values.remove(key),
            _ => None,
        };
        let Some(Node::Group(values)) = values else { return Self { prefix, values: BTreeMap::new() } };
        Self { prefix, values }
    }

    /// Takes out a list of groups such as `line_items[0][..]`, in the order of their numbers.
    pub(crate) fn groups(&mut self, key: &str) -> Vec<Self> {
        let mut list = self.group(key);
        let mut names: Vec<String> = list.values.keys().cloned().collect();
        names.sort_by_key(|name| name.parse::<usize>().unwrap_or(usize::MAX));
        names.iter().map(|name| list.group(name)).collect()
    }

    /// Takes out a flat group of texts, such as `metadata[..]`, or a list of texts.
    ///
    /// # Errors
    /// A refusal when there is a group inside the group.
    pub(crate) fn texts(&mut self, key: &str) -> Result<BTreeMap<String, String>, ApiError> {
        let group = self.group(key);
        let mut texts = BTreeMap::new();
        for (name, node) in &group.values {
            let Node::Text(text) = node else {
                return Err(ApiError::invalid("Invalid value: must be a string", Some(&group.name(name))));
            };
            texts.insert(name.clone(), text.clone());
        }
        Ok(texts)
    }

    /// Whether nothing is left.
    pub(crate) fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Says that everything known has been taken out.
    ///
    /// # Errors
    /// Stripe's `parameter_unknown` naming the first that is left.
    pub(crate) fn nothing_else(&self) -> Result<(), ApiError> {
        self.values.keys().next().map_or(Ok(()), |key| Err(ApiError::unknown_parameter(&self.name(key))))
    }

    /// All that is left, in one form for equal trees whatever their order was: what idempotency compares.
    pub(crate) fn canonical(&self) -> String {
        fn write(out: &mut String, values: &BTreeMap<String, Node>) {
            for (key, node) in values {
                out.push_str(&format_args!("{}:{key}=", key.len()).to_string());
                match node {
                    Node::Text(text) => out.push_str(&format_args!("{}:{text};", text.len()).to_string()),
                    Node::Group(values) => {
                        out.push('{');
                        write(out, values);
                        out.push('}');
                    }
                }
            }
        }
        let mut out = String::new();
        write(&mut out, &self.values);
        out
    }
}

/// `a[b][]` as `["a", "b", ""]`.
fn path_of(key: &str) -> Option<Vec<&str>> {
    let Some((head, rest)) = key.split_once('[') else { return Some(vec![key]) };
    let inner = rest.strip_suffix(']')?;
    let path: Vec<&str> = std::iter::once(head).chain(inner.split("][")).collect();
    let clean = !head.is_empty() && path.len() <= MAX_DEPTH && path.iter().all(|part| !part.contains(['[', ']']));
    clean.then_some(path)
}

/// `None` when a text and a group have the same name.
fn insert(values: &mut BTreeMap<String, Node>, path: &[&str], text: String) -> Option<()> {
    let (head, rest) = path.split_first()?;
    let name = if head.is_empty() { values.len().to_string() } else { (*head).to_owned() };
    if rest.is_empty() {
        return match values.insert(name, Node::Text(text)) {
            Some(Node::Group(_)) => None,
            _ => Some(()),
        };
    }
    match values.entry(name).or_insert_with(|| Node::Group(BTreeMap::new())) {
        Node::Group(inner) => insert(inner, rest, text),
        Node::Text(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_make_groups_and_lists() {
        let mut params = Params::parse(
            "amount=500&metadata%5Border_id%5D=a+b%26c&types[]=card&types[]=link&items[1][n]=y&items[0][n]=x",
        )
        .unwrap();
        assert_eq!(params.integer("amount").unwrap(), Some(500));
        assert_eq!(params.texts("metadata").unwrap()["order_id"], "a b&c");
        let types: Vec<String> = params.texts("types").unwrap().into_values().collect();
        assert_eq!(types, ["card", "link"]);
        let items: Vec<_> = params.groups("items").iter_mut().map(|item| item.text("n").unwrap()).collect();
        assert_eq!(items, ["x", "y"]);
        assert!(params.nothing_else().is_ok());
    }

    #[test]
    fn what_nobody_took_is_an_unknown_parameter() {
        let mut params = Params::parse("card[number]=42&card[colour]=red").unwrap();
        let mut card = params.group("card");
        assert_eq!(card.text("number").as_deref(), Some("42"));
        assert_eq!(card.nothing_else().unwrap_err().message(), "Received unknown parameter: card[colour]");
    }

    #[test]
    fn malformed_names_are_refused() {
        for wrong in ["a[=1", "a[b=1", "[a]=1", "a[b]c=1", "a[b][c][d][e][f][g]=1", "a=1&a[b]=2"] {
            assert!(Params::parse(wrong).is_err(), "{wrong}");
        }
        assert!(Params::parse("amount=5.0").unwrap().integer("amount").is_err());
    }

    #[test]
    fn equal_parameters_have_one_canonical_form() {
        let canonical = |text: &str| Params::parse(text).unwrap().canonical();
        assert_eq!(canonical("a=1&b[x]=2&b[y]=3"), canonical("b[y]=3&b[x]=2&a=1"));
        assert_ne!(canonical("a=1&b=2"), canonical("a=1%3B1:b%3D1:2"));
        assert_ne!(canonical("a[b]=1"), canonical("a=1"));
    }
}
