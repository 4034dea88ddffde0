//! Identifiers, and the port they and all other chance come from.

use uuid::Uuid;

/// Gives out identifiers and random bytes. Fixed in tests, so that a run can be repeated.
pub trait Ids: Send + Sync {
    /// A new UUID version 7: unique, and sorting by the time it was made.
    fn uuid(&self) -> Uuid;
    /// Thirty-two bytes that cannot be guessed, for tokens and keys.
    fn secret(&self) -> [u8; 32];

    /// A random number, where chance is needed and nothing depends on its being secret, such as in
    /// [`jitter`](crate::jitter).
    fn random(&self) -> u64 {
        let [a, b, c, d, e, f, g, h, ..] = self.secret();
        u64::from_le_bytes([a, b, c, d, e, f, g, h])
    }
}

/// Declares a named identifier that wraps a UUID, so that one kind cannot be passed for another.
#[macro_export]
macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, ::serde::Serialize, ::serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(::uuid::Uuid);

        impl $name {
            /// Names the thing that has this UUID.
            pub const fn new(uuid: ::uuid::Uuid) -> Self {
                Self(uuid)
            }
            /// Reads the usual text form.
            ///
            /// # Errors
            /// The UUID parser's, for any other text.
            pub fn parse(text: &str) -> Result<Self, ::uuid::Error> {
                ::uuid::Uuid::try_parse(text).map(Self)
            }
            /// The UUID.
            pub const fn uuid(self) -> ::uuid::Uuid {
                self.0
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

uuid_id!(
    /// Names an order wherever it is spoken of.
    OrderId
);
uuid_id!(
    /// Names a customer wherever they are spoken of.
    CustomerId
);
