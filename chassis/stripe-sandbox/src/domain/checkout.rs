//! A checkout session: a hosted page for one payment, open until it is paid, expires, or is closed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shared_kernel::{Money, Timestamp};

/// Where a session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SessionStatus {
    /// The buyer may pay.
    Open,
    /// They have paid.
    Complete,
    /// They may not any more.
    Expired,
}

impl SessionStatus {
    /// Stripe's name.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Complete => "complete",
            Self::Expired => "expired",
        }
    }
}

/// One checkout session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Session {
    /// Such as `cs_test_0199..`.
    pub id: String,
    /// The intent that it pays.
    pub intent: String,
    /// When it was made.
    pub created: Timestamp,
    /// When it stops taking payments.
    pub expires: Timestamp,
    /// The sum of its lines.
    pub amount: Money,
    /// Where the buyer goes who has paid; `{CHECKOUT_SESSION_ID}` in it is replaced.
    pub success_url: String,
    /// Where a buyer who cancels is sent.
    pub cancel_url: Option<String>,
    /// The shop's reference.
    pub client_reference_id: Option<String>,
    /// The shop's own notes.
    pub metadata: BTreeMap<String, String>,
    /// Where it stands.
    pub status: SessionStatus,
    /// Whether its maker may not see the intent yet: since version 2022-08-01 of the API one is there only when the buyer
    /// has tried to pay. Sessions of older sandboxes show it at once.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub intent_is_hidden: bool,
}

impl Session {
    /// The session after the buyer has tried to pay.
    pub(crate) fn confirmed(self) -> Self {
        Self { intent_is_hidden: false, ..self }
    }

    /// The session after its intent succeeded; `None` if that is ignored.
    pub(crate) fn completed(self) -> Option<Self> {
        match self.status {
            SessionStatus::Open => Some(Self { status: SessionStatus::Complete, ..self }),
            SessionStatus::Complete | SessionStatus::Expired => None,
        }
    }

    /// The session that takes no more payments; `None` if it takes none anyway.
    pub(crate) fn expired(self) -> Option<Self> {
        match self.status {
            SessionStatus::Open => Some(Self { status: SessionStatus::Expired, ..self }),
            SessionStatus::Complete | SessionStatus::Expired => None,
        }
    }

    /// Where the buyer goes who has paid.
    pub(crate) fn success_target(&self) -> String {
        self.success_url.replace("{CHECKOUT_SESSION_ID}", &self.id)
    }
}

#[cfg(test)]
mod tests {
    use shared_kernel::Currency;

    use super::*;

    fn a_session() -> Session {
        let noon = Timestamp::parse("2026-11-22T12:00:00Z").unwrap();
        Session {
            id: "cs_test_1".into(),
            intent: "pi_1".into(),
            created: noon,
            expires: noon,
            amount: Money::new(500, Currency::NZD),
            success_url: "https://shop.example/done?session={CHECKOUT_SESSION_ID}".into(),
            cancel_url: None,
            client_reference_id: None,
            metadata: BTreeMap::new(),
            status: SessionStatus::Open,
            intent_is_hidden: false,
        }
    }

    #[test]
    fn ends_once() {
        let complete = a_session().completed().unwrap();
        assert_eq!((complete.clone().completed(), complete.expired()), (None, None));
        let expired = a_session().expired().unwrap();
        assert_eq!((expired.clone().completed(), expired.expired()), (None, None));
    }

    #[test]
    fn names_itself_in_the_address_of_success() {
        assert_eq!(a_session().success_target(), "https://shop.example/done?session=cs_test_1");
    }
}
