//! Ways to pay: Stripe's published test cards and test payment methods, and what each of them does.
//!
//! What is kept of a card is a [`Method`]: brand, last four digits and behaviour. What a buyer may type is checked in
//! [`super::card`].

use serde::{Deserialize, Serialize};

use super::card::{CardDetails, brand_of};
use super::complaint::Complaint;

/// What a test card does when it is charged or refunded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Behaviour {
    /// Pays at once.
    Pays,
    Declines(Decline),
    /// Asks the buyer to authenticate, then pays.
    Authenticates,
    /// Is under way for a while, then pays.
    PaysLater,
    /// Is under way for a while, then fails.
    FailsLater,
    /// Is under way permanently.
    StaysUnderWay,
    /// Pays at once; its refunds take a while.
    RefundsLater,
    /// Pays at once; its refunds look good and then fail.
    RefundsFail,
}

/// Why a card is declined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Decline {
    /// No reason given.
    Generic,
    /// Too little money.
    InsufficientFunds,
    /// Reported lost.
    LostCard,
    /// Reported stolen.
    StolenCard,
    /// Past its date.
    ExpiredCard,
    /// The security code is not the card's.
    IncorrectCvc,
    /// The issuer could not do it.
    ProcessingError,
    /// Too many payments with it of late.
    CardVelocityExceeded,
    /// Blocked by the provider before the bank was asked.
    Fraudulent,
    /// A real card in a place for test cards.
    LiveCard,
}

impl Decline {
    /// Stripe's `code`.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Generic
            | Self::InsufficientFunds
            | Self::LostCard
            | Self::StolenCard
            | Self::CardVelocityExceeded
            | Self::Fraudulent
            | Self::LiveCard => "card_declined",
            Self::ExpiredCard => "expired_card",
            Self::IncorrectCvc => "incorrect_cvc",
            Self::ProcessingError => "processing_error",
        }
    }

    /// Stripe's `decline_code`.
    pub(crate) const fn decline_code(self) -> &'static str {
        match self {
            Self::Generic => "generic_decline",
            Self::InsufficientFunds => "insufficient_funds",
            Self::LostCard => "lost_card",
            Self::StolenCard => "stolen_card",
            Self::ExpiredCard => "expired_card",
            Self::IncorrectCvc => "incorrect_cvc",
            Self::ProcessingError => "processing_error",
            Self::CardVelocityExceeded => "card_velocity_exceeded",
            Self::Fraudulent => "fraudulent",
            Self::LiveCard => "test_mode_live_card",
        }
    }

    /// For the buyer.
    pub(crate) const fn message(self) -> &'static str {
        match self {
            Self::Generic | Self::LostCard | Self::StolenCard | Self::Fraudulent => "Your card was declined.",
            Self::CardVelocityExceeded => {
                "Your card was declined for making repeated attempts too frequently or exceeding its amount limit."
            }
            Self::InsufficientFunds => "Your card has insufficient funds.",
            Self::ExpiredCard => "Your card has expired.",
            Self::IncorrectCvc => "Your card's security code is incorrect.",
            Self::ProcessingError => "An error occurred while processing your card. Try again in a little bit.",
            Self::LiveCard => "Your card was declined. Your request was in test mode, but used a non test card.",
        }
    }
}

/// A way to pay, as it is remembered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Method {
    id: String,
    brand: String,
    last4: String,
    behaviour: Behaviour,
    /// What the buyer will tell the bank after paying. A field and not a behaviour, so that a process of the version
    /// before on the same database reads such a card as one that pays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    complaint: Option<Complaint>,
}

impl Method {
    /// One of Stripe's test payment methods by its name, such as `pm_card_visa`; `id` becomes its own.
    pub(crate) fn named(name: &str, id: String) -> Option<Self> {
        let known = KNOWN.iter().find(|known| known.names.contains(&name))?;
        Some(Self::from_number(known.number, known.behaviour, known.complaint, id))
    }

    /// The card that the buyer typed; a card that is no test card is declined, as a real one is by Stripe's test mode.
    pub(crate) fn of_card(card: &CardDetails, id: String) -> Self {
        let known = KNOWN.iter().find(|known| known.number == card.number());
        let (behaviour, complaint) =
            known.map_or((Behaviour::Declines(Decline::LiveCard), None), |known| (known.behaviour, known.complaint));
        Self::from_number(card.number(), behaviour, complaint, id)
    }

    fn from_number(number: &str, behaviour: Behaviour, complaint: Option<Complaint>, id: String) -> Self {
        let last4 = number.get(number.len().saturating_sub(4)..).unwrap_or_default().to_owned();
        Self { id, brand: brand_of(number).to_owned(), last4, behaviour, complaint }
    }

    /// Such as `pm_0199..`.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// Such as `visa`; `us_bank_account` for a bank account.
    pub(crate) fn brand(&self) -> &str {
        &self.brand
    }

    /// The last four digits.
    pub(crate) fn last4(&self) -> &str {
        &self.last4
    }

    /// What it does.
    pub(crate) const fn behaviour(&self) -> Behaviour {
        self.behaviour
    }

    /// What the buyer will tell the bank after paying with it.
    pub(crate) const fn complaint(&self) -> Option<Complaint> {
        self.complaint
    }
}

struct Known {
    names: &'static [&'static str],
    number: &'static str,
    behaviour: Behaviour,
    complaint: Option<Complaint>,
}

const fn test_method(names: &'static [&'static str], number: &'static str, behaviour: Behaviour) -> Known {
    Known { names, number, behaviour, complaint: None }
}

