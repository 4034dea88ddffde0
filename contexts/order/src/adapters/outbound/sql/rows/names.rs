//! Names under which choices of the domain are stored. Each is written by the domain's own name for it, so that renaming
//! a variant cannot change what is stored, and read again by looking it up.

use serde::{Deserialize, Deserializer, Serializer};

use crate::domain::{AttentionReason, CancelStep, DisputeStatus, HistoryKind, Kind, Origin, RefundReason};

/// A choice with a stable name.
pub(super) trait Named: Copy {
    /// What is chosen, for messages.
    const WHAT: &'static str;
    fn name(self) -> &'static str;
    fn named(name: &str) -> Option<Self>;
}

macro_rules! named {
    ($($choice:ty, $what:literal, $all:expr;)*) => {
        $(impl Named for $choice {
            const WHAT: &'static str = $what;
            fn name(self) -> &'static str {
                <$choice>::name(self)
            }
            fn named(name: &str) -> Option<Self> {
                $all.into_iter().find(|choice| <$choice>::name(*choice) == name)
            }
        })*
    };
}
named! {
    AttentionReason, "reason for attention", AttentionReason::ALL;
    CancelStep, "step of a cancellation", CancelStep::ALL;
    DisputeStatus, "status of a dispute", DisputeStatus::ALL;
    HistoryKind, "kind of history", HistoryKind::ALL;
    Kind, "kind of item", [Kind::Physical, Kind::Digital];
    Origin, "origin", Origin::ALL;
    RefundReason, "reason of a refund", RefundReason::ALL;
}

pub(super) fn serialize<T: Named, S: Serializer>(choice: &T, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(choice.name())
}

pub(super) fn deserialize<'de, T: Named, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let name = String::deserialize(deserializer)?;
    T::named(&name).ok_or_else(|| serde::de::Error::custom(format!("there is no {} {name:?}", T::WHAT)))
}
