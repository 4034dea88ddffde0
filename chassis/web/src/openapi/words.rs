//! Texts that are one of a few words, for the list of schemas.

use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};

/// The schema of a text that is one of these words. More may come: a client should have an answer to a word that it does
/// not know.
pub fn one_of(description: &str, words: impl IntoIterator<Item = &'static str>) -> RefOr<Schema> {
    let text = ObjectBuilder::new().schema_type(SchemaType::new(Type::String));
    text.description(Some(description.trim())).enum_values(Some(words)).into()
}

/// `api_words! { "What it is." Name as "Schema" = words }` makes a type that describes, and never is, a text which is one
/// of the words: for `#[schema(value_type = Name)]`. The words come from the domain, so that the description cannot differ.
#[macro_export]
macro_rules! api_words {
    ($($description:literal $name:ident as $schema:literal = $words:expr;)+) => { $(
        #[doc = $description]
        #[derive(Debug)]
        pub enum $name {}

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                $crate::openapi::one_of($description, $words)
            }
        }

        impl utoipa::ToSchema for $name {
            fn name() -> std::borrow::Cow<'static, str> {
                std::borrow::Cow::Borrowed($schema)
            }
        }
    )+ };
}

api_words! {
    "What somebody may do; each role includes the ones before it." RoleWord as "Role" =
        [shared_kernel::Role::Customer, shared_kernel::Role::Staff, shared_kernel::Role::Admin].map(shared_kernel::Role::name);
    "Whether a thing is packed or mailed." KindWord as "Kind" = ["physical", "digital"];
}