const fn disputed_test_method(names: &'static [&'static str], number: &'static str, complaint: Complaint) -> Known {
    Known { names, number, behaviour: Behaviour::Pays, complaint: Some(complaint) }
}

/// Stripe's test cards. Bank accounts have their account number in place of a card's.
const KNOWN: &[Known] = &[
    test_method(&["pm_card_visa"], "4242424242424242", Behaviour::Pays),
    test_method(&["pm_card_visa_debit"], "4000056655665556", Behaviour::Pays),
    test_method(&["pm_card_mastercard"], "5555555555554444", Behaviour::Pays),
    test_method(&["pm_card_mastercard_debit"], "5200828282828210", Behaviour::Pays),
    test_method(&["pm_card_amex"], "378282246310005", Behaviour::Pays),
    test_method(&["pm_card_nz"], "4000005540000008", Behaviour::Pays),
    test_method(
        &["pm_card_chargeDeclined", "pm_card_visa_chargeDeclined"],
        "4000000000000002",
        Behaviour::Declines(Decline::Generic),
    ),
    test_method(
        &["pm_card_chargeDeclinedInsufficientFunds", "pm_card_visa_chargeDeclinedInsufficientFunds"],
        "4000000000009995",
        Behaviour::Declines(Decline::InsufficientFunds),
    ),
    test_method(
        &["pm_card_chargeDeclinedLostCard", "pm_card_visa_chargeDeclinedLostCard"],
        "4000000000009987",
        Behaviour::Declines(Decline::LostCard),
    ),
    test_method(
        &["pm_card_chargeDeclinedStolenCard", "pm_card_visa_chargeDeclinedStolenCard"],
        "4000000000009979",
        Behaviour::Declines(Decline::StolenCard),
    ),
    test_method(&["pm_card_chargeDeclinedExpiredCard"], "4000000000000069", Behaviour::Declines(Decline::ExpiredCard)),
    test_method(
        &["pm_card_chargeDeclinedIncorrectCvc"],
        "4000000000000127",
        Behaviour::Declines(Decline::IncorrectCvc),
    ),
    test_method(
        &["pm_card_chargeDeclinedProcessingError"],
        "4000000000000119",
        Behaviour::Declines(Decline::ProcessingError),
    ),
    test_method(
        &["pm_card_visa_chargeDeclinedVelocityLimitExceeded", "pm_card_chargeDeclinedVelocityLimitExceeded"],
        "4000000000006975",
        Behaviour::Declines(Decline::CardVelocityExceeded),
    ),
    test_method(
        &["pm_card_radarBlock", "pm_card_chargeDeclinedFraudulent", "pm_card_visa_chargeDeclinedFraudulent"],
        "4100000000000019",
        Behaviour::Declines(Decline::Fraudulent),
    ),
    test_method(&["pm_card_riskLevelElevated"], "4000000000009235", Behaviour::Pays),
    test_method(&["pm_card_riskLevelHighest"], "4000000000004954", Behaviour::Declines(Decline::Fraudulent)),
    disputed_test_method(&["pm_card_createDispute"], "4000000000000259", Complaint::Fraudulent),
    disputed_test_method(
        &["pm_card_createDisputeProductNotReceived"],
        "4000000000002685",
        Complaint::ProductNotReceived,
    ),
    disputed_test_method(&["pm_card_createDisputeInquiry"], "4000000000001976", Complaint::Inquiry),
    test_method(&["pm_card_authenticationRequiredOnSetup"], "4000002500003155", Behaviour::Authenticates),
    test_method(&["pm_card_authenticationRequired"], "4000002760003184", Behaviour::Authenticates),
    test_method(&["pm_card_threeDSecure2Required"], "4000000000003220", Behaviour::Authenticates),
    test_method(&["pm_card_pendingRefund"], "4000000000007726", Behaviour::RefundsLater),
    test_method(&["pm_card_refundFail"], "4000000000005126", Behaviour::RefundsFail),
    test_method(&["pm_usBankAccount", "pm_usBankAccount_success"], "000123456789", Behaviour::PaysLater),
    test_method(&["pm_usBankAccount_insufficientFunds"], "000222222227", Behaviour::FailsLater),
    test_method(&["pm_usBankAccount_processing"], "000000000009", Behaviour::StaysUnderWay),
];

#[cfg(test)]
mod tests {
    use shared_kernel::Timestamp;

    use super::*;

    fn typed(number: &str) -> Method {
        let now = Timestamp::parse("2026-11-22T12:00:00Z").unwrap();
        let card =
            CardDetails::check(number, None, None, now).unwrap_or_else(|mistake| panic!("{number}: {mistake:?}"));
        Method::of_card(&card, "pm_1".into())
    }

    #[test]
    fn every_test_card_passes_for_a_card_and_does_what_its_name_does() {
        for known in KNOWN.iter().filter(|known| !known.number.starts_with('0')) {
            for name in known.names {
                assert_eq!(Method::named(name, "pm_1".into()), Some(typed(known.number)));
            }
        }
    }

    #[test]
    fn of_a_card_only_brand_and_last_digits_stay() {
        let declined = typed("4000 0000 0000 0002");
        assert_eq!((declined.brand(), declined.last4()), ("visa", "0002"));
        assert_eq!(declined.behaviour(), Behaviour::Declines(Decline::Generic));
        assert_eq!(typed("4000002500003155").behaviour(), Behaviour::Authenticates);
        assert_eq!(Method::named("pm_card_gold", "pm_1".into()), None);
    }

    #[test]
    fn a_real_card_is_declined() {
        assert_eq!(typed("4111111111111111").behaviour(), Behaviour::Declines(Decline::LiveCard));
    }
}
