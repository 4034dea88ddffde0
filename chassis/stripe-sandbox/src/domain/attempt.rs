//! What goes into a transition of an intent and what is said of it. Plain values; deciding is [`super::intent`]'s.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use shared_kernel::{Money, Timestamp};

use super::method::{Decline, Method};

/// Why the last attempt failed, and what it was made with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LastFailure {
    /// The reason.
    pub failure: Failure,
    /// The way to pay that failed.
    pub method: Method,
}

/// Why an attempt to pay failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Failure {
    /// The issuer said no.
    Declined(Decline),
    /// The buyer did not authenticate.
    NotAuthenticated,
}

/// One attempt to take money; a failed one stays on record too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Charge {
    /// Such as `ch_0199..`.
    pub id: String,
    /// The intent it belongs to.
    pub intent: String,
    /// When it was tried.
    pub created: Timestamp,
    /// How much.
    pub amount: Money,
    /// With what.
    pub method: Method,
    /// Why nothing was taken; `None` if it was.
    pub declined: Option<Decline>,
}

/// What happened to an intent, as far as webhooks can subscribe to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fact {
    /// It exists.
    Created,
    /// The buyer has to authenticate.
    RequiresAction,
    /// The money is under way.
    Processing,
    /// The money is here.
    Succeeded,
    /// An attempt failed.
    PaymentFailed,
    /// It is closed for good.
    Canceled,
}

impl Fact {
    /// Stripe's name of the event.
    pub(crate) const fn event_type(self) -> &'static str {
        match self {
            Self::Created => "payment_intent.created",
            Self::RequiresAction => "payment_intent.requires_action",
            Self::Processing => "payment_intent.processing",
            Self::Succeeded => "payment_intent.succeeded",
            Self::PaymentFailed => "payment_intent.payment_failed",
            Self::Canceled => "payment_intent.canceled",
        }
    }
}

/// A transition that the state does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    /// Confirmed without anything to pay with.
    NoMethod,
    /// Confirmed when it is too late.
    Confirm {
        /// The state that forbids it.
        status: &'static str,
    },
    /// Given another amount when it is too late.
    Update {
        /// The state that forbids it.
        status: &'static str,
    },
    /// Cancelled when it is too late.
    Cancel {
        /// The state that forbids it.
        status: &'static str,
    },
    /// Authenticated when it was not asked for.
    Authenticate {
        /// The state that forbids it.
        status: &'static str,
    },
}

/// What an attempt needs from outside.
#[derive(Debug, Clone)]
pub(crate) struct Attempt {
    /// The id of the charge, should there be one.
    pub charge_id: String,
    /// The present.
    pub now: Timestamp,
    /// How long a slow payment is under way.
    pub slow: Duration,
    /// Where the buyer goes after authenticating.
    pub return_url: Option<String>,
}
