//! The three kinds of value that every engine keeps, and how Rust's types become them.
//!
//! Times are microseconds, flags are 0 or 1, ids and JSON are texts. Few kinds mean few differences between engines.

use shared_kernel::{Currency, CustomerId, OrderId, Sku, Timestamp};
use uuid::Uuid;

/// The parameters of one statement, in order.
pub type Params = Vec<Value>;

/// A value on its way into or out of a database; `None` is SQL's NULL, which keeps its kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A 64-bit integer: numbers, minor units, microseconds, flags.
    Int(Option<i64>),
    /// Text: names, ids, JSON.
    Text(Option<String>),
    /// Bytes: images and files.
    Bytes(Option<Vec<u8>>),
}

/// What can be a parameter.
pub trait IntoValue {
    /// The value as the database keeps it.
    fn into_value(self) -> Value;
}

macro_rules! into_value {
    ($($source:ty => $kind:ident, |$it:ident| $make:expr;)*) => {$(
        impl IntoValue for $source {
            fn into_value(self) -> Value { let $it = self; Value::$kind(Some($make)) }
        }
        impl IntoValue for Option<$source> {
            fn into_value(self) -> Value { Value::$kind(self.map(|$it| $make)) }
        }
    )*};
}

into_value! {
    i64 => Int, |it| it;
    i32 => Int, |it| i64::from(it);
    u32 => Int, |it| i64::from(it);
    u16 => Int, |it| i64::from(it);
    u8 => Int, |it| i64::from(it);
    bool => Int, |it| i64::from(it);
    Timestamp => Int, |it| it.micros();
    &str => Text, |it| it.to_owned();
    String => Text, |it| it;
    &String => Text, |it| it.clone();
    Uuid => Text, |it| it.to_string();
    OrderId => Text, |it| it.to_string();
    CustomerId => Text, |it| it.to_string();
    Sku => Text, |it| it.as_str().to_owned();
    &Sku => Text, |it| it.as_str().to_owned();
    Currency => Text, |it| it.code().to_owned();
    serde_json::Value => Text, |it| it.to_string();
    &serde_json::Value => Text, |it| it.to_string();
    Vec<u8> => Bytes, |it| it;
    &[u8] => Bytes, |it| it.to_vec();
}

/// What can be read from a column.
pub trait Column: Sized {
    /// An empty value of the kind that the column must have.
    const KIND: Value;
    /// Takes the value; the message says what is wrong with it.
    ///
    /// # Errors
    /// A sentence, when the value is NULL or cannot be one of this type.
    fn from_value(value: Value) -> Result<Self, String>;
}

macro_rules! column {
    ($($target:ty => $kind:ident, |$it:ident| $make:expr;)*) => {$(
        impl Column for $target {
            const KIND: Value = Value::$kind(None);
            fn from_value(value: Value) -> Result<Self, String> {
                match value {
                    Value::$kind(Some($it)) => $make,
                    Value::$kind(None) => Err("is NULL".to_owned()),
                    other => Err(format!("is of another kind: {other:?}")),
                }
            }
        }
    )*};
}

fn problem(error: impl std::fmt::Display) -> String {
    error.to_string()
}

column! {
    i64 => Int, |it| Ok(it);
    i32 => Int, |it| i32::try_from(it).map_err(problem);
    u32 => Int, |it| u32::try_from(it).map_err(problem);
    u64 => Int, |it| u64::try_from(it).map_err(problem);
    u16 => Int, |it| u16::try_from(it).map_err(problem);
    u8 => Int, |it| u8::try_from(it).map_err(problem);
    bool => Int, |it| Ok(it != 0);
    Timestamp => Int, |it| Ok(Timestamp::from_micros(it));
    String => Text, |it| Ok(it);
    Uuid => Text, |it| Uuid::try_parse(&it).map_err(problem);
    OrderId => Text, |it| OrderId::parse(&it).map_err(problem);
    CustomerId => Text, |it| CustomerId::parse(&it).map_err(problem);
    Sku => Text, |it| Sku::parse(&it).map_err(problem);
    Currency => Text, |it| Currency::parse(&it).map_err(problem);
    serde_json::Value => Text, |it| serde_json::from_str(&it).map_err(problem);
    Vec<u8> => Bytes, |it| Ok(it);
}

impl<T: Column> Column for Option<T> {
    const KIND: Value = T::KIND;
    fn from_value(value: Value) -> Result<Self, String> {
        match value {
            Value::Int(None) | Value::Text(None) | Value::Bytes(None) => Ok(None),
            some => T::from_value(some).map(Some),
        }
    }
}
